"""The second vote on replies: what it adds to the phrases, and what it may never do."""

import csv
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.ngrams import apart, side_by_side
from outreach.replies.normalise import fold
from outreach.replies.vote import VOTE_FILE, fits, label, load_model
from outreach.replies.words import split_words
from outreach.vocabulary import Intent, PromptKind
from tests.unit.replies.readings import meaning, read

EVERYDAY = Path(__file__).parents[2] / "corpora" / "screening"


def test_it_hears_what_no_phrase_says() -> None:
    reading = read("y si me busca otro ratito mejor, esa hora está brava", "appointment")
    assert (reading.intent, reading.why[0]) == (Intent.RESCHEDULE, "second vote")


@pytest.mark.parametrize(
    ("text", "prompt", "wanted"),
    [
        ("mejor escríbanme como a las 9:15 de la mañana", "none", "preference:time=09:15"),
        ("i need a breather from yall's messages, ten days or so", "none", "preference:pause=P10D"),
        ("be better if yall hit my phone just tuesdays and fridays", "none",
         "preference:days=+TU,FR"),
    ],
)  # fmt: skip
def test_it_reads_the_value_from_the_text(text: str, prompt: str, wanted: str) -> None:
    assert meaning(text, prompt) == wanted


@pytest.mark.parametrize(
    "text", ["STOP", "stop texting me", "Help", "AYUDA", "I'm driving. I'll reply when I arrive."]
)
@pytest.mark.parametrize("prompt", list(PromptKind))
def test_it_takes_no_refusal_help_or_machine_reply_away(text: str, prompt: PromptKind) -> None:
    assert "second vote" not in read(text, prompt).why


@pytest.mark.parametrize("text", ["please dont stop texting me", "no more texts before noon"])
def test_it_makes_no_refusal_of_a_look_alike(text: str) -> None:
    assert {meaning(text, prompt) for prompt in PromptKind}.isdisjoint({"opt_out"})


def test_it_neither_gives_nor_takes_a_score() -> None:
    assert meaning("its complicated, lots of ups n downs", "scale") == "unclear"
    assert meaning("11 out of 10", "scale") == "unclear"
    assert meaning("4 and can somebody get me a ride to group", "scale") == "answer:4"


@pytest.mark.parametrize("text", ["will you be there?", "is it tomorrow that i come?"])
def test_a_question_confirms_nothing(text: str) -> None:
    assert meaning(text, "appointment") != "confirm"


def test_nobody_leaves_by_it_who_did_not_write_a_reply() -> None:
    """Of thousands of ordinary texts it makes neither a refusal nor a wrong number."""
    texts = [
        row["text"]
        for path in sorted(EVERYDAY.glob("everyday*.csv"))
        for row in csv.DictReader(path.open(encoding="utf-8", newline=""))
    ]
    left = [text for text in texts if _leaves(text)]
    assert (left, len(texts) > 3000) == ([], True)


def _leaves(text: str) -> bool:
    reading = read(text)
    leaving = {Intent.OPT_OUT, Intent.WRONG_NUMBER}
    return reading.intent in leaving and "second vote" in reading.why


def test_a_meaning_stands_only_with_a_prompt_that_can_have_it() -> None:
    assert [kind for kind in PromptKind if fits("confirm", kind)] == [PromptKind.APPOINTMENT]
    assert [kind for kind in PromptKind if fits("answer:done", kind)] == [PromptKind.GOAL]
    assert [kind for kind in PromptKind if fits("answer", kind)] == [PromptKind.OPEN]


@pytest.mark.parametrize(
    ("intent", "value", "wanted"),
    [
        (Intent.RESCHEDULE, "2026-03-04T10:00", "reschedule"),
        (Intent.ANSWER, "7.5", "answer"),
        (Intent.ANSWER, "not_yet", "answer:not_yet"),
        (Intent.PREFERENCE, "pause=P14D", "preference:pause="),
        (Intent.PREFERENCE, "pause=off", "preference:pause=off"),
        (Intent.PREFERENCE, "time=08:30", "preference:time="),
        (Intent.PREFERENCE, "days=-SA,SU", "preference:days=-"),
        (Intent.PREFERENCE, "window=evening", "preference:window=evening"),
        (Intent.REQUEST, "resources=ride", "request:resources=ride"),
    ],
)
def test_a_label_leaves_out_what_only_the_text_can_tell(
    intent: Intent, value: str, wanted: str
) -> None:
    assert label(intent, value) == wanted


def test_the_weights_are_whole_and_in_their_places() -> None:
    data = json.loads(VOTE_FILE.read_text(encoding="utf-8"))
    assert sum(data["counts"]) == len(data["which"]) == len(data["weights"])
    assert len(data["places"]) == len(load_model().weights)
    assert max(data["which"]) < len(data["meanings"]) == len(data["bias"])


@given(st.lists(st.lists(st.integers(-3000, 3000), min_size=5, max_size=5), max_size=400))
def test_weights_side_by_side_add_up_as_apart(rows: list[list[int]]) -> None:
    total = sum(side_by_side(enumerate(row)) for row in rows)
    assert apart(total, 5) == tuple(sum(row[head] for row in rows) for head in range(5))


@given(st.text(max_size=300), st.sampled_from(list(PromptKind)))
def test_the_same_words_get_the_same_odds(text: str, prompt: PromptKind) -> None:
    words = split_words(fold(text).text)
    model = load_model()
    assert model.log_odds(words, prompt) == model.log_odds(words, prompt)
