"""Floors on the labelled corpora: a change of rules that loses people must not pass unseen."""

import csv
from pathlib import Path

import pytest

from outreach.safety.report import Labelled, report
from outreach.safety.screen import screen
from outreach.vocabulary import Concern, Severity

CORPORA = Path(__file__).parents[2] / "corpora" / "screening"


@pytest.fixture(scope="module")
def shares() -> dict[tuple[str, str], float]:
    rows = [
        Labelled(
            row["lang"],
            Concern(row["concern"]),
            Severity(row["severity"]),
            screen(row["text"]).severity,
        )
        for name in ("w1", "w2", "w3", "w4", "w5", "w6")
        for row in csv.DictReader((CORPORA / f"{name}.csv").open(encoding="utf-8", newline=""))
    ]
    return {(each.group, each.question): each.hits / each.total for each in report(rows)}


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
