"""The words of dates, times and durations as tables (phrases/calendar.yaml)."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from outreach.replies.datafiles import load

Phrases = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Calendar:
    """Folded words to numbers: Monday is 0, January is 1."""

    weekdays: dict[str, int]
    doubtful_weekdays: dict[str, int]
    day_groups: dict[str, tuple[int, ...]]
    months: dict[str, int]
    numbers: dict[str, int]
    ordinals: dict[str, int]
    units: dict[str, str]
    next: frozenset[str]
    this: frozenset[str]
    then_next: Phrases
    parts: dict[str, str]
    morning_marks: Phrases
    evening_marks: Phrases
    openings: frozenset[str]

    def opens(self, word: str) -> bool:
        """Whether a date or an hour may begin with this word; most words need no closer look."""
        return word in self.openings or word[0].isdigit()

    def number(self, word: str) -> int | None:
        """A whole number written with digits or as a word."""
        if word.isdigit() and word.isascii():
            return int(word) if len(word) <= 4 else None
        return self.numbers.get(word)


_OPEN = ("weekdays", "months", "numbers", "ordinals")


@cache
def calendar() -> Calendar:
    """The tables, read once."""
    raw: dict[str, Any] = load("calendar.yaml")
    openings = " ".join(
        [raw["openings"], *(words for name in _OPEN for words in raw[name].values())]
    )
    return Calendar(
        openings=frozenset(openings.split()) | frozenset(raw["doubtful_weekdays"]),
        weekdays=_inverted(raw["weekdays"]),
        doubtful_weekdays=raw["doubtful_weekdays"],
        day_groups={name: tuple(days) for name, days in raw["day_groups"].items()},
        months=_inverted(raw["months"]),
        numbers=_inverted(raw["numbers"]),
        ordinals=_inverted(raw["ordinals"]),
        units=_inverted(raw["units"]),
        next=frozenset(raw["next"].split()),
        this=frozenset(raw["this"].split()),
        then_next=_phrases(raw["then_next"]),
        parts=_inverted(raw["parts"]),
        morning_marks=_phrases(raw["morning_marks"]),
        evening_marks=_phrases(raw["evening_marks"]),
    )


def _inverted(table: dict[Any, str]) -> dict[str, Any]:
    return {word: meaning for meaning, words in table.items() for word in words.split()}


def _phrases(lines: list[str]) -> Phrases:
    return tuple(tuple(line.split()) for line in lines)
