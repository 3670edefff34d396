"""Pace and waiting are arithmetic: no more segments than the sender may, no sooner than allowed."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from outreach.delivery.pacing import LONGEST_WAIT, Pace, wait_seconds

NOON = datetime(2026, 11, 18, 18, tzinfo=UTC)
RATES = st.floats(0.1, 1000)


@given(RATES, st.lists(st.integers(1, 10), max_size=40))
def test_segments_never_start_faster_than_the_pace(rate: float, texts: list[int]) -> None:
    pace = Pace.at(NOON, rate, None)
    for segments in texts:
        pace.take(segments)
    needed = timedelta(seconds=sum(texts) / rate)
    assert abs(pace.free_at - NOON - needed) < timedelta(milliseconds=1)


@given(RATES, st.floats(0, 10))
def test_the_room_is_what_may_start_in_time(rate: float, seconds: float) -> None:
    until = NOON + timedelta(seconds=seconds)
    room = Pace.at(NOON, rate, None).room(until)
    pace = Pace.at(NOON, rate, None)
    starts = [pace.take(1) for _ in range(min(room, 2000))]
    assert all(start <= until + timedelta(milliseconds=1) for start in starts)


def test_a_sender_that_is_ahead_of_its_pace_has_no_room() -> None:
    pace = Pace.at(NOON, 10, NOON + timedelta(seconds=5))
    assert pace.room(NOON + timedelta(seconds=2)) == 0


def test_idle_time_earns_no_credit() -> None:
    pace = Pace.at(NOON, 1, NOON - timedelta(hours=1))
    assert pace.room(NOON) == 1


@given(st.integers(0, 1000), st.floats(0.1, 300), st.floats(0, 0.999))
def test_waits_grow_but_never_without_end(tries: int, first: float, noise: float) -> None:
    wait = wait_seconds(tries, first, noise)
    assert first / 2 <= wait <= max(first, LONGEST_WAIT)


@given(st.floats(0, 0.999))
def test_waits_double(noise: float) -> None:
    assert wait_seconds(3, 1, noise) == 8 * wait_seconds(0, 1, noise)


def test_a_clock_set_back_by_an_hour_does_not_silence_a_sender() -> None:
    pace = Pace.at(NOON, 10, NOON + timedelta(hours=1))
    assert pace.room(NOON + timedelta(seconds=1)) > 0


def test_a_long_wait_that_the_carrier_asked_for_is_kept() -> None:
    pace = Pace.at(NOON, 10, NOON + timedelta(minutes=15))
    assert pace.room(NOON + timedelta(seconds=1)) == 0
