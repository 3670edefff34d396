"""Segments are counted as the carrier counts them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.content.segments import GSM, GSM_EXTENSION, segments, to_gsm_safe

GSM_TEXT = st.text(alphabet=sorted(GSM), max_size=500)
ANY_TEXT = st.text(max_size=300)


@pytest.mark.parametrize(
    ("text", "encoding", "units", "count"),
    [
        ("", "GSM-7", 0, 0),
        ("a", "GSM-7", 1, 1),
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("ñéü¿¡àÇ", "GSM-7", 7, 1),
        ("€" * 80, "GSM-7", 160, 1),
        ("a" * 159 + "€", "GSM-7", 161, 2),
        ("a" * 152 + "€" + "a" * 152, "GSM-7", 306, 3),  # the pair moves whole, so 152 + 153 + 1
        ("€" * 81, "GSM-7", 162, 2),
        ("€" * 153, "GSM-7", 306, 3),  # only 76 pairs fit in 153
        ("á" * 70, "UCS-2", 70, 1),
        ("á" * 71, "UCS-2", 71, 2),
        ("á" * 134, "UCS-2", 134, 2),
        ("á" * 135, "UCS-2", 135, 3),
        ("ç", "UCS-2", 1, 1),
        ("a" * 70 + "’", "UCS-2", 71, 2),
        ("😀" * 35, "UCS-2", 70, 1),
        ("😀" * 36, "UCS-2", 72, 2),
        ("a" * 66 + "😀" + "a" * 66, "UCS-2", 134, 3),  # the surrogate pair moves whole
        ("€á", "UCS-2", 2, 1),
    ],
)
def test_a_text_takes_the_segments_of_the_table(
    text: str, encoding: str, units: int, count: int
) -> None:
    counted = segments(text)
    assert (counted.encoding, counted.units, counted.count) == (encoding, units, count)


@given(GSM_TEXT)
def test_a_gsm_text_costs_one_septet_a_character_and_two_for_the_extension(text: str) -> None:
    extended = sum(character in GSM_EXTENSION for character in text)
    assert segments(text).encoding == "GSM-7"
    assert segments(text).units == len(text) + extended


@given(ANY_TEXT)
def test_the_count_is_never_below_what_the_units_need(text: str) -> None:
    counted = segments(text)
    alone, joined = (160, 153) if counted.encoding == "GSM-7" else (70, 67)
    assert (counted.count <= 1) == (counted.units <= alone)
    assert counted.count * (joined if counted.count > 1 else alone) >= counted.units


@given(ANY_TEXT)
def test_a_pair_wastes_at_most_one_unit_in_each_segment(text: str) -> None:
    counted = segments(text)
    joined = 153 if counted.encoding == "GSM-7" else 67
    if counted.count > 1:
        assert (counted.count - 1) * (joined - 1) < counted.units


@given(ANY_TEXT, ANY_TEXT)
def test_a_longer_text_never_takes_fewer_segments(text: str, more: str) -> None:
    assert segments(text + more).count >= segments(text).count


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("it’s “fine” – really…", 'it\'s "fine" - really...'),
        ("two\u00a0words\tthree", "two words three"),
        ("zero\u200bwidth", "zerowidth"),
        ("mañana a las 3, ¿está bien, José?", "mañana a las 3, ¿esta bien, José?"),
        ("María Ángeles Müller", "Maria Angeles Müller"),
        ("Jose\u0301 A\u0301lvarez", "José Alvarez"),
        ("François", "Francois"),
        ("María 😀", "María 😀"),  # UCS-2 whatever we do: keep the name as it is written
        ("it’s 😀", "it's 😀"),
    ],
)
def test_marks_and_accents_that_cost_room_become_plain(text: str, safe: str) -> None:
    assert to_gsm_safe(text) == safe


@given(ANY_TEXT)
def test_making_a_text_safe_twice_changes_nothing_more(text: str) -> None:
    assert to_gsm_safe(to_gsm_safe(text)) == to_gsm_safe(text)


@given(GSM_TEXT)
def test_a_text_already_in_gsm_stays_as_it_is(text: str) -> None:
    assert to_gsm_safe(text) == text
