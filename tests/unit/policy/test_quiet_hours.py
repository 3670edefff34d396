"""Nobody is texted in quiet hours, in any zone they may be in."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.policy.quiet_hours import Hours, hours
from outreach.policy.wishes import EVERY_DAY, wishes_of

NIGHT = (20 * 60, 9 * 60)
CHICAGO = ("America/Chicago",)
INSTANTS = st.integers(0, 3 * 366 * 1440).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
ZONE_LISTS = st.lists(
    st.sampled_from(
        [
            "America/New_York",
            "America/Chicago",
            "America/Boise",
            "America/Phoenix",
            "Pacific/Honolulu",
            "Australia/Lord_Howe",
        ]
    ),
    min_size=1,
    max_size=3,
    unique=True,
).map(tuple)
QUIET = st.tuples(st.integers(0, 1440), st.integers(0, 1440))
WEEKDAYS = st.frozensets(st.integers(0, 6), min_size=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("instant", "opens"),
    [
        ("2026-11-18T18:00", "2026-11-18T18:00"),  # noon
        ("2026-11-18T14:59", "2026-11-18T15:00"),  # 08:59
        ("2026-11-18T15:00", "2026-11-18T15:00"),  # 09:00 is open
        ("2026-11-19T02:00", "2026-11-19T15:00"),  # 20:00 is quiet
        ("2026-11-19T01:59", "2026-11-19T01:59"),
        ("2027-03-14T07:00", "2027-03-14T14:00"),  # the night of the clock change
    ],
)
def test_quiet_hours_begin_at_eight_and_end_at_nine(instant: str, opens: str) -> None:
    assert hours(NIGHT, zones=CHICAGO).next_open(at(instant)) == at(opens)


def test_equal_times_mean_no_quiet_hours() -> None:
    always = hours((540, 540), zones=CHICAGO)
    assert always.next_open(at("2026-11-18T07:00")) == at("2026-11-18T07:00")
    assert always.last_open(at("2026-11-18T05:59")) == at("2026-11-18T05:59")
    assert always.closes(at("2026-11-18T07:00")) is None


def test_without_a_zone_only_hours_allowed_in_all_of_them_are_open() -> None:
    everywhere = hours(NIGHT, zones=("America/New_York", "Pacific/Honolulu"))
    assert everywhere.next_open(at("2026-11-18T15:00")) == at("2026-11-18T19:00")
    assert everywhere.closes(at("2026-11-18T19:30")) == at("2026-11-19T01:00")


@pytest.mark.parametrize(
    ("time", "opens"),
    [("08:30", "14:30"), ("07:00", "15:00"), ("07:30", "14:00"), (None, "15:00")],
)
def test_a_clients_own_time_widens_the_hours_but_never_before_eight(
    time: str | None, opens: str
) -> None:
    own = wishes_of(time, None, None, None).own_hours
    opened = hours(NIGHT, own, zones=CHICAGO).next_open(at("2026-11-18T10:00"))
    assert opened == at(f"2026-11-18T{opens}")


def test_an_evening_is_open_until_eight_though_the_program_is_quiet_from_six() -> None:
    own = wishes_of(None, "evening", None, None).own_hours
    kept = hours((18 * 60, 9 * 60), own, only_own=True, zones=CHICAGO)
    assert kept.next_open(at("2026-11-18T15:00")) == at("2026-11-18T23:00")
    assert kept.closes(at("2026-11-18T23:00")) == at("2026-11-19T02:00")


def test_the_last_moment_before_quiet_hours_leaves_ten_minutes_to_deliver() -> None:
    assert hours(NIGHT, zones=CHICAGO).last_open(at("2026-11-19T12:30")) == at("2026-11-19T01:50")


def test_an_unwelcome_day_is_closed_from_midnight_to_midnight() -> None:
    weekdays = hours(NIGHT, days=wishes_of(None, None, "-SA,SU", None).days, zones=CHICAGO)
    assert weekdays.next_open(at("2026-11-21T18:00")) == at("2026-11-23T15:00")
    assert weekdays.last_open(at("2026-11-22T18:00")) == at("2026-11-21T01:50")


@given(QUIET, WEEKDAYS, ZONE_LISTS, INSTANTS)
def test_what_opens_is_open_in_every_zone_and_nothing_before_it_is(
    quiet: tuple[int, int], days: frozenset[int], zones: tuple[str, ...], instant: datetime
) -> None:
    some = hours(quiet, days=days, zones=zones)
    opens = some.next_open(instant)
    if opens is not None:
        assert opens >= instant
        assert is_open(some, quiet, opens)
        if opens > instant:
            assert not is_open(some, quiet, opens - timedelta(seconds=1))


@given(QUIET, ZONE_LISTS, INSTANTS)
def test_the_last_moment_lies_before_and_is_open_in_every_zone(
    quiet: tuple[int, int], zones: tuple[str, ...], instant: datetime
) -> None:
    some = hours(quiet, zones=zones)
    last = some.last_open(instant)
    if last is not None:
        assert last <= instant
        assert is_open(some, quiet, last)


@given(QUIET, WEEKDAYS, ZONE_LISTS, INSTANTS)
def test_hours_close_only_where_some_zone_turns_quiet(
    quiet: tuple[int, int], days: frozenset[int], zones: tuple[str, ...], instant: datetime
) -> None:
    some = hours(quiet, days=days, zones=zones)
    opens = some.next_open(instant)
    closes = some.closes(opens) if opens else None
    if closes is not None:
        assert not is_open(some, quiet, closes)


def is_open(some: Hours, quiet: tuple[int, int], instant: datetime) -> bool:
    """By the clock on the wall; what the search by instants is compared with."""
    return all(_open_in(some, quiet, instant.astimezone(zone)) for zone in some.zones)


def _open_in(some: Hours, quiet: tuple[int, int], wall: datetime) -> bool:
    minute = wall.hour * 60 + wall.minute
    start, end = quiet
    is_quiet = start <= minute < end if start <= end else minute >= start or minute < end
    return wall.weekday() in some.days and not is_quiet


def test_every_day_is_welcome_unless_the_client_says_otherwise() -> None:
    assert wishes_of(None, None, None, None).days == EVERY_DAY
    assert wishes_of(None, None, "+MO,WE", None).days == {0, 2}
