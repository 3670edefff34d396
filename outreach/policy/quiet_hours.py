"""Quiet hours and unwelcome days: when a text may reach a client, in every zone they may be in."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from outreach.policy.wall_time import instant_of, local_date
from outreach.policy.wishes import EVERY_DAY

LAST_MOMENT = timedelta(minutes=10)
"""How long before quiet hours the last allowed moment lies: the carrier needs time to deliver."""

_DAY = 24 * 60
_SEARCH_DAYS = 8
_ROUNDS = 64


@dataclass(frozen=True, slots=True, eq=False)
class Hours:
    """When texts are welcome: spans [from, to) of minutes after midnight, on `days`, in `zones`.

    With several zones (a client without one of their own) every zone has to agree. Equal hours are
    one object (`hours` remembers them), so that what is remembered of them is found at once.
    """

    spans: tuple[tuple[int, int], ...]
    days: frozenset[int]
    zones: tuple[ZoneInfo, ...]

    def next_open(self, instant: datetime) -> datetime | None:
        """The first welcome moment at or after `instant`; None if there is none for eight days."""
        return _next_open(self, instant)

    def last_open(self, instant: datetime) -> datetime | None:
        """The last welcome moment at or before `instant` that leaves ten minutes to deliver."""
        return _last_open(self, instant)

    def closes(self, instant: datetime) -> datetime | None:
        """When the hours around the welcome moment `instant` end; None if they never do."""
        return _closes(self, instant)


@lru_cache(maxsize=8192)
def hours(
    quiet: tuple[int, int],
    own: tuple[int, int] | None = None,
    *,
    only_own: bool = False,
    days: frozenset[int] = EVERY_DAY,
    zones: tuple[str, ...] = ("UTC",),
) -> Hours:
    """The welcome hours beside `quiet` = [from, to) in minutes; equal means no quiet hours.

    `own` are hours that a client opened by choosing them; `only_own` keeps to them.
    """
    chosen = [own] if own else []
    spans = _joined(chosen if chosen and only_own else [*_outside(*quiet), *chosen])
    return Hours(spans, days, tuple(ZoneInfo(name) for name in zones))


def _outside(start: int, end: int) -> list[tuple[int, int]]:
    if start == end:
        return [(0, _DAY)]
    if start > end:
        return [(end, start)]
    return [span for span in ((0, start), (end, _DAY)) if span[0] < span[1]]


def _joined(spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


@lru_cache(maxsize=8192)
def _next_open(open_hours: Hours, instant: datetime) -> datetime | None:
    limit = instant + timedelta(days=_SEARCH_DAYS)
    moment = instant
    for _ in range(_ROUNDS):
        latest = moment
        for zone in open_hours.zones:
            found = _next_in_zone(open_hours, moment, zone)
            if found is None:
                return None
            latest = max(latest, found)
        if latest == moment or latest > limit:
            return moment if latest == moment else None
        moment = latest
    return None


@lru_cache(maxsize=8192)
def _last_open(open_hours: Hours, instant: datetime) -> datetime | None:
    moment = instant
    for _ in range(_ROUNDS):
        earliest = moment
        for zone in open_hours.zones:
            found = _last_in_zone(open_hours, moment, zone)
            if found is None:
                return None
            earliest = min(earliest, found)
        if earliest == moment:
            return moment
        moment = earliest
    return None


@lru_cache(maxsize=8192)
def _closes(open_hours: Hours, instant: datetime) -> datetime | None:
    ends = [_closes_in_zone(open_hours, instant, zone) for zone in open_hours.zones]
    return min((end for end in ends if end is not None), default=None)


def _next_in_zone(open_hours: Hours, instant: datetime, zone: ZoneInfo) -> datetime | None:
    today = local_date(instant, zone)
    for start, end in _spans(open_hours, zone, today - timedelta(days=1), _SEARCH_DAYS + 2):
        if instant < end:
            return max(start, instant)
    return None


def _last_in_zone(open_hours: Hours, instant: datetime, zone: ZoneInfo) -> datetime | None:
    first = local_date(instant, zone) - timedelta(days=_SEARCH_DAYS)
    found = None
    for start, end in _spans(open_hours, zone, first, _SEARCH_DAYS + 3):
        if start <= instant:
            found = min(instant, max(start, end - LAST_MOMENT))
    return found


def _closes_in_zone(open_hours: Hours, instant: datetime, zone: ZoneInfo) -> datetime | None:
    today = local_date(instant, zone)
    for start, end in _spans(open_hours, zone, today - timedelta(days=1), _SEARCH_DAYS + 2):
        if start <= instant < end:
            return end if end < instant + timedelta(days=_SEARCH_DAYS) else None
    return instant


def _spans(
    open_hours: Hours, zone: ZoneInfo, first: date, days: int
) -> Iterator[tuple[datetime, datetime]]:
    """The welcome spans of `days` days from `first` on, as instants; touching ones are joined."""
    joined: tuple[datetime, datetime] | None = None
    for day in (first + timedelta(days=n) for n in range(days)):
        for start, end in open_hours.spans if day.weekday() in open_hours.days else ():
            span = instant_of(day, start, zone), instant_of(day, end, zone)
            if joined and joined[1] == span[0]:
                joined = joined[0], span[1]
                continue
            if joined:
                yield joined
            joined = span
    if joined:
        yield joined
