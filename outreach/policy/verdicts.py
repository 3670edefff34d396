"""The three answers of policy, and the facts about one touchpoint that they rest on."""

from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime
from typing import Any

from outreach.policy.quiet_hours import Hours
from outreach.policy.reasons import Reason
from outreach.values import value
from outreach.vocabulary import ClientStatus, MessageKind, Severity


@dataclass(frozen=True, slots=True)
class Send:
    """It may go out now."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Look again at `until`; `open_ended` when nobody knows how long the reason will last."""

    until: datetime
    reason: Reason
    details: dict[str, Any] = field(default_factory=dict)
    open_ended: bool = False


@dataclass(frozen=True, slots=True)
class Skip:
    """It will never go out."""

    reason: Reason
    details: dict[str, Any] = field(default_factory=dict)


Decision = Send | Hold | Skip


@value
class Facts:
    """Everything that decides about one touchpoint at one moment; instants are UTC."""

    _: KW_ONLY
    kind: MessageKind
    useful_until: datetime
    hours: Hours
    status: ClientStatus = ClientStatus.ACTIVE
    consent: bool = True
    program_paused: bool = False
    paused: bool = False
    paused_until: datetime | None = None
    """With `paused` and this empty the pause has no end."""
    worst_flag: Severity = Severity.NONE
    """Of the open flags that speak of the client's state, not of office work."""
    welcomed: bool = True
    gone: Reason | None = None
    """Why its subject is no longer there: the visit, the goal."""
    merged: bool = False
    """Another text about the same visit goes out, or went out, within four hours."""
    asks: bool = False
    """It asks something that is answered with a digit."""
    question_since: datetime | None = None
    """When the newest open question of that sort went out."""
    reminder_due: datetime | None = None
    """When the client's next reminder is due."""
    sent_today: int = 0
    kept_for_later: int = 0
    """More important texts that are due later on the client's local day."""
    cap: int = 3
    tomorrow: datetime | None = None
    """When the client's next local day begins."""
