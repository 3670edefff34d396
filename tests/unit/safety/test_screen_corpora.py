"""Floors on the labelled corpora: a change of rules that loses people must not pass unseen."""

import csv
from collections.abc import Iterable
from pathlib import Path

import pytest

from outreach.safety.report import Labelled, report
from outreach.safety.screen import screen
from outreach.vocabulary import Concern, Severity

CORPORA = Path(__file__).parents[2] / "corpora" / "screening"


def shares_of(names: Iterable[str]) -> dict[tuple[str, str], float]:
    rows = [
        Labelled(
            row["lang"],
            Concern(row["concern"]),
            Severity(row["severity"]),
            screen(row["text"]).severity,
        )
        for name in names
        for row in csv.DictReader((CORPORA / f"{name}.csv").open(encoding="utf-8", newline=""))
    ]
    return {(each.group, each.question): each.hits / each.total for each in report(rows)}


@pytest.fixture(scope="module")
def shares() -> dict[tuple[str, str], float]:
    return shares_of(("w1", "w2", "w3", "w4", "w5", "w6"))


@pytest.mark.parametrize(
    ("question", "floor"),
    [
        ("high and imminent flagged", 0.96),
        ("high and imminent graded high+", 0.94),
        ("benign not flagged", 0.93),
        ("benign never paged", 0.99),
    ],
)
def test_the_corpora_keep_their_floors(
    shares: dict[tuple[str, str], float], question: str, floor: float
) -> None:
    assert shares["all", question] >= floor


def test_spanish_stays_near_english(shares: dict[tuple[str, str], float]) -> None:
    question = "high and imminent flagged"
    assert abs(shares["language es", question] - shares["language en", question]) < 0.05


HELD_OUT = ("held_out/w18", "held_out/w19", "held_out/w24", "held_out/w25")


def test_writers_that_neither_rules_nor_vote_have_read_keep_their_floors() -> None:
    held_out = shares_of(HELD_OUT)
    assert held_out["all", "high and imminent flagged"] >= 0.975
    assert held_out["all", "high and imminent graded high+"] >= 0.90
    assert held_out["all", "benign not flagged"] >= 0.93
    assert held_out["all", "benign never paged"] >= 0.985


def test_ordinary_texts_that_nobody_has_read_page_nobody() -> None:
    ordinary = shares_of(("held_out/everyday6", "held_out/everyday7"))
    assert ordinary["all", "benign never paged"] >= 0.998
    assert ordinary["all", "benign not flagged"] >= 0.96
