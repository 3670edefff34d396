"""The ledger: why each planned text was sent, is held, or was not sent (law 5)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.console import words
from outreach.console.scope import Scope
from outreach.delivery.error_words import words_of
from outreach.delivery.states import outcome_of
from outreach.models import Campaign, Client, Decision, Message, Touchpoint
from outreach.policy import reasons
from outreach.vocabulary import MessageState, Outcome, TouchpointState

RECENT = 60


@dataclass(frozen=True, slots=True)
class Entry:
    """One touchpoint: what was owed, when, how it ended and why, and every decision on the way."""

    touchpoint: Touchpoint
    campaign: str
    ended: str
    """`sent`, `skipped`, `expired`, `failed`, `unknown`; `held` or `planned` while it waits."""
    outcome: str
    why: str
    steps: tuple["Step", ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One verdict of policy, in words."""

    at: datetime
    words: str
    until: datetime | None


def ledger(session: Session, scope: Scope, client: Client) -> list[Entry]:
    """The client's touchpoints, the latest planned first."""
    touchpoints = session.scalars(
        scope.select(Touchpoint)
        .where(Touchpoint.client_id == client.id)
        .order_by(Touchpoint.planned_at.desc())
        .limit(RECENT)
    ).all()
    campaigns = {row.id: row.slug for row in session.scalars(scope.select(Campaign))}
    messages = _messages(session, scope, touchpoints)
    steps = _steps(session, touchpoints)
    return [
        _entry(
            touchpoint,
            campaigns.get(touchpoint.campaign_id, touchpoint.kind),
            messages.get(touchpoint.message_id or ""),
            tuple(steps[touchpoint.id]),
        )
        for touchpoint in touchpoints
    ]


def _entry(
    touchpoint: Touchpoint, campaign: str, message: Message | None, steps: tuple[Step, ...]
) -> Entry:
    ended, outcome = _ended(touchpoint, message)
    return Entry(touchpoint, campaign, ended, outcome, _why(touchpoint, message), steps)


def _ended(touchpoint: Touchpoint, message: Message | None) -> tuple[str, str]:
    if touchpoint.state == TouchpointState.PLANNED:
        held = touchpoint.reason is not None
        return ("held", "Held") if held else ("planned", "Planned")
    if message is None:
        ended = Outcome(touchpoint.state)
        return ended, words.TOUCHPOINT_OUTCOME[ended]
    outcome = outcome_of(MessageState(message.state))
    if outcome is None:
        return "planned", "Waiting to leave"
    return outcome, words.MESSAGE_STATE[MessageState(message.state)]


def _why(touchpoint: Touchpoint, message: Message | None) -> str:
    if message is not None and message.error:
        return words_of(message.error)
    return reasons.words(touchpoint.reason) if touchpoint.reason else ""


def _messages(
    session: Session, scope: Scope, touchpoints: Sequence[Touchpoint]
) -> dict[str, Message]:
    wanted = {touchpoint.message_id for touchpoint in touchpoints if touchpoint.message_id}
    found = session.scalars(scope.select(Message).where(Message.id.in_(wanted)))
    return {message.id: message for message in found}


def _steps(session: Session, touchpoints: Sequence[Touchpoint]) -> dict[str, list[Step]]:
    """Decisions by touchpoint, oldest first; the touchpoints came through the scope."""
    found: dict[str, list[Step]] = defaultdict(list)
    wanted = [touchpoint.id for touchpoint in touchpoints]
    query = select(Decision).where(Decision.touchpoint_id.in_(wanted)).order_by(Decision.at)
    for decision in session.scalars(query):
        reason = reasons.words(decision.reason)
        found[decision.touchpoint_id].append(
            Step(decision.at, f"{decision.verdict.capitalize()}: {reason}", decision.until)
        )
    return found
