"""Whatever is written, the reader answers, the same every time, and does not dawdle."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.replies.lexicon import rules
from outreach.vocabulary import Intent, PromptKind
from tests.unit.replies.readings import read

PROMPTS = st.sampled_from([kind.value for kind in PromptKind])
SAYINGS = [example for rule in rules() for example in rule.examples]
TEXTS = st.one_of(
    st.text(max_size=400),
    st.lists(st.sampled_from(SAYINGS), min_size=1, max_size=6).map(" ".join),
)


@settings(deadline=None, max_examples=300)
@given(TEXTS, PROMPTS)
def test_any_text_is_read_without_error_and_always_alike(text: str, prompt: str) -> None:
    first = read(text, prompt)
    assert first.intent in set(Intent)
    assert first.why
    assert read(text, prompt) == first


@settings(deadline=None, max_examples=100)
@given(TEXTS, PROMPTS)
def test_invisible_characters_change_no_reading(text: str, prompt: str) -> None:
    visible = "".join(char for char in text if char.isprintable())
    padded = "\u200b".join(visible)
    assert read(padded, prompt) == read(visible, prompt)


@pytest.mark.parametrize("prompt", [kind.value for kind in PromptKind])
@pytest.mark.parametrize(
    "unit",
    ["a", "stop ", "not ", "1 ", "monday ", "at 3 ", '"', ">\n", "👍", "👍🎉", "é ", "no me ",
     "12/3 ", "if i cant ", "until monday ", "(", "stop me ", "one or two ", "ﷺ"],
)  # fmt: skip
def test_a_hostile_text_costs_milliseconds(unit: str, prompt: str) -> None:
    text = (unit * 1600)[:1600]
    read(text, prompt)
    best = min(_seconds(text, prompt) for _ in range(3))
    assert best < 0.02


def _seconds(text: str, prompt: str) -> float:
    start = time.thread_time()
    read(text, prompt)
    return time.thread_time() - start
