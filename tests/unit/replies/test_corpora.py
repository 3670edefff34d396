"""The invented replies of several writers, read against their labels."""

import csv
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from outreach.replies.interpret import interpret
from outreach.vocabulary import PromptKind

FOLDER = Path(__file__).parents[2] / "corpora" / "replies"
FLOORS = {
    "w1": 0.98,
    "w2": 0.97,
    "w3": 0.98,
    "w4": 0.97,
    "w5": 0.97,
    "w7": 0.97,
    "w8": 0.97,
    "w9": 0.97,
    "w10": 0.97,
    "w11": 0.97,
    "w12": 0.95,
    "w13": 0.97,
    "w14": 0.97,
    "w15": 0.96,
    "w16": 0.97,
    "w17": 0.96,
    "w18": 0.97,
    "w19": 0.93,
    "w20": 0.96,
    "w21": 0.97,
    "w22": 0.97,
    "w23": 0.97,
    "w24": 0.97,
}
"""Share of rows with intent and value right (docs/replies.md tells how they were learned from)."""


class Row(NamedTuple):
    id: str
    wanted: tuple[str, str]
    got: tuple[str, str]

    @property
    def right(self) -> bool:
        return self.wanted == self.got

    def differs_in(self, intent: str) -> bool:
        return (self.wanted[0] == intent) != (self.got[0] == intent)


def readings(writer: str) -> list[Row]:
    with (FOLDER / f"{writer}.csv").open(encoding="utf-8", newline="") as file:
        return [_row(row) for row in csv.DictReader(file)]


def _row(row: dict[str, str]) -> Row:
    reading = interpret(
        row["text"],
        prompt=PromptKind(row["prompt"]),
        lang=row["lang"],
        now=datetime.fromisoformat(row["now"]),
        tz=ZoneInfo(row["tz"]),
    )
    return Row(row["id"], (row["intent"], row["value"]), (str(reading.intent), reading.value))


@pytest.mark.parametrize(("writer", "floor"), FLOORS.items())
def test_a_writers_replies_are_read_right(writer: str, floor: float) -> None:
    rows = readings(writer)
    wrong = [row.id for row in rows if not row.right]
    assert 1 - len(wrong) / len(rows) >= floor, wrong


@pytest.mark.parametrize("writer", FLOORS)
def test_no_opt_out_is_missed_or_made_up_and_no_visit_falsely_confirmed(writer: str) -> None:
    rows = readings(writer)
    assert [row.id for row in rows if row.differs_in("opt_out")] == []
    confirmed = [row.id for row in rows if row.got[0] == "confirm" and not row.right]
    assert confirmed == []


def test_writers_that_neither_phrases_nor_vote_have_read_keep_their_floors() -> None:
    rows = readings("held_out/w25") + readings("held_out/w26")
    assert sum(row.right for row in rows) / len(rows) >= 0.95
    assert sum(row.differs_in("opt_out") for row in rows) <= 1
    assert [row.id for row in rows if row.got[0] == "confirm" and not row.right] == []
