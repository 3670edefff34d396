"""Thousands of ways of saying it, on Wednesday 18 November 2026, with how each must be read."""

import csv
from pathlib import Path

import pytest

from tests.unit.replies.readings import read

FILE = Path(__file__).with_name("sayings.csv")


def sayings() -> list[dict[str, str]]:
    with FILE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("prompt", ["appointment", "scale", "goal", "open", "none"])
def test_sayings_are_read_as_labelled(prompt: str) -> None:
    wrong = []
    for row in sayings():
        reading = read(row["text"], prompt) if row["prompt"] == prompt else None
        if reading and (reading.intent, reading.value) != (row["intent"], row["value"]):
            wrong.append((row["text"], str(reading.intent), reading.value))
    assert wrong == []
