"""From wall time to an instant (law 7): what a clock on the wall means on the days it jumps."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo


def instant_of(wall: datetime, zone: ZoneInfo) -> datetime:
    """The UTC instant at which clocks in `zone` show the naive `wall`.

    In a gap, the first valid instant after it; in a fold, the first of the two.
    """
    early = wall.replace(tzinfo=zone, fold=0)
    instant = early.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == wall:
        return instant
    return _end_of_gap(instant, zone, early.replace(fold=1).utcoffset())


def _end_of_gap(after: datetime, zone: ZoneInfo, offset: timedelta | None) -> datetime:
    """The instant of the jump: `after` lies behind it by less than a day, at offset `offset`."""
    low, high = after - timedelta(days=1), after
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        if middle.astimezone(zone).utcoffset() == offset:
            high = middle
        else:
            low = middle
    return high.replace(microsecond=0)
