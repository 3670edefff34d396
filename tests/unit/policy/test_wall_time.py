"""Wall clocks and instants: gaps, folds and days that are shorter or longer than others."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.policy.wall_time import end_of_day, instant_of, instant_of_wall, local_date

ZONES = st.sampled_from(
    [
        "America/Chicago",
        "America/St_Johns",
        "Europe/Dublin",
        "Australia/Lord_Howe",
        "Asia/Kolkata",
        "America/Havana",
        "Africa/Cairo",
        "Pacific/Chatham",
        "Asia/Beirut",
        "UTC",
    ]
).map(ZoneInfo)
DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))
MINUTES = st.integers(0, 1439)


def test_a_time_in_the_gap_is_the_first_valid_instant_after_it() -> None:
    chicago = ZoneInfo("America/Chicago")
    assert instant_of(date(2027, 3, 14), 150, chicago) == datetime(2027, 3, 14, 8, 0, tzinfo=UTC)


def test_a_time_in_the_fold_is_the_first_of_the_two() -> None:
    chicago = ZoneInfo("America/Chicago")
    assert instant_of(date(2027, 11, 7), 90, chicago) == datetime(2027, 11, 7, 6, 30, tzinfo=UTC)


def test_a_gap_at_midnight_ends_on_the_same_day() -> None:
    havana = ZoneInfo("America/Havana")
    assert instant_of(date(2027, 3, 14), 0, havana).astimezone(havana).hour == 1


@pytest.mark.parametrize(("day", "hours"), [((2027, 3, 14), 23), ((2027, 11, 7), 25)])
def test_a_day_of_a_clock_change_is_as_long_as_its_clocks_say(
    day: tuple[int, int, int], hours: int
) -> None:
    chicago = ZoneInfo("America/Chicago")
    start = instant_of(date(*day), 0, chicago)
    assert end_of_day(start, chicago) - start == timedelta(hours=hours)


@given(DAYS, MINUTES, ZONES)
def test_clocks_show_the_wanted_time_or_there_was_none_and_it_is_the_first_after(
    day: date, minutes: int, zone: ZoneInfo
) -> None:
    instant = instant_of(day, minutes, zone)
    shown = instant.astimezone(zone).replace(tzinfo=None)
    wanted = datetime(day.year, day.month, day.day) + timedelta(minutes=minutes)  # noqa: DTZ001
    just_before = (instant - timedelta(seconds=1)).astimezone(zone).replace(tzinfo=None)
    assert shown == wanted or just_before < wanted < shown


@given(DAYS, MINUTES, ZONES)
def test_no_earlier_instant_shows_the_same_time(day: date, minutes: int, zone: ZoneInfo) -> None:
    instant = instant_of(day, minutes, zone)
    shown = instant.astimezone(zone)
    earlier = shown.replace(fold=0).astimezone(UTC)
    assert instant <= earlier


@given(DAYS, MINUTES, ZONES)
def test_a_wall_time_and_its_parts_mean_the_same(day: date, minutes: int, zone: ZoneInfo) -> None:
    wall = datetime(day.year, day.month, day.day) + timedelta(minutes=minutes)  # noqa: DTZ001
    assert instant_of_wall(wall, zone) == instant_of(day, minutes, zone)


@given(DAYS, MINUTES, ZONES)
def test_the_day_ends_when_the_next_one_begins(day: date, minutes: int, zone: ZoneInfo) -> None:
    instant = instant_of(day, minutes, zone)
    end = end_of_day(instant, zone)
    assert local_date(end, zone) > local_date(instant, zone)
    assert local_date(end - timedelta(seconds=1), zone) == local_date(instant, zone)
