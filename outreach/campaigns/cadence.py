"""When a campaign owes a client a text. Pure: schedules, wishes and zones in, instants out.

A slot is a client-local date, so a change of zone or time never doubles one. Weekdays of
`every: week` and the phase of INTERVAL come from the anchor: `starts_on`, else the day the
campaign was applied.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from itertools import islice
from zoneinfo import ZoneInfo

from outreach.campaigns.calendar import BadRuleError, calendar, check_rule
from outreach.policy.wall_time import instant_of
from outreach.policy.wishes import EVERY_DAY, Wishes
from outreach.programs.file import Schedule, length_of, minutes_of
from outreach.values import value

_RULES = {"day": "FREQ=DAILY", "week": "FREQ=WEEKLY"}
_WEEK = timedelta(days=7)
_ONE_DAY = timedelta(days=1)
_LONG_SEARCH = timedelta(days=4 * 366)
"""A calendar that reaches this far was the last attempt: the rule has come to its end."""


@dataclass(frozen=True, slots=True)
class Cadence:
    """A schedule counted from its anchor; `campaign` keeps two campaigns' spreads apart."""

    campaign: str
    schedule: Schedule
    anchor: date


@value
class Slot:
    """A client-local day and the UTC instant on it."""

    day: date
    at: datetime


def slots(
    cadence: Cadence, wishes: Wishes, zone: ZoneInfo, client: str, *, first: date
) -> Iterator[Slot]:
    """The slots of one client from the local day `first` on, in order, never two on a day."""
    minutes = minutes_for(cadence, wishes, client)
    for day in slot_days(cadence, wishes, first=first):
        yield Slot(day, instant_of(day, minutes, zone))


def next_days(cadence: Cadence, wishes: Wishes, first: date) -> tuple[date, ...]:
    """The local days of the next slot from `first` on and of the one after it, if there are."""
    rule = rule_of(cadence.schedule)
    return _next_days(rule, cadence.anchor, wishes.frequency, wishes.days, first)


@lru_cache(maxsize=4096)
def _next_days(
    rule: str, anchor: date, pace: str | None, welcome: frozenset[int], first: date
) -> tuple[date, ...]:
    """Remembered, because all clients of a schedule share them, whatever their minute and zone."""
    return tuple(islice(_slot_days(rule, anchor, pace, welcome, first), 2))


def slot_days(cadence: Cadence, wishes: Wishes, *, first: date) -> Iterator[date]:
    """The local days of the slots from `first` on.

    `less` is every second slot; `more` adds one half-way between two that are at least two days
    apart. A slot on an unwelcome day moves to the next welcome one that has none yet.
    """
    rule = rule_of(cadence.schedule)
    return _slot_days(rule, cadence.anchor, wishes.frequency, wishes.days, first)


def _slot_days(
    rule: str, anchor: date, pace: str | None, welcome: frozenset[int], first: date
) -> Iterator[date]:
    moved_from = first if welcome == EVERY_DAY else first - _WEEK
    last = first - _ONE_DAY
    for day in _days(rule, anchor, pace, moved_from):
        moved = _welcome_day(day, welcome)
        if moved is not None and moved > last:
            last = moved
            yield moved


def minutes_for(cadence: Cadence, wishes: Wishes, client: str) -> float:
    """Minutes after midnight at which this client's slots lie; the same every day.

    The client's own time wins; a part of the day they chose moves a time outside of it inside.
    """
    if wishes.time is not None:
        return wishes.time
    schedule = cadence.schedule
    if schedule.at is not None:
        minutes: float = minutes_at(schedule.at)
    else:
        start, end = schedule.between or ("00:00", "24:00")
        minutes = _spread(minutes_at(start), minutes_at(end), cadence.campaign, client)
    window = wishes.window
    if window and not window[0] <= minutes < window[1]:
        return _spread(*window, cadence.campaign, client)
    return minutes


def before_visit(offset: str, starts_at: datetime, zone: ZoneInfo) -> datetime:
    """`7d` before is seven calendar days earlier at the visit's wall time; `2h` elapsed hours."""
    length = length_of(offset)
    if not offset.endswith("d"):
        return starts_at - length
    wall = starts_at.astimezone(zone)
    seconds = wall.hour * 3600 + wall.minute * 60 + wall.second
    return instant_of(wall.date() - length, seconds / 60, zone)


def check_schedule(schedule: Schedule, today: date, starts_on: date | None = None) -> str | None:
    """Why a schedule of the program file cannot be followed, in words; None when it can."""
    try:
        check_rule(rule_of(schedule), starts_on or today, today)
    except BadRuleError as error:
        return str(error)
    return None


def rule_of(schedule: Schedule) -> str:
    """The RFC 5545 rule of `every: day`, `every: week` or the schedule's own."""
    return schedule.rrule or _RULES[schedule.every or "day"]


def _days(rule: str, anchor: date, pace: str | None, first: date) -> Iterator[date]:
    while True:
        known = calendar(rule, anchor, first, pace)
        yield from known.days[known.first_index(first) :]
        if known.until - first > _LONG_SEARCH:
            return
        first = known.until + _ONE_DAY


def _welcome_day(day: date, welcome: frozenset[int]) -> date | None:
    for later in range(7):
        moved = day + timedelta(days=later)
        if moved.weekday() in welcome:
            return moved
    return None


minutes_at = lru_cache(maxsize=1441)(minutes_of)
"""Minutes after midnight of `HH:MM`, read once."""


@lru_cache(maxsize=65536)
def _spread(start: float, end: float, campaign: str, client: str) -> float:
    """A second between two times that is this client's own: the load spreads, nobody is moved."""
    digest = blake2b(client.encode(), key=campaign.encode()[:64], digest_size=8).digest()
    seconds = int((end - start) * 60)
    return start + (int.from_bytes(digest) % seconds) / 60
