"""From rows to the plain values of facts.py, for a batch of clients with a few queries.

Rows are unpacked in the order of their SELECT: SQLAlchemy's look-up by name costs more than all
the rest of making a value.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from outreach.campaigns.facts import (
    Key,
    Membership,
    Person,
    PlanningFacts,
    Standing,
    Touch,
    Visit,
    Waiting,
)
from outreach.campaigns.rows import AnyRow, among, fetch, is_planned
from outreach.models import Appointment, Campaign, Client, Consent, Enrollment, Touchpoint
from outreach.policy.wall_time import local_date
from outreach.policy.wishes import wishes_of
from outreach.programs.file import CampaignFile
from outreach.programs.loaded import LoadedProgram, load_programs
from outreach.vocabulary import (
    AppointmentStatus,
    CampaignKind,
    ClientStatus,
    MessageKind,
    TouchpointState,
)

_SCHEDULED = (MessageKind.HOPE, MessageKind.GOAL_CHECK_IN)
_KIND = {kind.value: kind for kind in MessageKind}
_STATUS = {status.value: status for status in ClientStatus}
"""Enums by their value: a tenth of the time that calling them takes."""
_ANY_ZONE = timedelta(days=2)
"""A slot older than this is a past day in every zone."""

_PEOPLE = select(
    *(Client.id, Client.program_id, Client.external_id, Client.number_hash, Client.status),
    *(Client.language, Client.chosen_language, Client.zones, Client.tags, Client.chosen_time),
    *(Client.chosen_window, Client.chosen_days, Client.chosen_frequency, Client.paused_at),
    *(Client.paused_until, Client.welcomed_at, Client.replan_since, Client.number_sealed),
    Client.name_sealed,
).where(among(Client.id))

_CONSENTS = select(Consent.program_id, Consent.number_hash, Consent.since).where(
    among(Consent.program_id, "programs"), among(Consent.number_hash), Consent.in_force
)

_SAME_NUMBER = select(
    *(Client.program_id, Client.number_hash, Client.id, Client.welcomed_at),
).where(
    # As a list of pairs SQLite would look up the programs only.
    among(Client.program_id, "programs"),
    among(Client.number_hash),
    Client.status == ClientStatus.ACTIVE,
)

_MEMBERSHIPS = select(
    *(Enrollment.id, Enrollment.client_id, Enrollment.campaign_id),
    *(Enrollment.since, Enrollment.ended_at),
).where(among(Enrollment.client_id))

_VISIT = select(
    *(Appointment.id, Appointment.client_id, Appointment.starts_at, Appointment.timezone),
    *(Appointment.status, Appointment.updated_at, Appointment.notice_owed),
    *(Appointment.who_sealed, Appointment.location_sealed),
)
_VISITS_BY_ID = _VISIT.where(among(Appointment.id))
_VISITS = _VISIT.where(among(Appointment.client_id)).order_by(Appointment.starts_at)

_WAITING = select(
    *(Touchpoint.id, Touchpoint.client_id, Touchpoint.program_id, Touchpoint.campaign_id),
    *(Touchpoint.subject, Touchpoint.slot, Touchpoint.kind, Touchpoint.planned_at),
    *(Touchpoint.due_at, Touchpoint.useful_until, Touchpoint.reason),
).where(is_planned(), among(Touchpoint.client_id))


def planning_facts(
    session: Session, client_ids: Sequence[str], *, now: datetime
) -> list[PlanningFacts]:
    """What the plan of each client depends on, in the order of `client_ids`."""
    programs, people = load_people(session, client_ids)
    campaigns = load_campaigns(session, programs)
    memberships = _memberships(session, client_ids)
    waiting = _grouped(load_waiting(session, client_ids))
    last_slots = _last_slots(session, client_ids, now)
    visits = _visits(session, client_ids, now)
    neighbours = _neighbours(session, people.values())
    return [
        PlanningFacts(
            person=person,
            file=programs[person.program_id].file,
            campaigns=tuple(campaigns[person.program_id]),
            memberships=memberships[person.id],
            waiting=tuple(waiting[person.id]),
            last_slots=last_slots[person.id],
            visits=tuple(visits[person.id]),
            welcome_is_elsewhere=_is_elsewhere(person, neighbours),
            number_welcomed_at=_welcomed_at(person, neighbours),
        )
        for person in (people[client_id] for client_id in client_ids if client_id in people)
    ]


def load_people(
    session: Session, client_ids: Collection[str]
) -> tuple[dict[str, LoadedProgram], dict[str, Person]]:
    """The programs of these clients by id, and the clients with their consent by id."""
    rows = fetch(session, _PEOPLE, ids=client_ids)
    programs = load_programs(session, sorted({row.program_id for row in rows}))
    consents = _consents(session, programs, {row.number_hash for row in rows})
    people = {row.id: _person(row, programs[row.program_id], consents) for row in rows}
    return programs, people


def load_campaigns(
    session: Session, programs: dict[str, LoadedProgram]
) -> dict[str, list[Standing]]:
    """Program id -> its campaigns that have not ended, in a fixed order."""
    rows = session.scalars(
        select(Campaign)
        .where(Campaign.program_id.in_(programs), Campaign.ended_at.is_(None))
        .order_by(Campaign.slug)
    )
    found: dict[str, list[Standing]] = {program_id: [] for program_id in programs}
    for row in rows:
        found[row.program_id].append(_standing(row, programs[row.program_id].file.timezone))
    return found


def load_waiting(session: Session, client_ids: Collection[str]) -> Iterable[Waiting]:
    """The due table's rows of these clients."""
    return map(_waiting, fetch(session, _WAITING, ids=client_ids))


def _waiting(row: AnyRow) -> Waiting:
    touchpoint_id, client_id, program_id, campaign_id, subject, slot, kind, *rest = row
    planned_at, due_at, useful_until, reason = rest
    touch = Touch(Key(campaign_id, subject, slot), _KIND[kind], planned_at, useful_until)
    return Waiting(touchpoint_id, client_id, program_id, touch, due_at, reason)


def load_visits(session: Session, ids: Collection[str]) -> dict[str, Visit]:
    """Appointments by id."""
    rows = fetch(session, _VISITS_BY_ID, ids=ids) if ids else ()
    return {row.id: _visit(row) for row in rows}


def load_enrolled(session: Session, client_ids: Collection[str]) -> dict[tuple[str, str], datetime]:
    """(client, campaign) -> since when, where the enrollment has not ended."""
    rows = fetch(session, _MEMBERSHIPS, ids=client_ids)
    return {
        (client_id, campaign_id): since
        for _, client_id, campaign_id, since, ended_at in rows
        if ended_at is None
    }


def _visits(
    session: Session, client_ids: Collection[str], now: datetime
) -> defaultdict[str, list[Visit]]:
    found: defaultdict[str, list[Visit]] = defaultdict(list)
    for row in fetch(session, _VISITS.where(Appointment.starts_at > now), ids=client_ids):
        found[row.client_id].append(_visit(row))
    return found


def _visit(row: AnyRow) -> Visit:
    return Visit(
        id=row.id,
        client_id=row.client_id,
        starts_at=row.starts_at,
        timezone=row.timezone,
        status=AppointmentStatus(row.status),
        known_at=row.updated_at,
        notice_owed=row.notice_owed,
        who_sealed=row.who_sealed,
        location_sealed=row.location_sealed,
    )


def _person(
    row: AnyRow, program: LoadedProgram, consents: dict[tuple[str, str], datetime]
) -> Person:
    client_id, program_id, external_id, number_hash, status, *rest = row
    language, chosen_language, zones, tags, time, window, days, frequency, *rest = rest
    paused_at, paused_until, welcomed_at, replan_since, number_sealed, name_sealed = rest
    return Person(
        id=client_id,
        program_id=program_id,
        external_id=external_id,
        number_hash=number_hash,
        status=_STATUS[status],
        language=chosen_language or language,
        zones=tuple(zones) or (program.file.timezone,),
        wishes=wishes_of(time, window, days, frequency),
        tags=frozenset(tags),
        paused_at=paused_at,
        paused_until=paused_until,
        welcomed_at=welcomed_at,
        replan_since=replan_since,
        consent_since=consents.get((program_id, number_hash)),
        number_sealed=number_sealed,
        name_sealed=name_sealed,
    )


def _consents(
    session: Session, programs: Collection[str], hashes: Collection[str]
) -> dict[tuple[str, str], datetime]:
    """(program, number hash) -> since when consent is in force."""
    rows = fetch(session, _CONSENTS, programs=programs, ids=hashes)
    return {(program_id, number_hash): since for program_id, number_hash, since in rows}


def _standing(row: Campaign, timezone: str) -> Standing:
    spec = CampaignFile.model_validate(row.spec)
    return Standing(
        id=row.id,
        program_id=row.program_id,
        slug=row.slug,
        kind=CampaignKind(row.kind),
        spec=spec,
        applied_at=row.applied_at,
        anchor=spec.starts_on or local_date(row.applied_at, ZoneInfo(timezone)),
    )


def _memberships(
    session: Session, client_ids: Collection[str]
) -> defaultdict[str, dict[str, Membership]]:
    found: defaultdict[str, dict[str, Membership]] = defaultdict(dict)
    for row_id, client_id, campaign_id, since, ended_at in fetch(
        session, _MEMBERSHIPS, ids=client_ids
    ):
        found[client_id][campaign_id] = Membership(row_id, since, ended_at)
    return found


def _last_slots(
    session: Session, client_ids: Collection[str], now: datetime
) -> defaultdict[str, dict[str, date]]:
    rows = session.execute(
        select(Touchpoint.client_id, Touchpoint.campaign_id, func.max(Touchpoint.slot))
        .where(
            Touchpoint.client_id.in_(client_ids),
            Touchpoint.kind.in_(_SCHEDULED),
            Touchpoint.state != TouchpointState.PLANNED,
            Touchpoint.slot >= (now - _ANY_ZONE).date().isoformat(),
        )
        .group_by(Touchpoint.client_id, Touchpoint.campaign_id)
    )
    found: defaultdict[str, dict[str, date]] = defaultdict(dict)
    for client_id, campaign_id, slot in rows:
        found[client_id][campaign_id] = date.fromisoformat(slot)
    return found


def _grouped(rows: Iterable[Waiting]) -> defaultdict[str, list[Waiting]]:
    found: defaultdict[str, list[Waiting]] = defaultdict(list)
    for row in rows:
        found[row.client_id].append(row)
    return found


_Neighbours = dict[tuple[str, str], list[tuple[str, datetime | None]]]


def _neighbours(session: Session, people: Iterable[Person]) -> _Neighbours:
    """Active clients by program and number, for numbers of people who were not welcomed yet."""
    unknown = [person for person in people if person.welcomed_at is None]
    if not unknown:
        return {}
    rows = fetch(
        session,
        _SAME_NUMBER,
        programs={person.program_id for person in unknown},
        ids={person.number_hash for person in unknown},
    )
    found: _Neighbours = defaultdict(list)
    for program_id, number_hash, client_id, welcomed_at in rows:
        found[program_id, number_hash].append((client_id, welcomed_at))
    return found


def _is_elsewhere(person: Person, neighbours: _Neighbours) -> bool:
    same = neighbours.get((person.program_id, person.number_hash), [])
    return any(client_id < person.id or welcomed for client_id, welcomed in same)


def _welcomed_at(person: Person, neighbours: _Neighbours) -> datetime | None:
    same = neighbours.get((person.program_id, person.number_hash), [])
    return max((welcomed for _, welcomed in same if welcomed), default=None)
