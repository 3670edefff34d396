"""What a text tells a client to text back is understood, in every language it is offered in."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from outreach.content.library import default_directory, load
from outreach.replies.interpret import interpret
from outreach.vocabulary import PromptKind

SHIPPED = load(default_directory())
NOW = datetime(2026, 11, 18, 21, 4, tzinfo=UTC)


EVERY_DAY = "+MO,TU,WE,TH,FR,SA,SU"


@pytest.mark.parametrize(
    ("text_id", "lang", "offered", "intent", "value"),
    [
        ("ack-scale-low-heavy", "en", "CALL ME", "request", "staff"),
        ("ack-scale-low-heavy", "es", "LLAMEME", "request", "staff"),
        ("preference-pause", "en", "RESUME TEXTS", "preference", "pause=off"),
        ("preference-pause", "es", "REANUDAR", "preference", "pause=off"),
        ("preference-pause-off", "en", "PAUSE", "preference", "pause=on"),
        ("preference-pause-off", "es", "PAUSA", "preference", "pause=on"),
        ("preference-time", "en", "TEXT ME AT 5 PM", "preference", "time=17:00"),
        ("preference-time", "es", "MENSAJES A LAS 5 PM", "preference", "time=17:00"),
        ("preference-window", "en", "MORNING TEXTS", "preference", "window=morning"),
        ("preference-window", "en", "EVENING TEXTS", "preference", "window=evening"),
        ("preference-window", "es", "MENSAJES POR LA MAÑANA", "preference", "window=morning"),
        ("preference-window", "es", "MENSAJES POR LA NOCHE", "preference", "window=evening"),
        ("preference-frequency-less", "en", "MORE TEXTS", "preference", "frequency=more"),
        ("preference-frequency-less", "es", "MAS MENSAJES", "preference", "frequency=more"),
        ("preference-frequency-more", "en", "FEWER TEXTS", "preference", "frequency=less"),
        ("preference-frequency-more", "es", "MENOS MENSAJES", "preference", "frequency=less"),
        ("preference-language", "en", "ESPAÑOL", "preference", "language=es"),
        ("preference-language", "es", "ENGLISH", "preference", "language=en"),
        (
            "preference-days",
            "en",
            "TEXT ME ONLY MONDAY TO SUNDAY",
            "preference",
            f"days={EVERY_DAY}",
        ),
        (
            "preference-days",
            "es",
            "MENSAJES SOLO DE LUNES A DOMINGO",
            "preference",
            f"days={EVERY_DAY}",
        ),
        ("identity-who-we-are", "en", "WRONG NUMBER", "wrong_number", ""),
        ("identity-who-we-are", "es", "NUMERO EQUIVOCADO", "wrong_number", ""),
        ("opt-out-done", "en", "START", "opt_in", ""),
        ("help", "es", "STOP", "opt_out", ""),
        ("opt-in-back-on", "es", "HELP", "help", ""),
    ],
)
def test_an_offered_word_does_what_the_text_says(
    text_id: str, lang: str, offered: str, intent: str, value: str
) -> None:
    assert offered in SHIPPED.get(lang, text_id).text
    for prompt in (PromptKind.NONE, PromptKind.GOAL, PromptKind.SCALE):
        read = interpret(offered, prompt=prompt, lang=lang, now=NOW, tz=ZoneInfo("America/Chicago"))
        assert (read.intent, read.value) == (intent, value)


@pytest.mark.parametrize(
    ("collection", "prompt", "meanings"),
    [
        (
            "reminder_far",
            PromptKind.APPOINTMENT,
            {"1": "confirm", "2": "reschedule", "3": "cancel"},
        ),
        ("goal_check_in", PromptKind.GOAL, {"1": "done", "2": "some", "3": "not_yet"}),
    ],
)
@pytest.mark.parametrize("lang", ["en", "es"])
def test_the_digits_mean_what_the_texts_say(
    collection: str, prompt: PromptKind, meanings: dict[str, str], lang: str
) -> None:
    for text in SHIPPED.texts(lang, collection):
        assert all(f" {digit} " in text.text for digit in meanings)
    for digit, meaning in meanings.items():
        read = interpret(digit, prompt=prompt, lang=lang, now=NOW, tz=ZoneInfo("America/Chicago"))
        assert meaning in {read.intent, read.value}
