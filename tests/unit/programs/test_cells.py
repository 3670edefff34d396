"""What one cell may say."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from outreach.programs import cells
from outreach.programs.cells import BadCellError
from outreach.programs.file import ProgramFile


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-11-18T15:30:00-06:00", datetime(2026, 11, 18, 21, 30, tzinfo=UTC)),
        ("2026-11-18T21:30Z", datetime(2026, 11, 18, 21, 30, tzinfo=UTC)),
        ("2026-11-18 15:30", datetime(2026, 11, 18, 21, 30, tzinfo=UTC)),
        ("2026-11-18", datetime(2026, 11, 18, 6, 0, tzinfo=UTC)),
        ("2026-03-08T02:30", datetime(2026, 3, 8, 8, 0, tzinfo=UTC)),
        ("2026-11-01T01:30", datetime(2026, 11, 1, 6, 30, tzinfo=UTC)),
    ],
    ids=["offset", "UTC", "wall time", "a date", "in a gap", "in a fold"],
)
def test_an_instant_is_read_in_the_given_zone(text: str, utc: datetime) -> None:
    assert cells.read_instant(text, "America/Chicago") == utc


@pytest.mark.parametrize(
    "text", ["tomorrow", "18/11/2026 15:30", "46344.6", "0001-01-01", "9999-12-31"]
)
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(BadCellError):
        cells.read_instant(text, "America/Chicago")


@pytest.mark.parametrize("text", ["es", "ES", "es-MX", "es_US", "Spanish", "Español"])
def test_a_language_is_known_by_code_region_or_name(
    program_file: Callable[..., ProgramFile], text: str
) -> None:
    assert cells.language(program_file())(text) == "es"


def test_a_language_the_program_does_not_speak_is_refused(
    program_file: Callable[..., ProgramFile],
) -> None:
    with pytest.raises(BadCellError):
        cells.language(program_file(languages=["en"]))("es")


@pytest.mark.parametrize(
    ("text", "value"), [("Yes", True), ("sí", True), ("0", False), ("FALSE", False)]
)
def test_truth_is_read_as_spreadsheets_write_it(text: str, value: bool) -> None:
    assert cells.yes_or_no(text) is value


def test_tags_are_lower_case_sorted_and_single() -> None:
    assert cells.tags("Veteran; housing|veteran, ,") == ["housing", "veteran"]


@pytest.mark.parametrize("text", ["0", "1441", "-5", "4.5", "½", "٣", "1e3"])
def test_a_length_that_is_no_whole_number_in_reach_is_refused(text: str) -> None:
    with pytest.raises(BadCellError):
        cells.whole_number(1, 1440)(text)


def test_a_number_that_a_spreadsheet_took_for_a_decimal_is_read() -> None:
    assert cells.phone("US")("2025550123.0") == "+12025550123"


def test_a_refused_number_says_why_without_repeating_it() -> None:
    with pytest.raises(BadCellError) as refused:
        cells.phone("US")("+1202555")
    assert refused.value.code == "not_valid"
    assert "202" not in refused.value.words.replace("+12025550123", "")


@pytest.mark.parametrize("text", ["2026-12-02", "20261202"])
def test_a_visit_needs_a_time_of_day(text: str) -> None:
    with pytest.raises(BadCellError) as error:
        cells.read_visit(text, "America/Chicago")
    assert "time of day" in error.value.words


@pytest.mark.parametrize("text", ["2026-12-02 15:30", "2026-12-02T15:30", "20261202T1530"])
def test_a_visit_with_a_time_is_read(text: str) -> None:
    assert cells.read_visit(text, "America/Chicago") == datetime(2026, 12, 2, 21, 30, tzinfo=UTC)
