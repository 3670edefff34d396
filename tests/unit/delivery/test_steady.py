"""A clock that was set is noticed; one that merely runs is not."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.delivery.steady import SteadyClock

NOON = datetime(2026, 11, 18, 18, tzinfo=UTC)


def looks(steps: list[tuple[float, float]]) -> list[datetime | None]:
    """What it says when each pair of (real, shown) seconds went by."""
    real, shown = 0.0, NOON
    steady = SteadyClock(lambda: real)
    answers = [steady.since(shown)]
    for passed, moved in steps:
        real += passed
        shown += timedelta(seconds=moved)
        answers.append(steady.since(shown))
    return answers


@given(st.lists(st.floats(0, 3600), max_size=20))
def test_a_clock_that_runs_was_never_set(seconds: list[float]) -> None:
    assert set(looks([(passed, passed) for passed in seconds])) == {None}


@pytest.mark.parametrize("step", [3600, -3600, 86_400, 5])
def test_a_step_is_noticed_and_remembered(step: float) -> None:
    answers = looks([(15, 15), (15, 15 + step), (15, 15)])
    set_at = NOON + timedelta(seconds=30 + step)
    assert answers == [None, None, set_at, set_at]


def test_small_corrections_are_no_step() -> None:
    assert set(looks([(15, 15.4)] * 20)) == {None}
