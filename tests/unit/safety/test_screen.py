"""What the screener makes of single texts, by the borderlines of the contract."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.safety.screen import WINDOW, screen, screen_together
from outreach.vocabulary import Severity

PLAIN = [
    "I want to die",
    "I want to kill myself",
    "i dont want to live anymore",
    "I do not want to live any more.",
    "i am going to kill myself tonight",
    "Quiero morirme",
    "Me quiero morir",
    "ya no quiero vivir",
    "Voy a matarme esta noche",
    "quiero quitarme la vida",
    "i took the whole bottle of pills",
    "me tomé todas las pastillas",
    "I have a gun to my head",
    "im suicidal",
    "he is beating me right now",
    "I am going to kill him",
    "the voices tell me to kill myself",
    "I overdosed last night",
    "i cut myself last night",
    "my chest hurts and my left arm is numb",
    "I have nowhere to sleep tonight",
]
HIDDEN = [
    "k1ll myself",
    "i want to kiiiilll myself",
    "wanna d1e",
    "s u i c i d e is all i think about",
    "s.u.i.c.i.d.a.l",
    "thinking about s*icide",
    "killmyself",
    "iwanttodie",
    "unalive myself",
    "kms for real, not joking",
    "been looking up sewerslide",
    "wаnt to diе",  # Cyrillic letters
    "i want to\u200b die",
    "kiero morirme",
    "me kiero kitar la bida",
    "I WANT TO DIE",
    "i wanna 💀 no joke i want to die",
]
BENIGN = [
    "7",
    "ok",
    "yes I'll be there",
    "this homework is killing me lol",
    "I'm dying to see the new movie",
    "we killed it at the interview",
    "Suicide Squad is on tonight",
    "my phone died",
    "I'd kill for a coffee",
    "me muero de hambre",
    "el calor me está matando",
    "estoy muerta de risa",
    "90 days clean today",
    "my grandpa died in 2009",
    "stop texting me",
    "your app is broken and I hate it",
    "picked up my refill today",
    "deadline is friday",
]


@pytest.mark.parametrize("text", PLAIN)
def test_plain_words_page(text: str) -> None:
    assert screen(text).severity.rank >= Severity.HIGH.rank


@pytest.mark.parametrize("text", HIDDEN)
def test_hidden_and_misspelt_words_are_read(text: str) -> None:
    assert screen(text).severity.rank >= Severity.HIGH.rank


@pytest.mark.parametrize("text", BENIGN)
def test_ordinary_texts_and_idioms_are_left_alone(text: str) -> None:
    assert screen(text).severity is Severity.NONE


@pytest.mark.parametrize(
    "text",
    [
        "I am not suicidal",
        "No, I'm not going to hurt myself",
        "i dont want to kill myself",
        "no thoughts of suicide",
        "no tengo ideas de suicidio",
        "no voy a matarme",
        "i never wanted to die",
    ],
)
def test_a_plain_denial_is_no_concern(text: str) -> None:
    assert screen(text).severity is Severity.NONE


@pytest.mark.parametrize(
    "text",
    [
        "i cant stop thinking about suicide",
        "not gonna lie i want to die",
        "I don't know how to stop wanting to die",
        "no puedo dejar de pensar en matarme",
    ],
)
def test_a_denying_word_that_denies_nothing_lowers_nothing(text: str) -> None:
    assert screen(text).severity.rank >= Severity.HIGH.rank


@pytest.mark.parametrize(
    "text",
    [
        "i dont want to die i just dont want to be here",
        "no im not gonna kms but i wouldnt be mad if a truck hit me",
        "no me voy a matar pero ya no aguanto más",
    ],
)
def test_a_denial_followed_by_a_passive_wish_is_moderate(text: str) -> None:
    assert screen(text).severity is Severity.MODERATE


@pytest.mark.parametrize(
    "text",
    [
        "I tried to kill myself 10 years ago, I'm doing great now",
        "Back in 84 I tried to hang myself. I'm doing fine now",
        "hace 10 años me intente matar, hoy estoy bien gracias a dios",
    ],
)
def test_an_old_attempt_with_stated_wellbeing_is_low(text: str) -> None:
    assert screen(text).severity is Severity.LOW


@pytest.mark.parametrize(
    "text",
    [
        "if this zoom freezes again im gonna kms 😂",
        "ugh this homework, kms lol",
        "si me ponen otra junta me mato jaja",
    ],
)
def test_a_dark_joke_is_low(text: str) -> None:
    assert screen(text).severity is Severity.LOW


def test_a_laugh_does_not_hide_means_in_hand() -> None:
    assert screen("lol i have the pills in my hand").severity is Severity.IMMINENT


def test_a_third_persons_passive_wish_weighs_one_step_more() -> None:
    assert screen("i dont want to be here anymore").severity is Severity.MODERATE
    assert screen("my brother doesnt want to be here anymore").severity is Severity.HIGH


def test_what_others_did_long_ago_is_no_concern() -> None:
    assert screen("My uncle killed himself years ago").severity is Severity.NONE


def test_the_gravest_of_several_concerns_is_named() -> None:
    found = screen("im lonely and out of food and i want to die")
    assert (found.concern, found.severity) == ("suicide", "high")


def test_the_end_of_a_text_longer_than_one_window_is_read() -> None:
    found = screen("so it goes. " * WINDOW + "i want to die")
    assert found.severity is Severity.HIGH
    assert found.spans[0].start > WINDOW


def test_a_cry_split_over_texts_is_heard_in_either_order() -> None:
    parts = ["i want to", "die"]
    assert screen(parts[0]).severity is Severity.NONE
    assert screen_together(parts).severity is Severity.HIGH
    assert screen_together(parts[::-1]).severity is Severity.HIGH


def test_spans_show_the_raw_words() -> None:
    text = "Thursday is fine. Also I  WANT to D1E."
    found = screen(text)
    assert any("WANT to D1E" in text[span.start : span.end] for span in found.spans)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300))
def test_any_string_is_screened_with_spans_inside_it(text: str) -> None:
    found = screen(text)
    assert all(0 <= span.start < span.end <= len(text) for span in found.spans)
    assert (found.severity is Severity.NONE) == (found.concern == "none")


WORDS = (
    "i want to",
    "die",
    "no",
    "not",
    "kill myself",
    "pills",
    "in my hand",
    ".",
    "lol",
    "😂",
    "took 40",
)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=60))
def test_the_same_text_always_gets_the_same_answer(words: list[str]) -> None:
    text = " ".join(words)
    assert screen(text) == screen(text)


@pytest.mark.parametrize(
    "text",
    [
        "a " * 800,
        "i want to " * 160,
        "i want to die " * 114,
        "s*" * 800,
        "s.u.i.c.i.d.e " * 100,
        "k" * 1600,
        "😭🔪💊" * 530,
        ". " * 800,
        "not " * 400,
    ],
    ids=lambda text: text[:12],
)
def test_hostile_texts_take_bounded_time(text: str) -> None:
    screen(text)
    began = time.process_time()
    screen(text)
    assert time.process_time() - began < 0.1
