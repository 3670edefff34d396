"""Every rule keeps the examples that stand beside it."""

import pytest

from outreach.safety.rules import Rule, load_rules
from outreach.safety.screen import screen

RULES = load_rules().rules
HITS = [(rule, text) for rule in RULES for text in rule.hits]
MISSES = [(rule, text) for rule in RULES for text in rule.misses]


def _name(value: object) -> str:
    return value.id if isinstance(value, Rule) else str(value)[:40]


@pytest.mark.parametrize(("rule", "text"), HITS, ids=_name)
def test_a_rule_fits_the_texts_it_is_for(rule: Rule, text: str) -> None:
    assert rule.id in screen(text).rules


@pytest.mark.parametrize(("rule", "text"), MISSES, ids=_name)
def test_a_rule_leaves_its_look_alikes_alone(rule: Rule, text: str) -> None:
    assert rule.id not in screen(text).rules


@pytest.mark.parametrize("rule", RULES, ids=_name)
def test_a_rule_has_examples_of_both_kinds(rule: Rule) -> None:
    assert rule.hits
    assert rule.misses


def test_rule_names_are_unique() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
