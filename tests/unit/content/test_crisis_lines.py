"""Numbers in a safety reply are those of the program's country, in the client's language."""

from datetime import date
from importlib.resources import files

import pytest
import yaml

from outreach.content.crisis_lines import countries, crisis_variables, safety_text_id


def test_each_country_has_its_own_lines() -> None:
    assert crisis_variables("US", "en")["crisis_line"] == "call or text 988"
    assert crisis_variables("us", "es")["crisis_line"] == "llame al 988 (2) o envie AYUDA al 988"
    assert crisis_variables("GB", "en")["emergency"] == "999"
    assert crisis_variables("AU", "en")["emergency"] == "000"


def test_a_country_nobody_verified_gets_words_and_no_number() -> None:
    words = " ".join(crisis_variables("ZZ", "en").values())
    assert words
    assert not any(character.isdigit() for character in words)


def test_a_language_without_words_of_its_own_gets_the_english_ones() -> None:
    assert crisis_variables("US", "fr") == crisis_variables("US", "en")


def test_every_row_says_when_and_where_it_was_verified() -> None:
    text = files("outreach.content").joinpath("crisis_lines.yaml").read_text("utf-8")
    rows = yaml.safe_load(text)
    assert [row["country"] for row in rows] == list(countries())
    assert all(isinstance(row["verified_on"], date) and row["source"] for row in rows)


@pytest.mark.parametrize(
    ("concern", "severity", "told", "text_id"),
    [
        ("suicide", "imminent", False, "safety-suicide"),
        ("self_harm", "moderate", True, "safety-suicide-told"),
        ("distress", "moderate", False, "safety-distress"),
        ("distress", "high", False, "safety-suicide"),
        ("overdose", "imminent", True, "safety-overdose-medical-told"),
        ("overdose", "moderate", False, "safety-unwell"),
        ("medication", "moderate", False, "safety-medication"),
        ("medication", "high", False, "safety-unwell"),
        ("harm_to_others", "high", False, "safety-danger-others"),
        ("abuse", "high", False, "safety-abuse"),
    ],
)
def test_the_reply_fits_the_concern_and_its_severity(
    concern: str, severity: str, told: bool, text_id: str
) -> None:
    assert safety_text_id(concern, severity, staff_told=told) == text_id


def test_no_concern_has_no_reply() -> None:
    with pytest.raises(KeyError):
        safety_text_id("none", "low", staff_told=False)
