"""Phone numbers as people and spreadsheets write them."""

import pytest

from outreach.numbers import WORDS, BadNumberError, NumberProblem, candidate_zones, to_e164


@pytest.mark.parametrize(
    "written",
    [
        "+12025550123",
        "12025550123",
        "2025550123",
        "(202) 555-0123",
        " 202.555.0123 ",
        "1-202-555-0123",
    ],
)
def test_a_us_number_is_understood_however_it_is_written(written: str) -> None:
    assert to_e164(written, "US") == "+12025550123"


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("call me", NumberProblem.NOT_A_NUMBER),
        ("", NumberProblem.NOT_A_NUMBER),
        ("1.20256E+10", NumberProblem.NOT_A_NUMBER),
        ("+1202555", NumberProblem.NOT_VALID),
        ("911", NumberProblem.SHORT_CODE),
        ("741741", NumberProblem.SHORT_CODE),
        ("+19005550123", NumberProblem.PREMIUM),
        ("+447400123456", NumberProblem.WRONG_COUNTRY),
    ],
)
def test_a_number_that_gets_no_texts_is_refused_with_its_reason(
    written: str, problem: NumberProblem
) -> None:
    with pytest.raises(BadNumberError) as error:
        to_e164(written, "US")
    assert error.value.problem is problem
    assert str(error.value) == WORDS[problem]


def test_a_landline_is_refused_where_the_country_tells_them_apart() -> None:
    with pytest.raises(BadNumberError) as error:
        to_e164("020 7946 0123", "GB")
    assert error.value.problem is NumberProblem.LANDLINE


def test_most_numbers_have_one_zone_and_toll_free_ones_have_many() -> None:
    assert candidate_zones("+13125550123") == ("America/Chicago",)
    assert len(candidate_zones("+18005550123")) > 8
