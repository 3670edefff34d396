"""Preferences and requests."""

import pytest

from tests.unit.replies.readings import meaning


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("pause for two weeks", "pause=P14D"), ("stop for a week", "pause=P7D"),
        ("no texts until monday", "pause=P5D"), ("pause my texts", "pause=on"),
        ("pause for a month", "pause=P1M"), ("unpause", "pause=off"),
        ("pausen los mensajes por dos semanas", "pause=P14D"),
        ("text me at 8:30 instead", "time=08:30"), ("send these at 9", "time=09:00"),
        ("mándenlos a las 6 pm", "time=18:00"), ("text me in the evenings", "window=evening"),
        ("mejor por la tarde los mensajes", "window=afternoon"),
        ("text me less", "frequency=less"), ("menos mensajes", "frequency=less"),
        ("more texts please", "frequency=more"), ("en español por favor", "language=es"),
        ("English please", "language=en"), ("not on sundays", "days=-SU"),
        ("no texts on weekends", "days=-SA,SU"), ("only mondays and wednesdays", "days=+MO,WE"),
        ("solo lunes y miércoles", "days=+MO,WE"),
        ("only text me monday to friday", "days=+MO,TU,WE,TH,FR"),
    ],
)  # fmt: skip
def test_how_a_client_wants_to_be_texted(text: str, value: str) -> None:
    assert meaning(text) == f"preference:{value}"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("can someone call me", "staff"), ("I need help", "staff"), ("llámame", "staff"),
        ("when is my next appointment", "next_appointment"), ("how am I doing", "progress"),
        ("what are your hours", "hours"), ("¿a qué hora abren?", "hours"),
        ("I need a place to stay", "resources=housing"), ("food pantry near me?", "resources=food"),
        ("I need a ride", "resources=ride"), ("crisis line number", "resources=crisis"),
        ("I need a refill", "resources=meds"), ("busco trabajo", "resources=job"),
        ("any AA meetings near me?", "resources=other"), ("who is this", "other"),
    ],
)  # fmt: skip
def test_what_a_client_asks_for(text: str, value: str) -> None:
    assert meaning(text) == f"request:{value}"


def test_an_open_question_takes_any_words_but_not_a_question_mark() -> None:
    assert meaning("the kids are home", "open") == "answer"
    assert meaning("?", "open") == "unclear"


def test_with_nothing_pending_a_number_is_unclear_and_a_yes_is_a_note() -> None:
    assert meaning("6") == "unclear"
    assert meaning("yes") == "note"
