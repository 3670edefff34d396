"""The right to be left alone, and everything that only looks like it."""

import pytest

from tests.unit.replies.readings import meaning

PROMPTS = ["appointment", "scale", "goal", "open", "none"]


@pytest.mark.parametrize("prompt", PROMPTS)
@pytest.mark.parametrize(
    "word",
    [
        "STOP", "stop.", "StopAll", "UNSUBSCRIBE", "cancel", "END", "Quit", "REVOKE", "OPTOUT",
        "ALTO", "parar", "Baja", "CANCELAR", "detener", "st\u200bop",
    ],
)  # fmt: skip
def test_the_carriers_words_alone_always_revoke(word: str, prompt: str) -> None:
    assert meaning(word, prompt) == "opt_out"


@pytest.mark.parametrize("prompt", PROMPTS)
@pytest.mark.parametrize(
    "text",
    [
        "please stop", "STOP PLEASE", "stop texting me", "pls dont text me anymore", "opt out",
        "unsubscribe me", "take me off this list", "leave me alone", "no more texts",
        "Stop. I want to die", "remove my number", "I don't want these messages",
        "ya no me manden mensajes", "no me escriban más", "quiero darme de baja",
        "dejen de mandarme mensajes", "bórrenme de la lista", "don’t ever text me again",
        "kindly refrain from sending me any further messages", "quit hittin my line",
        "I should prefer not to receive any more of these", "pls stp txtn me",
        "can you please not hit me up anymore", "agradecería que dejaran de escribirme",
    ],
)  # fmt: skip
def test_plain_words_revoke_too(text: str, prompt: str) -> None:
    assert meaning(text, prompt) == "opt_out"


@pytest.mark.parametrize(
    "text",
    [
        "Stop by the clinic tomorrow?", "stop worrying I am fine", "I quit smoking", "end of day",
        "I want out of this life", "ya no quiero seguir viviendo",
        "recaí el finde, ya paré, perdón", "don't leave me alone tonight", "I want no more of this",
        "suspendan los mensajes dos semanas",
        "the bus stop is closed", "my ex won't stop texting me", "please don't stop texting me",
        "stop for a week", "stop texting me so early", "no texts on sundays", "can't stop smiling",
        "told him to leave me alone", "voy a parar en la farmacia", "dejé de fumar",
        "no dejen de mandarme mensajes", "Please cancel my appointment",
    ],
)  # fmt: skip
def test_look_alikes_do_not_revoke(text: str) -> None:
    assert "opt_out" not in {meaning(text, prompt) for prompt in PROMPTS}


@pytest.mark.parametrize(
    "text", ["START", "unstop", "sign me back up", "quiero recibir mensajes otra vez"]
)
def test_the_way_back(text: str) -> None:
    assert meaning(text) == "opt_in"


@pytest.mark.parametrize("text", ["HELP", "info", "¡AYUDA!"])
def test_help_words_alone(text: str) -> None:
    assert meaning(text, "scale") == "help"


@pytest.mark.parametrize("text", ["wrong number", "You have the wrong person", "número equivocado"])
def test_wrong_numbers(text: str) -> None:
    assert meaning(text, "appointment") == "wrong_number"


@pytest.mark.parametrize(
    "text",
    [
        "Liked “Your appointment is Monday at 3”", 'Laughed at "See you"', 'Le encantó "Hola"',
        '👍 to "See you Monday"', "Reaccionó con ❤️ a “Un día a la vez”",
    ],
)  # fmt: skip
def test_tapbacks_are_reactions(text: str) -> None:
    assert meaning(text, "appointment") == "reaction"


@pytest.mark.parametrize(
    "text",
    [
        "I'm driving with Do Not Disturb While Driving turned on. I'll see your message later.",
        "Automatic reply: out of office", "Respuesta automática: estoy manejando",
    ],
)  # fmt: skip
def test_phones_that_answer_by_themselves(text: str) -> None:
    assert meaning(text, "appointment") == "auto_reply"
