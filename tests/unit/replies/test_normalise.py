"""Folding gives one plain form and remembers where every letter came from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.replies.normalise import fold


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ("  Sí,  mañana\r\n\r\n a las ٣ ", "si, manana\na las 3"),
        ("don’t", "don't"),
        ("“ok”", '"ok"'),
        ("st\u200bo\u200dp", "stop"),
        ("\u202eSTOP", "stop"),
        ("👍🏽", "👍"),
        ("7️⃣", "7"),
        ("१०", "10"),
        ("🔟", "10"),
        ("ﬁne", "fine"),
        ("ＳＴＯＰ", "stop"),
        ("7½", "7 1/2"),
        ("a\x00b", "ab"),
        ("", ""),
        (" \n ", ""),
    ],
)
def test_a_text_folds_to_its_plain_form(raw: str, plain: str) -> None:
    assert fold(raw).text == plain


@given(st.text(max_size=300))
def test_every_folded_letter_knows_its_place_in_the_raw_text(raw: str) -> None:
    folded = fold(raw)
    assert len(folded.origin) == len(folded.text)
    assert list(folded.origin) == sorted(folded.origin)
    assert all(0 <= place < len(raw) for place in folded.origin)


@given(st.text(max_size=200))
def test_folding_leaves_no_space_at_the_ends_and_no_double_space(raw: str) -> None:
    plain = fold(raw).text
    assert plain == plain.strip()
    assert "  " not in plain


def test_a_span_of_the_folded_text_points_into_the_raw_text() -> None:
    raw = "well,  I WON’T  be there"
    folded = fold(raw)
    start = folded.text.index("won't")
    low, high = folded.raw_span(start, start + len("won't"))
    assert raw[low:high] == "WON’T"
