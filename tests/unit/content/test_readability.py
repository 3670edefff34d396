"""Syllables and the two reading formulas."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.content.readability import grade, inflesz, sentences, syllables_en, syllables_es

EN_SYLLABLES = {
    1: "the made asked goals here care",
    2: "visit table noted quiet being places people office",
    3: "tomorrow idea reminder messages",
    4: "emergency",
}
ES_SYLLABLES = {
    1: "hoy muy y ley quien",
    2: "día país leer huevo playa querer también agua",
    3: "guitarra pingüino miércoles vergüenza toalla mañana",
    4: "teléfono aéreo decisiones",
}


@pytest.mark.parametrize(("count", "words"), EN_SYLLABLES.items())
def test_english_syllables(count: int, words: str) -> None:
    assert {word: syllables_en(word) for word in words.split()} == dict.fromkeys(
        words.split(), count
    )


@pytest.mark.parametrize(("count", "words"), ES_SYLLABLES.items())
def test_spanish_syllables(count: int, words: str) -> None:
    assert {word: syllables_es(word) for word in words.split()} == dict.fromkeys(
        words.split(), count
    )


def test_plain_words_read_easier_than_office_words() -> None:
    assert grade("We are glad to see you.") < 3
    assert grade("Kindly substantiate administrative documentation.") > 12
    assert inflesz("Nos alegra verle hoy.") > 80
    assert inflesz("Sirvase formalizar documentacion administrativa.") < 40


def test_sentences_end_where_a_mark_is_followed_by_space() -> None:
    assert sentences("Hi. How are you? At 10.30, fine.") == ["Hi", "How are you", "At 10.30, fine"]


@given(st.text(max_size=80))
def test_any_text_has_a_score(text: str) -> None:
    assert grade(text) >= -20
    assert inflesz(text) <= 207


@given(st.text(min_size=1, max_size=30))
def test_every_word_has_a_syllable(word: str) -> None:
    assert syllables_en(word) >= 1
    assert syllables_es(word) >= 1
