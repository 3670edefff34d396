"""Who is on call: the rota read on the wall clock of the program's zone. Pure.

Because it compares wall times, a rota that covers the week also covers the days on which clocks
jump: every instant shows exactly one wall time.
"""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from outreach.programs.file import WEEKDAYS, ProgramFile, RotaEntry, days_of, minutes_of

_DAY = 24 * 60
_WEEK = 7 * _DAY


def on_call_at(file: ProgramFile, now: datetime) -> str | None:
    """The person of the rota on call at `now`; the first entry that fits wins.

    None without a rota: then whoever would page the rota pages everybody.
    """
    local = now.astimezone(ZoneInfo(file.timezone))
    minute = local.weekday() * _DAY + local.hour * 60 + local.minute
    for entry in file.on_call.rota:
        if any(start <= minute < end for start, end in _weekly(entry)):
            return entry.who
    return None


def rota_gaps(rota: tuple[RotaEntry, ...]) -> list[str]:
    """The spans of the week nobody covers, such as `sat 00:00 to mon 09:00`; none if empty."""
    if not rota:
        return []
    gaps, covered = [], 0
    for start, end in sorted(span for entry in rota for span in _weekly(entry)):
        if start > covered:
            gaps.append(f"{_said(covered)} to {_said(start)}")
        covered = max(covered, end)
    if covered < _WEEK:
        gaps.append(f"{_said(covered)} to {_said(_WEEK)}")
    return gaps


def _weekly(entry: RotaEntry) -> Iterator[tuple[int, int]]:
    """[start, end) in minutes since Monday 00:00; `to` at or before `from` is the next day's."""
    opens, closes = minutes_of(entry.from_), minutes_of(entry.to)
    length = closes - opens if closes > opens else closes - opens + _DAY
    for day in days_of(entry.days):
        start = day * _DAY + opens
        yield start, min(start + length, _WEEK)
        if start + length > _WEEK:
            yield 0, start + length - _WEEK


def _said(minute: int) -> str:
    day, of_day = divmod(minute, _DAY)
    return f"{WEEKDAYS[day % 7]} {of_day // 60:02}:{of_day % 60:02}"
