"""All that is known of one client, gathered for their page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from outreach.console import conversation
from outreach.console.chart import Answer, Chart, chart
from outreach.console.conversation import Party
from outreach.console.ledger import Entry, ledger
from outreach.console.scope import Scope
from outreach.models import (
    Appointment,
    Client,
    Consent,
    ConsentEvent,
    Flag,
    Goal,
    ProgressRecord,
    Touchpoint,
)
from outreach.programs.loaded import LoadedProgram, load_program

CHARTED = timedelta(days=180)
GOAL_WEEKS = 8
_RECENT_FLAGS = 12


@dataclass(frozen=True, slots=True)
class GoalLine:
    """A goal and its answers of the last weeks, oldest first: (when, done|some|not_yet)."""

    goal: Goal
    answers: tuple[tuple[datetime, str], ...]


@dataclass(frozen=True, slots=True)
class Dossier:
    """What the client's page shows beside the conversation."""

    client: Client
    program: LoadedProgram
    zone: str
    consent: Consent | None
    consent_events: Sequence[ConsentEvent]
    flags: Sequence[Flag]
    appointments: Sequence[Appointment]
    goals: Sequence[GoalLine]
    scores: Sequence[ProgressRecord]
    chart: Chart | None
    ledger: Sequence[Entry]
    sharing: Sequence[Client]

    @property
    def may_text(self) -> bool:
        """Whether consent is in force."""
        return self.consent is not None and self.consent.in_force


def state_of(session: Session, scope: Scope, client: Client) -> tuple[object, ...]:
    """What changes whenever the page would: the conversation, the ledger, pauses and consent."""
    party = Party(client.program_id, client.number_hash, client)
    touchpoints = session.execute(
        select(func.count(), func.max(Touchpoint.decided_at)).where(
            Touchpoint.client_id == client.id
        )
    ).one()
    consent = session.get(Consent, (client.program_id, client.number_hash))
    since = consent.since if consent else None
    talk = conversation.state_of(session, scope, party)
    return (*talk, *touchpoints, client.paused_at, client.paused_until, client.status, since)


def dossier(session: Session, scope: Scope, client: Client, *, now: datetime) -> Dossier:
    """Load it all; every query goes by the client, whom the scope has let through."""
    program = load_program(session, client.program_id)
    zone = _zone(client, program)
    records = _records(session, scope, client, since=now - CHARTED)
    scores = [record for record in records if record.score is not None]
    return Dossier(
        client=client,
        program=program,
        zone=zone,
        consent=session.get(Consent, (client.program_id, client.number_hash)),
        consent_events=_consent_events(session, scope, client),
        flags=_flags(session, scope, client),
        appointments=_appointments(session, scope, client),
        goals=_goals(session, scope, client, records, since=now - timedelta(weeks=GOAL_WEEKS)),
        scores=scores,
        chart=chart(
            [Answer(record.asked_at, record.score or 0.0) for record in scores],
            zone=zone,
            low_score=program.file.low_score,
        ),
        ledger=ledger(session, scope, client),
        sharing=sharing(session, scope, client),
    )


def sharing(session: Session, scope: Scope, client: Client) -> Sequence[Client]:
    """Other clients of the program on the same phone: staff must know before they call."""
    query = scope.select(Client).where(
        Client.program_id == client.program_id,
        Client.number_hash == client.number_hash,
        Client.id != client.id,
    )
    return session.scalars(query).all()


def _zone(client: Client, program: LoadedProgram) -> str:
    """The zone in which the page shows times: the client's if there is one, else the program's."""
    name = client.timezone or (client.zones[0] if len(client.zones) == 1 else None)
    return ZoneInfo(name or program.file.timezone).key


def _records(
    session: Session, scope: Scope, client: Client, *, since: datetime
) -> Sequence[ProgressRecord]:
    query = scope.select(ProgressRecord).where(
        ProgressRecord.client_id == client.id,
        ProgressRecord.at >= since,
        ProgressRecord.replaced_at.is_(None),
    )
    return session.scalars(query.order_by(ProgressRecord.asked_at)).all()


def _goals(
    session: Session,
    scope: Scope,
    client: Client,
    records: Sequence[ProgressRecord],
    *,
    since: datetime,
) -> list[GoalLine]:
    goals = session.scalars(
        scope.select(Goal).where(Goal.client_id == client.id).order_by(Goal.created_at)
    )
    return [
        GoalLine(
            goal,
            tuple(
                (record.asked_at, record.done)
                for record in records
                if record.goal_id == goal.id and record.done and record.asked_at >= since
            ),
        )
        for goal in goals
    ]


def _consent_events(session: Session, scope: Scope, client: Client) -> Sequence[ConsentEvent]:
    query = scope.select(ConsentEvent).where(
        ConsentEvent.program_id == client.program_id,
        ConsentEvent.number_hash == client.number_hash,
    )
    return session.scalars(query.order_by(ConsentEvent.recorded_at.desc())).all()


def _flags(session: Session, scope: Scope, client: Client) -> Sequence[Flag]:
    query = scope.select(Flag).where(Flag.client_id == client.id)
    return session.scalars(query.order_by(Flag.opened_at.desc()).limit(_RECENT_FLAGS)).all()


def _appointments(session: Session, scope: Scope, client: Client) -> Sequence[Appointment]:
    query = scope.select(Appointment).where(Appointment.client_id == client.id)
    return session.scalars(query.order_by(Appointment.starts_at.desc())).all()
