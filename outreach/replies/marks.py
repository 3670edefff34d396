"""The numbers in a text that may be a score of 0 to 10."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from outreach.replies.datafiles import load
from outreach.replies.lexicon import word_sets
from outreach.replies.words import Words

_NUMBER = re.compile(r"(\d{1,4})(?:[.,](\d{1,2}))?(ish|s|x|th|st|nd|rd|am|pm|a|p|k)?")
_SHARE = re.compile(r"(\d{1,3}(?:[.,]\d{1,2})?)/(\d{1,3})")
_RANGE_GAP = frozenset({"-", "--", "~", "/"})
_OUT_OF = tuple(
    tuple(bridge.split())
    for bridge in ("out of", "outta", "of", "de", "sobre", "over", "out a", "on a scale of")
)
MOVED = frozenset({"from", "went", "up", "jumped", "moved", "pase", "subi", "del"})
MOST = 10.0


@dataclass(frozen=True, slots=True)
class Mark:
    """Words [start, end) give a number; `whole` if they say that it is out of ten."""

    start: int
    end: int
    value: float
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Cues:
    """The words around the numbers of scale.yaml."""

    numbers: dict[str, int]
    before_one: frozenset[str]
    counts: frozenset[str]
    leads: frozenset[str]
    today: frozenset[str]
    older: frozenset[str]
    forward: frozenset[str]
    right: frozenset[str]
    settles: frozenset[str]
    feeling: frozenset[str]
    joins: frozenset[str]
    negations: frozenset[str]
    half: frozenset[str]
    minus: frozenset[str]
    to: frozenset[str]


@cache
def cues() -> Cues:
    """The words that say what a number is, read once."""
    raw: dict[str, Any] = load("scale.yaml")
    numbers = {word: value for value, words in raw.pop("numbers").items() for word in words.split()}
    sets = {name: frozenset(words.split()) for name, words in raw.items()}
    return Cues(numbers=numbers, negations=sets.pop("not"), **sets)


def find_marks(words: Words) -> list[Mark]:
    """The numbers that count nothing else, ranges joined to their middle."""
    marks: list[Mark] = []
    at = 0
    while at < len(words.said):
        mark = _share(words, at) or _number(words, at)
        at = mark.end if mark else at + 1
        if mark is None or _counts_something(words, mark):
            continue
        if marks and _is_range(words, marks[-1], mark):
            last = marks.pop()
            mark = Mark(last.start, mark.end, (last.value + mark.value) / 2, whole=True)
        marks.append(mark)
    return marks


def _share(words: Words, at: int) -> Mark | None:
    """ "7/10", and "6/7" as a range."""
    match = _SHARE.fullmatch(words.said[at])
    if match is None:
        return None
    value, whole = float(match[1].replace(",", ".")), float(match[2])
    if whole == MOST:
        return Mark(at, at + 1, value, whole=True)
    if whole - value == 1 and whole < MOST:
        return Mark(at, at + 1, (value + whole) / 2, whole=True)
    return Mark(at, at + 1, -1.0)


def _number(words: Words, at: int) -> Mark | None:
    value = _value(words, at)
    if value is None or (at and "/" in words.before[at] and _value(words, at - 1) is None):
        return None  # "rotten/10"
    if (at and words.said[at - 1] in cues().minus) or _has_minus(words, at):
        return Mark(at, at + 1, -value if value else 0.0)
    end, value = _with_half(words, at + 1, value)
    tail = words.said[end : end + 5]
    for bridge in _OUT_OF:
        size = len(bridge)
        if tail[:size] == bridge and tail[size : size + 1] in {("10",), ("ten",), ("diez",)}:
            return Mark(at, end + size + 1, value, whole=True)
    return Mark(at, end, value)


def _has_minus(words: Words, at: int) -> bool:
    """A sign at the start, or behind nothing but emoji."""
    alone = not any(word[0].isalnum() for word in words.said[:at])
    return alone and words.before[at] == "-"


def _value(words: Words, at: int) -> float | None:
    word = words.said[at]
    if word[0].isdigit():
        match = _NUMBER.fullmatch(word)
        if match is None or match[3] not in {None, "ish", "s"}:
            return None
        return float(f"{match[1]}.{match[2] or 0}")
    value = cues().numbers.get(word.removesuffix("ish"))  # "fiveish"
    return float(value) if value is not None and (value != 1 or _means_one(words, at)) else None


def _means_one(words: Words, at: int) -> bool:
    """Whether "one" is the number: alone, first of a few words, or as in "it's a one today"."""
    ends = at + 1 == len(words.said) or words.before[at + 1] != ""
    if (words.starts_clause(at) and ends) or (at == 0 and len(words.said) <= 3):
        return True
    led = at > 0 and words.said[at - 1] in cues().before_one
    return led and (ends or words.said[at + 1] in cues().today)


def _with_half(words: Words, end: int, value: float) -> tuple[int, float]:
    """ "6 and a half", "6 y medio", "seis i medio", "6 1/2"."""
    said = words.said
    for joint in (
        ("and", "a"),
        ("and", "one"),
        ("y",),
        ("i",),
        ("and",),
        ("n",),
        ("point",),
        ("coma",),
    ):
        after = end + len(joint)
        if said[end:after] == joint and said[after : after + 1]:
            if said[after] in cues().half:
                return after + 1, value + 0.5
            tenth = cues().numbers.get(said[after])
            if joint in {("point",), ("coma",)} and tenth is not None:
                return after + 1, value + tenth / 10
            if said[after] == "1/2":
                return after + 1, value + 0.5
    if said[end : end + 1] == ("1/2",):
        return end + 1, value + 0.5
    return end, value


def _counts_something(words: Words, mark: Mark) -> bool:
    table = cues()
    if words.said[max(0, mark.start - 2) : mark.start] in _ages_of_others():
        return True
    if words.said[max(0, mark.start - 3) : mark.start] in _REACHED:
        return True
    after = words.said[mark.end] if mark.end < len(words.said) else ""
    before = words.said[mark.start - 1] if mark.start else ""
    if after in _BE and "time" in words.said[mark.end : mark.end + _FAR]:
        return True  # "9 would be a better time"
    if before in table.to and after and words.said[mark.start] == "2":
        return True  # "i need 2 talk"
    near_before = mark.start > 0 and words.before[mark.start] in {"", "-", ":"}
    if near_before and before in table.leads and not mark.whole:
        return not (before in {"at", "level", "before"} and _feels_at(words, mark))
    return after in table.counts and words.before[mark.end] == ""


_BE = frozenset({"is", "would", "works"})
_FAR = 6


@cache
def _ages_of_others() -> frozenset[tuple[str, ...]]:
    """ "my son is 7", "my daughter's a nine"."""
    relatives = word_sets()["relative"]
    return frozenset((who, verb) for who in relatives for verb in ("is", "tiene", "turned", "a"))


_REACHED = {("when", "i", verb) for verb in ("hit", "reach", "get", "got")}
""" "can i stop when i hit ten"."""


def _feels_at(words: Words, mark: Mark) -> bool:
    """ "I'm at a 5", "sitting at 4 today" speak of the scale; "dinner at 6" does not."""
    before = words.said[max(0, mark.start - 3) : mark.start - 1]
    return mark.start == 1 or not {
        "im",
        "sitting",
        "still",
        "mood",
        "hovering",
        "put",
        "place",
    }.isdisjoint(before)


def _is_range(words: Words, first: Mark, second: Mark) -> bool:
    """ "6-7", "6 to 7", "between 6 and 7", "6 or 7"; not "went from 4 to 6", which ends at 6."""
    if not 0 < second.value - first.value <= 3 or second.value > MOST:
        return False
    between = words.said[first.end : second.start]
    if not between:
        beside = words.said[second.end : second.end + 1] == ("ish",)  # "7 8 ish"
        return beside or not _RANGE_GAP.isdisjoint(words.before[second.start])
    led = words.said[first.start - 1] if first.start else ""
    if between[0] in {"to", "a", "al"} and not MOVED.isdisjoint(words.said[: first.start]):
        return first.start == 1 and second.end == len(words.said)  # nothing but "from 4 to 6"
    if between in {("and",), ("y",), ("and", "a"), ("y", "un")}:
        return led in {"between", "entre", "a"} or "between" in words.said[: first.start]
    if "between" in words.said[: first.start] or "entre" in words.said[: first.start]:
        return {"and", "y"} >= set(between) - {"a", "an", "un"}
    bridges = cues().joins | {"an"}
    return len(between) <= 3 and all(word in bridges for word in between) and between[0] != "and"
