"""The collections of the library: what each is for, how long it may be, which variables it has.

One table. A program's own collection takes the rules of the known one that its name begins with:
`hope-veterans` is a `hope` collection.
"""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a text is for; the writers' rules differ by kind."""

    REMINDER = "reminder"
    CHECK_IN = "check-in"
    HOPE = "hope"
    SAFETY = "safety"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Collection:
    """`always` are variables the service guarantees; the others need a fallback in the text."""

    name: str
    kind: Kind
    segments: int
    always: frozenset[str]
    variables: frozenset[str]


def _row(
    kind: Kind, segments: int, always: str = "", sometimes: str = ""
) -> tuple[Kind, int, frozenset[str], frozenset[str]]:
    present = frozenset(("program contact " + always).split())
    return kind, segments, present, present | frozenset(("name " + sometimes).split())


_VISIT = "weekday date time"
_PLACE = "who where"

_ROWS = {
    "hope": _row(Kind.HOPE, 1),
    "reminder_far": _row(Kind.REMINDER, 1, _VISIT, _PLACE),
    "reminder_day": _row(Kind.REMINDER, 1, _VISIT, _PLACE),
    "reminder_hours": _row(Kind.REMINDER, 1, _VISIT, _PLACE),
    "appointment_moved": _row(Kind.REMINDER, 1, _VISIT, _PLACE),
    "appointment_cancelled": _row(Kind.REMINDER, 1, _VISIT, _PLACE),
    "goal_check_in": _row(Kind.CHECK_IN, 1, sometimes="goal"),
    "scale_check_in": _row(Kind.CHECK_IN, 1),
    "open_check_in": _row(Kind.CHECK_IN, 1),
    "ack_goal_done": _row(Kind.ADMIN, 1, sometimes="goal"),
    "ack_goal_some": _row(Kind.ADMIN, 1, sometimes="goal"),
    "ack_goal_not_yet": _row(Kind.ADMIN, 1, sometimes="goal"),
    "ack_scale_low": _row(Kind.ADMIN, 1),
    "ack_scale_mid": _row(Kind.ADMIN, 1),
    "ack_scale_high": _row(Kind.ADMIN, 1),
    "ack_open": _row(Kind.ADMIN, 1),
    "ack_confirm": _row(Kind.ADMIN, 1, _VISIT, _PLACE),
    "ack_cancel_requested": _row(Kind.ADMIN, 1, _VISIT, _PLACE),
    "ack_change_requested": _row(Kind.ADMIN, 1, _VISIT, _PLACE),
    "ack_note": _row(Kind.ADMIN, 1),
    "preference": _row(Kind.ADMIN, 1, sometimes="until time window days"),
    "request_staff_hours": _row(Kind.ADMIN, 1, sometimes="emergency"),
    "request_staff_after_hours": _row(Kind.ADMIN, 1, "when", "emergency"),
    "request_next_appointment": _row(Kind.ADMIN, 1, _VISIT, _PLACE),
    "request_no_appointment": _row(Kind.ADMIN, 1),
    "request_progress": _row(Kind.ADMIN, 1, "summary"),
    "request_hours": _row(Kind.ADMIN, 1, "hours"),
    "request_resources": _row(Kind.ADMIN, 1, sometimes="crisis_line emergency needs_line"),
    "request_other": _row(Kind.ADMIN, 1),
    "help": _row(Kind.ADMIN, 2),
    "opt_in": _row(Kind.ADMIN, 2),
    "opt_out": _row(Kind.ADMIN, 1),
    "opt_out_crisis": _row(Kind.SAFETY, 1, "crisis_line emergency"),
    "unclear_appointment": _row(Kind.ADMIN, 1),
    "unclear_scale": _row(Kind.ADMIN, 1),
    "unclear_goal": _row(Kind.ADMIN, 1, sometimes="goal"),
    "unclear_none": _row(Kind.ADMIN, 1),
    "unclear_person": _row(Kind.ADMIN, 1),
    "unclear_refusal": _row(Kind.ADMIN, 1),
    "wrong_number": _row(Kind.ADMIN, 1),
    "identity": _row(Kind.ADMIN, 1),
    "which_one": _row(Kind.ADMIN, 1, "first second"),
    "safety": _row(Kind.SAFETY, 1, "crisis_line emergency", "needs_line poison_line"),
    "welcome": _row(Kind.ADMIN, 2, "per_day emergency"),
    "page": _row(Kind.ADMIN, 1, "ref due", "link"),
}

COLLECTIONS = {name: Collection(name, *row) for name, row in _ROWS.items()}


def collection_named(name: str) -> Collection | None:
    """The rules for collection `name`, or None when it begins with no known name."""
    known = [base for base in COLLECTIONS if name == base or name.startswith(f"{base}-")]
    return COLLECTIONS[max(known, key=len)] if known else None
