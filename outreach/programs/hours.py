"""When a program's staff work: wall-clock hours in the program's zone, minus its holidays. Pure."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from outreach.policy.wall_time import instant_of, local_date
from outreach.programs.file import ProgramFile, days_of, minutes_of


def is_working(file: ProgramFile, now: datetime) -> bool:
    """Whether staff are at work at `now`; hours are [from, to)."""
    return any(start <= now < end for start, end in _shifts(file, _today(file, now)))


def next_working_time(file: ProgramFile, now: datetime) -> datetime:
    """The first instant (UTC) at or after `now` at which staff are at work."""
    for day in _days_from(_today(file, now)):
        for start, end in _shifts(file, day):
            if now < end:
                return max(start, now.astimezone(UTC))
    raise AssertionError("a program has working hours on some weekday")


def end_of_next_working_day(file: ProgramFile, now: datetime) -> datetime:
    """When staff go home (UTC) on the first working day after today in the program's zone."""
    for day in _days_from(_today(file, now) + timedelta(days=1)):
        shifts = _shifts(file, day)
        if shifts:
            return shifts[-1][1]
    raise AssertionError("a program has working hours on some weekday")


def _shifts(file: ProgramFile, day: date) -> list[tuple[datetime, datetime]]:
    """The working hours of one calendar day as [start, end) in UTC, in order."""
    if day in file.holidays:
        return []
    zone = ZoneInfo(file.timezone)
    return sorted(
        (
            instant_of(day, minutes_of(opens), zone),
            instant_of(day, minutes_of(closes), zone),
        )
        for days, (opens, closes) in file.working_hours.items()
        if day.weekday() in days_of(days)
    )


def _today(file: ProgramFile, now: datetime) -> date:
    return local_date(now, ZoneInfo(file.timezone))


def _days_from(day: date) -> Iterator[date]:
    while True:
        yield day
        day += timedelta(days=1)
