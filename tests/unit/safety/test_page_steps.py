from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from outreach.programs.file import ProgramFile
from outreach.safety.clocks import look_by, one_step_up
from outreach.safety.page_steps import people_at, wait_after
from outreach.vocabulary import Severity

FRIDAY_EVENING = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
"""Friday 20 November 2026, 7 pm in Chicago."""

PEOPLE = {"lead": {"sms": "+12025550190"}, "boss": {"sms": "+12025550191"}}


def program(**on_call: object) -> ProgramFile:
    return ProgramFile.model_validate(
        {
            "program": "riverside",
            "name": "Riverside",
            "timezone": "America/Chicago",
            "sender": {"number": "+15005550006"},
            "on_call": {"people": PEOPLE, **on_call},
        }
    )


def test_the_rotas_step_pages_whoever_is_on_call() -> None:
    file = program(rota=[{"who": "lead"}], steps=[{"to": "rota"}, {"to": "boss"}])

    assert list(people_at(file, 0, FRIDAY_EVENING)) == ["lead"]
    assert list(people_at(file, 1, FRIDAY_EVENING)) == ["boss"]


def test_without_a_rota_its_step_pages_everybody() -> None:
    assert set(people_at(program(), 0, FRIDAY_EVENING)) == {"lead", "boss"}


@given(round_=st.integers(0, 10_000))
def test_after_the_last_step_they_start_again_for_ever(round_: int) -> None:
    file = program(rota=[{"who": "lead"}], steps=[{"to": "rota"}, {"to": "boss"}])

    assert list(people_at(file, 2 * round_, FRIDAY_EVENING)) == ["lead"]
    assert list(people_at(file, 2 * round_ + 1, FRIDAY_EVENING)) == ["boss"]


@given(step=st.integers(0, 10_000))
def test_waits_grow_but_never_past_an_hour(step: int) -> None:
    file = program(steps=[{"to": "all", "wait": "5m"}])

    assert timedelta(minutes=5) <= wait_after(file, step) <= timedelta(hours=1)
    assert wait_after(file, step) <= wait_after(file, step + 1)


def test_a_program_may_wait_longer_than_an_hour() -> None:
    file = program(steps=[{"to": "all", "wait": "3h"}])

    assert wait_after(file, 7) == timedelta(hours=3)


def test_the_clocks_of_the_contract() -> None:
    file = program()

    assert look_by(Severity.IMMINENT, file, FRIDAY_EVENING) == FRIDAY_EVENING + timedelta(minutes=5)
    assert look_by(Severity.HIGH, file, FRIDAY_EVENING) == FRIDAY_EVENING + timedelta(minutes=30)
    assert look_by(Severity.MODERATE, file, FRIDAY_EVENING) == FRIDAY_EVENING + timedelta(hours=8)
    monday_five = datetime(2026, 11, 23, 23, 0, tzinfo=UTC)
    assert look_by(Severity.LOW, file, FRIDAY_EVENING) == monday_five


def test_one_step_up_ends_at_imminent() -> None:
    assert one_step_up(Severity.HIGH) is Severity.IMMINENT
    assert one_step_up(Severity.IMMINENT) is Severity.IMMINENT
