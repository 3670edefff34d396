"""Who is on call, and the hours for which nobody is."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from outreach.programs.file import ProgramFile
from outreach.programs.on_call import on_call_at, rota_gaps

CHICAGO = ZoneInfo("America/Chicago")

DAY_AND_NIGHT = [
    {"who": "ana", "days": "mon-fri", "from": "08:00", "to": "18:00"},
    {"who": "ben", "days": "mon-sun", "from": "18:00", "to": "08:00"},
    {"who": "cleo", "days": "sat,sun", "from": "08:00", "to": "18:00"},
]


def on_call(*rota: dict[str, str]) -> dict[str, Any]:
    people = {entry["who"]: {"sms": "+12025550111"} for entry in rota}
    return {"rota": list(rota), "people": people}


@pytest.fixture
def file(program_file: Callable[..., ProgramFile]) -> ProgramFile:
    return program_file(on_call=on_call(*DAY_AND_NIGHT))


@pytest.mark.parametrize(
    ("moment", "who"),
    [
        ("2026-11-18T08:00", "ana"),
        ("2026-11-18T17:59", "ana"),
        ("2026-11-18T18:00", "ben"),
        ("2026-11-19T03:00", "ben"),
        ("2026-11-21T12:00", "cleo"),
        ("2026-11-23T07:59", "ben"),
    ],
)
def test_the_rota_is_read_on_the_programs_wall_clock(
    file: ProgramFile, moment: str, who: str
) -> None:
    assert on_call_at(file, datetime.fromisoformat(moment).replace(tzinfo=CHICAGO)) == who


def test_the_first_entry_that_fits_wins(program_file: Callable[..., ProgramFile]) -> None:
    rota = on_call(
        {"who": "ana", "days": "wed", "from": "00:00", "to": "24:00"},
        {"who": "ben", "days": "mon-sun", "from": "00:00", "to": "24:00"},
    )
    noon = datetime(2026, 11, 18, 12, tzinfo=CHICAGO)
    assert on_call_at(program_file(on_call=rota), noon) == "ana"


def test_without_a_rota_nobody_is_named(program_file: Callable[..., ProgramFile]) -> None:
    assert on_call_at(program_file(), datetime(2026, 11, 18, tzinfo=UTC)) is None


@pytest.mark.parametrize("day", ["2026-03-08", "2026-11-01"])
def test_somebody_is_on_call_at_every_minute_of_a_day_on_which_clocks_jump(
    file: ProgramFile, day: str
) -> None:
    start = datetime.fromisoformat(day).replace(tzinfo=CHICAGO).astimezone(UTC)
    minutes = (start + timedelta(minutes=n) for n in range(25 * 60))
    assert all(on_call_at(file, minute) for minute in minutes)


@pytest.mark.parametrize(
    ("rota", "gaps"),
    [
        ([], []),
        (DAY_AND_NIGHT, []),
        (DAY_AND_NIGHT[:2], ["sat 08:00 to sat 18:00", "sun 08:00 to sun 18:00"]),
        ([{"who": "ana", "days": "mon-sun"}], []),
        ([{"who": "ana", "days": "mon-sat"}], ["sun 00:00 to mon 00:00"]),
        (
            [{"who": "ana", "days": "tue-sun"}],
            ["mon 00:00 to tue 00:00"],
        ),
    ],
)
def test_the_hours_for_which_nobody_is_on_call_are_told(
    program_file: Callable[..., ProgramFile], rota: list[dict[str, str]], gaps: list[str]
) -> None:
    assert rota_gaps(program_file(on_call=on_call(*rota)).on_call.rota) == gaps
