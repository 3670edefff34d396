"""From wall-clock time to instants and back: the one place that knows clock changes (law 7)."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_SECOND = timedelta(seconds=1)


@lru_cache(maxsize=16384)
def instant_of(day: date, minutes: float, zone: ZoneInfo) -> datetime:
    """The UTC instant at which clocks in `zone` show `minutes` after midnight of `day`.

    1440 is the midnight that ends the day. In a gap it is the first valid instant after it, in a
    fold the first of the two.
    """
    wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
    instant = wall.replace(tzinfo=zone).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == wall:
        return instant
    # In a gap fold=1 reads the wall time with the offset that holds after the change, fold=0 with
    # the one before it: the change lies between the two readings.
    return _clock_change(wall.replace(tzinfo=zone, fold=1).astimezone(UTC), instant, zone)


def instant_of_wall(wall: datetime, zone: ZoneInfo) -> datetime:
    """The UTC instant of a naive wall time in `zone`; gaps and folds as in `instant_of`."""
    passed = wall - datetime.combine(wall.date(), time())
    return instant_of(wall.date(), passed.total_seconds() / 60, zone)


@lru_cache(maxsize=16384)
def local_date(instant: datetime, zone: ZoneInfo) -> date:
    """The calendar day in `zone` at an instant."""
    return instant.astimezone(zone).date()


@lru_cache(maxsize=16384)
def end_of_day(instant: datetime, zone: ZoneInfo) -> datetime:
    """The UTC instant at which the wall day around `instant` ends in `zone`."""
    return instant_of(local_date(instant, zone), 1440, zone)


def _clock_change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The first instant with the later offset; clock changes fall on whole seconds."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + timedelta(seconds=int((after - before).total_seconds() / 2))
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after
