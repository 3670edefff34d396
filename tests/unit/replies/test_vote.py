"""The second vote on replies: what it adds to the phrases, and what it may never do."""

import csv
import json
from math import isfinite
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

HELD_OUT = Path(__file__).parents[2] / "corpora" / "screening" / "held_out"


def test_it_hears_what_no_phrase_says() -> None:
    reading = read("y si me busca otro ratito mejor, esa hora está brava", "appointment")
    assert (reading.intent, reading.why[0]) == (Intent.RESCHEDULE, "second vote")


@pytest.mark.parametrize(
    ("text", "prompt", "wanted"),
    [
        ("mejor escríbanme como a las 9:15 de la mañana", "none", "preference:time=09:15"),
        ("i only want to hear from yall tuesdays and fridays cuz of work", "none",
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
    """Of 1,600 ordinary texts, which it has not seen either, it makes no end of all texts."""
    texts = [row["text"] for row in held_out("everyday6", "everyday7")]
    leaving = {Intent.OPT_OUT, Intent.WRONG_NUMBER}
    assert [text for text in texts if by_vote(text) in leaving] == []
    assert len(texts) == 1600


def test_a_cry_for_help_is_seldom_taken_for_something_to_act_on() -> None:
    rows = held_out("w18", "w19", "w24", "w25")
    grave = [row["text"] for row in rows if row["severity"] in {"high", "imminent"}]
    quiet = {None, Intent.NOTE, Intent.UNCLEAR, Intent.REQUEST}
    assert len([text for text in grave if by_vote(text) not in quiet]) <= len(grave) / 200


def held_out(*names: str) -> list[dict[str, str]]:
    return [
        row
        for name in names
        for row in csv.DictReader((HELD_OUT / f"{name}.csv").open(encoding="utf-8", newline=""))
    ]


def by_vote(text: str) -> Intent | None:
    """What the vote reads in a text out of the blue; None where phrases have their way."""
    reading = read(text)
    return reading.intent if "second vote" in reading.why else None


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
def test_any_text_can_be_weighed_and_only_by_what_fits(text: str, prompt: PromptKind) -> None:
    odds = load_model().log_odds(split_words(fold(text).text), prompt)
    assert all(fits(meaning, prompt) and isfinite(each) for meaning, each in odds.items())
