"""The phrase files keep what their own examples promise."""

import pytest

from outreach.replies.datafiles import load
from outreach.replies.lexicon import FILES, Rule, find_phrases, rules
from outreach.replies.normalise import fold
from outreach.replies.words import split_words

MARKS = {"alone", "apart", "opening", "leading"}
KEYS = {"means", "say", "examples", "not", "prompts"} | MARKS
EXAMPLES = [(rule, example) for rule in rules() for example in rule.examples]
COUNTER_EXAMPLES = [(rule, example) for rule in rules() for example in rule.counter_examples]


def meanings(text: str, rule: Rule) -> list[set[str]]:
    """What is found in a text, for each prompt that the rule speaks of."""
    words = split_words(fold(text).text)
    prompts = rule.prompts or ("none",)
    return [{hit.means for hit in find_phrases(words, prompt)} for prompt in prompts]


@pytest.mark.parametrize(("rule", "example"), EXAMPLES, ids=lambda v: getattr(v, "means", v))
def test_an_example_has_the_meaning_of_its_rule(rule: Rule, example: str) -> None:
    assert all(rule.means in found for found in meanings(example, rule))


@pytest.mark.parametrize(
    ("rule", "example"), COUNTER_EXAMPLES, ids=lambda v: getattr(v, "means", v)
)
def test_a_counter_example_has_not(rule: Rule, example: str) -> None:
    assert all(rule.means not in found for found in meanings(example, rule))


@pytest.mark.parametrize("name", FILES)
def test_every_entry_of_a_phrase_file_has_phrases_and_an_example(name: str) -> None:
    for entry in load(name):
        assert set(entry) <= KEYS
        assert entry["say"].strip(), entry["means"]
        assert entry["examples"].strip(), entry["means"]


@pytest.mark.parametrize("name", FILES)
def test_every_phrase_closes_its_brackets_and_names_known_sets(name: str) -> None:
    sets = set(load("sets.yaml"))
    for entry in load(name):
        for phrase in entry["say"].splitlines():
            for left, right in ("[]", "()", "{}"):
                assert phrase.count(left) == phrase.count(right), phrase
            named = {part.split("}")[0] for part in phrase.split("{")[1:]}
            assert named <= sets, phrase
