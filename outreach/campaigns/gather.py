"""The situations of a batch of clients, gathered with a fixed number of queries."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from outreach.campaigns.compose import PROMPT_LASTS
from outreach.campaigns.facts import Standing, Visit
from outreach.campaigns.load import (
    load_campaigns,
    load_enrolled,
    load_people,
    load_visits,
    load_waiting,
)
from outreach.campaigns.rows import among, fetch
from outreach.campaigns.situation import ActiveGoal, Question, Situation
from outreach.models import Flag, Goal, Message, Prompt, TextUse, Touchpoint
from outreach.policy.holds import CONCERNING
from outreach.vocabulary import (
    FlagState,
    MessageKind,
    MessageState,
    PromptKind,
    Severity,
    TouchpointState,
)

_A_LOCAL_DAY = timedelta(hours=27)
_NOT_HANDED_OVER = {MessageState.QUEUED, MessageState.CLAIMED, MessageState.HANDING_OVER}
_NEVER_WENT_OUT = {MessageState.CANCELLED, MessageState.EXPIRED}

_SENT = select(
    *(Message.program_id, Message.number_hash, Message.client_id, Message.kind),
    *(Message.state, Message.created_at),
).where(
    among(Message.program_id, "programs"),
    among(Message.number_hash),
    Message.touchpoint_id.is_not(None),
    Message.state.not_in(_NEVER_WENT_OUT),
)
_QUESTIONS = select(
    *(Prompt.id, Prompt.client_id, Prompt.campaign_id, Prompt.kind, Prompt.subject),
    *(Prompt.opened_at, Prompt.closes_at, Prompt.answered_at),
).where(among(Prompt.client_id))
_USED = select(TextUse.client_id, TextUse.collection, TextUse.used).where(among(TextUse.client_id))
_FLAGS = select(Flag.program_id, Flag.client_id, Flag.number_hash, Flag.severity).where(
    among(Flag.program_id),
    # A parameter would hide the partial index of the queue.
    Flag.state != literal(FlagState.CLOSED, literal_execute=True),
    Flag.reason.in_(CONCERNING),
)
_GOALS = (
    select(Goal.id, Goal.client_id, Goal.title_sealed, Goal.starts_on)
    .where(among(Goal.client_id), Goal.ended_at.is_(None))
    .order_by(Goal.created_at, Goal.id)
)
_ASKED = (
    select(
        *(Touchpoint.client_id, Touchpoint.campaign_id, Touchpoint.subject),
        func.max(Touchpoint.slot),
    )
    .where(
        among(Touchpoint.client_id),
        among(Touchpoint.campaign_id, "campaigns"),
        Touchpoint.state == TouchpointState.RELEASED,
    )
    .group_by(Touchpoint.client_id, Touchpoint.campaign_id, Touchpoint.subject)
)


@dataclass(frozen=True, slots=True)
class Gathered:
    """Everything that a batch is decided with."""

    situations: dict[str, Situation]
    campaigns: dict[str, Standing]
    visits: dict[str, Visit]
    enrolled: dict[tuple[str, str], datetime]
    """(client, campaign) -> since when; only where the enrollment has not ended."""


def gather(
    session: Session,
    client_ids: Collection[str],
    *,
    now: datetime,
    visit_ids: Collection[str] = (),
) -> Gathered:
    """Load where these clients stand, and the visits that are spoken about."""
    programs, people = load_people(session, client_ids)
    campaigns = load_campaigns(session, programs)
    situations = {
        person.id: Situation(person, programs[person.program_id]) for person in people.values()
    }
    for row in load_waiting(session, client_ids):
        situations[row.client_id].waiting[row.id] = row
    _add_sent(session, situations, now)
    _add_questions(session, situations, now)
    _add_used(session, situations)
    _add_flags(session, situations)
    by_id = {standing.id: standing for own in campaigns.values() for standing in own}
    _add_goals(session, situations, by_id)
    visits = load_visits(session, visit_ids)
    return Gathered(situations, by_id, visits, load_enrolled(session, client_ids))


def _add_sent(session: Session, situations: dict[str, Situation], now: datetime) -> None:
    """Planned texts of the local day; by number, because a shared phone is welcomed once."""
    by_number = defaultdict(list)
    for situation in situations.values():
        person = situation.person
        by_number[person.program_id, person.number_hash].append(situation)
    rows = fetch(
        session,
        _SENT.where(Message.created_at > now - _A_LOCAL_DAY),
        programs={program_id for program_id, _ in by_number},
        ids=[number_hash for _, number_hash in by_number],
    )
    for row in rows:
        welcome = row.kind == MessageKind.WELCOME
        for situation in by_number.get((row.program_id, row.number_hash), ()):
            if welcome and row.state in _NOT_HANDED_OVER:
                situation.welcome_on_its_way = True
            if situation.person.id == row.client_id:
                situation.sent.append((row.created_at, MessageKind(row.kind)))


def _add_questions(session: Session, situations: dict[str, Situation], now: datetime) -> None:
    recent = _QUESTIONS.where(Prompt.opened_at > now - PROMPT_LASTS)
    for row in fetch(session, recent, ids=situations):
        situation = situations[row.client_id]
        kind = PromptKind(row.kind)
        if kind is PromptKind.APPOINTMENT:
            earlier = situation.told.get(row.subject, row.opened_at)
            situation.told[row.subject] = max(earlier, row.opened_at)
        if row.answered_at is None and row.closes_at > now:
            situation.questions.append(
                Question(row.id, row.campaign_id, kind, row.subject, row.opened_at)
            )


def _add_used(session: Session, situations: dict[str, Situation]) -> None:
    for client_id, collection, used in fetch(session, _USED, ids=situations):
        situations[client_id].used[collection] = used.split(",")


def _add_flags(session: Session, situations: dict[str, Situation]) -> None:
    """The worst open flag of each client, or of anybody with the same number in the program."""
    programs = {situation.person.program_id for situation in situations.values()}
    rows = fetch(session, _FLAGS, ids=programs)
    worst: dict[tuple[str, str], Severity] = {}
    for row in rows:
        for whose in filter(None, (row.client_id, row.number_hash)):
            known = worst.get((row.program_id, whose), Severity.NONE)
            worst[row.program_id, whose] = max(known, Severity(row.severity), key=_rank)
    for situation in situations.values() if worst else ():
        person = situation.person
        found = (worst.get((person.program_id, key)) for key in (person.id, person.number_hash))
        situation.worst_flag = max(filter(None, found), key=_rank, default=Severity.NONE)


def _rank(severity: Severity) -> int:
    return severity.rank


def _add_goals(
    session: Session, situations: dict[str, Situation], campaigns: dict[str, Standing]
) -> None:
    asking = [one.id for one in campaigns.values() if one.asks is PromptKind.GOAL]
    if not asking:
        return
    for row in fetch(session, _GOALS, ids=situations):
        situation = situations[row.client_id]
        situation.goals = (*situation.goals, ActiveGoal(row.id, row.title_sealed, row.starts_on))
    for client_id, campaign_id, goal_id, slot in fetch(
        session, _ASKED, ids=situations, campaigns=asking
    ):
        situations[client_id].asked[campaign_id, goal_id] = slot
