"""Answers to "did you get to your goal?"."""

import pytest

from tests.unit.replies.readings import meaning


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", "done"), ("did it!", "done"), ("3 times", "done"), ("walked every day", "done"),
        ("3 out of 3", "done"), ("lo hice", "done"), ("sí, todos los días", "done"),
        ("✅", "done"), ("yes", "done"),
        ("2", "some"), ("kinda", "some"), ("2 out of 3", "some"), ("only once", "some"),
        ("half of it", "some"), ("más o menos", "some"), ("not all of it", "some"), ("50%", "some"),
        ("3", "not_yet"), ("not yet", "not_yet"), ("nope", "not_yet"), ("I forgot", "not_yet"),
        ("didn't get it done", "not_yet"), ("todavía no", "not_yet"), ("no pude", "not_yet"),
        ("haven't walked this week", "not_yet"), ("0 of 3", "not_yet"),
    ],
)  # fmt: skip
def test_how_far_the_goal_got(text: str, value: str) -> None:
    assert meaning(text, "goal") == f"answer:{value}"


@pytest.mark.parametrize("text", ["?", "7", "huh", "❤️"])
def test_what_does_not_tell_is_unclear(text: str) -> None:
    assert meaning(text, "goal") == "unclear"
