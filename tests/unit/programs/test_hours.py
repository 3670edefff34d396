"""When staff work, on the wall clock of the program."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from outreach.programs.file import ProgramFile
from outreach.programs.hours import end_of_next_working_day, is_working, next_working_time
from tests.unit.programs.conftest import SMALLEST

CHICAGO = ZoneInfo("America/Chicago")


def chicago(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHICAGO).astimezone(UTC)


@pytest.mark.parametrize(
    ("moment", "working"),
    [
        ("2026-11-18T08:59", False),
        ("2026-11-18T09:00", True),
        ("2026-11-18T16:59", True),
        ("2026-11-18T17:00", False),
        ("2026-11-21T12:00", False),
    ],
)
def test_hours_begin_at_their_first_minute_and_end_before_their_last(
    program_file: Callable[..., ProgramFile], moment: str, working: bool
) -> None:
    assert is_working(program_file(), chicago(moment)) is working


def test_a_text_of_friday_evening_waits_for_monday_morning(
    program_file: Callable[..., ProgramFile],
) -> None:
    found = next_working_time(program_file(), chicago("2026-11-20T17:30"))
    assert found == chicago("2026-11-23T09:00")


def test_at_work_the_next_working_time_is_now(program_file: Callable[..., ProgramFile]) -> None:
    now = chicago("2026-11-18T12:34")
    assert next_working_time(program_file(), now) == now


def test_a_holiday_is_no_working_day(program_file: Callable[..., ProgramFile]) -> None:
    file = program_file(holidays=["2026-11-26", "2026-11-27"])
    assert not is_working(file, chicago("2026-11-26T12:00"))
    found = end_of_next_working_day(file, chicago("2026-11-25T12:00"))
    assert found == chicago("2026-11-30T17:00")


def test_the_next_working_day_is_never_today(program_file: Callable[..., ProgramFile]) -> None:
    found = end_of_next_working_day(program_file(), chicago("2026-11-18T03:00"))
    assert found == chicago("2026-11-19T17:00")


def test_two_shifts_of_a_day_are_both_kept(program_file: Callable[..., ProgramFile]) -> None:
    file = program_file(working_hours={"mon": ["13:00", "18:00"], "mon,tue": ["08:00", "12:00"]})
    assert next_working_time(file, chicago("2026-11-23T12:30")) == chicago("2026-11-23T13:00")
    assert end_of_next_working_day(file, chicago("2026-11-22T12:30")) == chicago("2026-11-23T18:00")


@pytest.mark.parametrize("hours", [{}, {"mon": ["17:00", "09:00"]}, {"mon": ["09:00", "09:00"]}])
def test_hours_that_never_come_are_refused(
    program_file: Callable[..., ProgramFile], hours: dict[str, list[str]]
) -> None:
    with pytest.raises(ValidationError):
        program_file(working_hours=hours)


@given(st.integers(0, 3 * 365 * 24 * 60))
def test_the_next_working_time_is_working_and_never_past(minutes: int) -> None:
    now = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    file = ProgramFile.model_validate(SMALLEST)
    found = next_working_time(file, now)
    assert now <= found < now + timedelta(days=4)
    assert is_working(file, found)
