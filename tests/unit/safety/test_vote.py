"""The second vote asks for a look where no rule spoke, and pages only where a danger is named."""

import csv
import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.ngrams import BUCKETS, bucket
from outreach.safety.screen import screen, screen_by_rules, words_read
from outreach.safety.vote import (
    PAGE,
    REVIEW,
    VOTE_FILE,
    Opinion,
    Thresholds,
    enough,
    load_model,
    read_model,
)
from outreach.vocabulary import Concern, Severity

CORPUS = Path(__file__).parents[2] / "corpora" / "screening"
SURE, UNSURE, CALM = Opinion(9, 9), Opinion(-2, -2), Opinion(-9, -9)
THRESHOLDS = Thresholds(review=1, unnamed=1.5, moderate=2, page=3, raises=5, calm=-5)


def _weights(weights: dict[str, int]) -> list[int]:
    row = [0] * BUCKETS
    for feature, weight in weights.items():
        row[bucket(feature)] = weight
    return row


TINY = json.dumps(
    {
        "thresholds": {
            "review": 1,
            "unnamed": 1.5,
            "moderate": 2,
            "page": 3,
            "raises": 5,
            "calm": -5,
        },
        "bias": [-1000, -3000],
        "classes": {"pills": "{means}", "pastillas": "{means}"},
        "concerns": {
            "suicide": [0, {bucket("{means}"): 2000}],
            "distress": [100, {bucket("crying"): 5000}],
        },
        "review": _weights({"{means}": 9000, "crying": 4000, "#cry": 2000}),
        "page": _weights({"{means}": 1000}),
    }
)


def _texts() -> list[str]:
    with (CORPUS / "w2.csv").open(encoding="utf-8", newline="") as file:
        return [row["text"] for row in csv.DictReader(file)]


@pytest.mark.parametrize("text", ["ok", "yes", "8", "7 8 9", "si", "👍", "", "...", "1 2"])
def test_a_text_of_fewer_than_two_words_gets_no_vote(text: str) -> None:
    assert load_model().opinion(words_read(text)) is None
    assert screen(text).severity is Severity.NONE


@pytest.mark.parametrize("text", [
    "Running late, be there in ten minutes",
    "thanks, see you thursday at 3",
    "mi hijo sale de la escuela a las dos",
    "can i reschedule to next week please",
])  # fmt: skip
def test_ordinary_texts_stay_unflagged(text: str) -> None:
    assert screen(text).severity is Severity.NONE


def test_the_vote_alone_raises_to_moderate_at_most() -> None:
    assert THRESHOLDS.settle(Severity.NONE, SURE, named=False) is Severity.MODERATE


@pytest.mark.parametrize("text", _texts())
def test_nobody_is_paged_unless_a_rule_fits_or_a_danger_is_named(text: str) -> None:
    found = screen(text)
    if found.severity.rank >= Severity.HIGH.rank:
        assert [rule for rule in found.rules if not rule.startswith("vote-")]


def test_a_vote_for_review_raises_to_low() -> None:
    opinion = Opinion(review=6, page=-9)
    assert THRESHOLDS.settle(Severity.NONE, opinion, named=True) is Severity.LOW


def test_it_takes_more_where_no_danger_is_named() -> None:
    opinion = Opinion(review=2.2, page=-2)
    assert THRESHOLDS.settle(Severity.NONE, opinion, named=True) is Severity.LOW
    assert THRESHOLDS.settle(Severity.NONE, opinion, named=False) is Severity.NONE


@pytest.mark.parametrize("found", [Severity.NONE, Severity.LOW, Severity.MODERATE])
def test_a_sure_vote_and_a_named_danger_are_high(found: Severity) -> None:
    assert THRESHOLDS.settle(found, SURE, named=True) is Severity.HIGH


@pytest.mark.parametrize("found", [Severity.HIGH, Severity.IMMINENT])
def test_a_sure_vote_leaves_what_is_high_already(found: Severity) -> None:
    assert THRESHOLDS.settle(found, SURE, named=True) is found


def test_it_takes_more_to_raise_what_a_rule_calls_moderate() -> None:
    sure = Opinion(review=0, page=4)
    assert THRESHOLDS.settle(Severity.NONE, sure, named=True) is Severity.HIGH
    assert THRESHOLDS.settle(Severity.MODERATE, sure, named=True) is Severity.MODERATE


def test_a_vote_that_is_calm_lowers_high_to_moderate() -> None:
    assert THRESHOLDS.settle(Severity.HIGH, CALM, named=True) is Severity.MODERATE


@given(
    found=st.sampled_from([each for each in Severity if each is not Severity.HIGH]),
    review=st.floats(-20, 20),
    page=st.floats(-20, 20),
    named=st.booleans(),
)
def test_the_vote_lowers_nothing_else(
    found: Severity, review: float, page: float, named: bool
) -> None:
    settled = THRESHOLDS.settle(found, Opinion(review, page), named=named)
    assert settled.rank >= found.rank


@pytest.mark.parametrize("found", list(Severity))
def test_an_unsure_vote_changes_nothing(found: Severity) -> None:
    assert THRESHOLDS.settle(found, UNSURE, named=True) is found


def test_words_of_one_class_count_alike_in_both_languages() -> None:
    model = read_model(TINY)
    assert model.opinion(["las", "pastillas"]) == model.opinion(["the", "pills"])


def test_a_misspelt_word_still_counts_by_its_letters() -> None:
    model = read_model(TINY)
    misspelt, other = model.opinion(["cryign", "again"]), model.opinion(["dancing", "again"])
    assert misspelt is not None
    assert other is not None
    assert misspelt.review > other.review


def test_the_concern_is_the_one_whose_words_weigh_most() -> None:
    model = read_model(TINY)
    assert model.concern(["crying", "again"]) is Concern.DISTRESS
    assert model.concern(["my", "pills"]) is Concern.SUICIDE


@pytest.mark.parametrize(("text", "concern"), [
    ("the landlord is putting us out and there is no food", Concern.BASIC_NEEDS),
    ("my chest hurts and i cant breathe", Concern.MEDICAL),
    ("i picked up and used again last night", Concern.RELAPSE),
])  # fmt: skip
def test_the_shipped_weights_tell_concerns_apart(text: str, concern: Concern) -> None:
    assert load_model().concern(words_read(text)) is concern


def test_the_evidence_is_the_words_that_weighed_most() -> None:
    words = ["the", "neighbours", "were", "singing", "and", "left", "pills", "on", "every", "shelf"]
    assert words.index("pills") in read_model(TINY).places(words)


def test_any_change_of_the_weights_changes_the_version() -> None:
    assert read_model(TINY).version != read_model(TINY + "\n").version
    assert screen("hello there").ruleset.endswith(load_model().version)


def test_a_raised_text_names_the_vote_and_shows_its_words() -> None:
    raised = [
        (text, found) for text in _texts() if {REVIEW, PAGE} & set((found := screen(text)).rules)
    ]
    assert raised
    for text, found in raised:
        assert screen_by_rules(text).severity.rank < found.severity.rank
        assert "second vote" in found.context
        assert found.concern is not Concern.NONE
        assert all(text[span.start : span.end].strip() for span in found.spans)


def test_the_vote_is_silent_where_context_set_a_hit_aside() -> None:
    found = screen("i am not suicidal")
    assert found.severity is Severity.NONE
    assert found.context == ("set aside",)


@given(st.lists(st.text(min_size=1), max_size=30))
def test_any_words_get_the_same_opinion_every_time(words: list[str]) -> None:
    model = load_model()
    assert model.opinion(words) == model.opinion(list(words))
    assert (model.opinion(words) is None) is not enough(words)


def test_the_weights_stay_small() -> None:
    assert VOTE_FILE.stat().st_size < 2_500_000


@pytest.mark.parametrize("text", ["i want to " * 160, "x" * 1600, "a b " * 400, "💊 pills " * 200])
def test_a_hostile_text_costs_the_vote_little(text: str) -> None:
    model, words = load_model(), words_read(text[:1600])
    began = time.process_time()
    model.opinion(words)
    model.places(words)
    assert time.process_time() - began < 0.25
