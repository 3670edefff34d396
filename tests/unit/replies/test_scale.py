"""Numbers on a scale of 0 to 10."""

import pytest

from tests.unit.replies.readings import also, meaning


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7", "7"), ("8!!", "8"), ("7/10", "7"), ("prob a 4", "4"), ("6-7", "6.5"),
        ("6 or 7", "6.5"), ("between 6 and 7", "6.5"), ("7.5", "7.5"), ("6 and a half", "6.5"),
        ("7½", "7.5"), ("three", "3"), ("siete y medio", "7.5"), ("٧", "7"), ("7️⃣", "7"),
        ("10 out of 10", "10"), ("ocho de diez", "8"), ("0", "0"), ("I'm at a 5", "5"),
        ("it was a 4 yesterday, 8 today", "8"), ("yesterday 5 today 7", "7"),
        ("6 today, 2 yesterday", "6"), ("2 drinks, mood 7", "7"), ("mood 3 sleep 5", "3"),
        ("slept 4 hours. 6", "6"), ("8. I meant 7", "7"), ("*7", "7"), ("6 not 5", "6"),
        ("went from a 4 to a 6", "6"), ("dinner at 6, mood is 8", "8"), ("un 4", "4"),
    ],
)  # fmt: skip
def test_the_score_is_read(text: str, value: str) -> None:
    assert meaning(text, "scale") == f"answer:{value}"


@pytest.mark.parametrize(
    "text", ["-2", "11", "11/10", "5150", "same as yesterday", "meh", "good", "tired", "😐", "?"]
)
def test_no_score_is_made_up(text: str) -> None:
    assert meaning(text, "scale") == "unclear"


def test_an_answer_and_a_stop_are_both_heard() -> None:
    assert meaning("5. STOP", "scale") == "opt_out"
    assert also("5. STOP", "scale") == ["answer:5"]
