"""The number a text gives on a scale of 0 to 10."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from outreach.replies.datafiles import load
from outreach.replies.lexicon import word_sets
from outreach.replies.smallwords import small_words
from outreach.replies.words import Words

_NUMBER = re.compile(r"(\d{1,4})(?:[.,](\d{1,2}))?(ish|s|x|th|st|nd|rd|am|pm|a|p|k)?")
_SHARE = re.compile(r"(\d{1,3}(?:[.,]\d{1,2})?)/(\d{1,3})")
_RANGE_GAP = frozenset({"-", "--", "~", "/"})
_OUT_OF = tuple(
    tuple(bridge.split())
    for bridge in ("out of", "outta", "of", "de", "sobre", "over", "out a", "on a scale of")
)
_MOVED = frozenset({"from", "went", "up", "jumped", "moved", "pase", "subi", "del"})
_MAX = 10.0


@dataclass(frozen=True, slots=True)
class Score:
    """What the numbers of a text amount to; no value means that they do not settle it."""

    value: float | None
    why: str


def read_score(words: Words) -> Score | None:
    """The score of a text, or None if no number in it can be one.

    Today's number wins over older ones, a corrected one over the slip, a range is its middle, and
    numbers outside 0..10 settle nothing (contract.md).
    """
    marks = [mark for mark in _marks(words) if not _asked_about(words, mark)]
    if not marks:
        return None
    if any(not 0 <= mark.value <= _MAX for mark in marks):
        inside = [mark for mark in marks if 0 <= mark.value <= _MAX]
        if len(inside) != 1 or not _felt(words, inside[0]):
            return Score(None, "a number outside 0 to 10")
        marks = inside
    return _settle(words, marks)


@dataclass(frozen=True, slots=True)
class _Mark:
    """Words [start, end) give a number; `whole` if they say that it is out of ten."""

    start: int
    end: int
    value: float
    whole: bool = False


@dataclass(frozen=True, slots=True)
class _Cues:
    numbers: dict[str, int]
    before_one: frozenset[str]
    counts: frozenset[str]
    leads: frozenset[str]
    today: frozenset[str]
    older: frozenset[str]
    forward: frozenset[str]
    right: frozenset[str]
    feeling: frozenset[str]
    joins: frozenset[str]
    negations: frozenset[str]
    half: frozenset[str]
    minus: frozenset[str]


@cache
def _cues() -> _Cues:
    raw: dict[str, Any] = load("scale.yaml")
    numbers = {word: value for value, words in raw.pop("numbers").items() for word in words.split()}
    sets = {name: frozenset(words.split()) for name, words in raw.items()}
    return _Cues(numbers=numbers, negations=sets.pop("not"), **sets)


def _settle(words: Words, marks: list[_Mark]) -> Score:
    if len(marks) == 1:
        return _single(words, marks[0])
    corrected = _corrected(words, marks)
    if corrected is not None:
        return Score(corrected.value, "the corrected number")
    if _rises(words, marks):
        return Score(marks[-1].value, "where the number went")
    marks = [mark for mark in marks if not _negated(words, mark)] or marks
    ages = _ages(words, marks)
    current = [m for m, age in zip(marks, ages, strict=True) if age == "today"]
    if current:
        return Score(current[-1].value, "the number said of today")
    fresh = [m for m, age in zip(marks, ages, strict=True) if age != "older"]
    return _among(words, fresh or marks)


def _rises(words: Words, marks: list[_Mark]) -> bool:
    """ "went from a 4 to a 6"."""
    between = words.said[marks[-2].end : marks[-1].start]
    moved = not _MOVED.isdisjoint(words.said[: marks[-2].start])
    return moved and between[:1] in {("to",), ("a",)}


def _single(words: Words, mark: _Mark) -> Score:
    older = _ages(words, [mark])[0] == "older"
    near = words.said[max(0, mark.start - 3) : mark.end + 3]
    if (
        older
        and "same" not in words.said
        and not {"yesterday", "ayer", "anoche", "week", "ago", "antier"}.isdisjoint(near)
    ):
        return Score(None, "the only number is an older one")
    return Score(mark.value, "the number")


def _among(words: Words, marks: list[_Mark]) -> Score:
    """The one among several that is clearly the score."""
    if len({mark.value for mark in marks}) == 1:
        return Score(marks[0].value, "the number")
    for why, clear in (
        ("the number that I say", [m for m in marks if _mine(words, m)]),
        ("the number out of ten", [m for m in marks if m.whole]),
        ("the number beside a word of feeling", [m for m in marks if _felt(words, m)]),
        ("the number that stands alone", [m for m in marks if _alone(words, m)]),
    ):
        if len(clear) == 1:
            return Score(clear[0].value, why)
    return Score(None, "several numbers")


def _marks(words: Words) -> list[_Mark]:
    marks: list[_Mark] = []
    at = 0
    while at < len(words.said):
        mark = _share(words, at) or _number(words, at)
        at = mark.end if mark else at + 1
        if mark is None or _counts_something(words, mark):
            continue
        if marks and _is_range(words, marks[-1], mark):
            last = marks.pop()
            mark = _Mark(last.start, mark.end, (last.value + mark.value) / 2, whole=True)
        marks.append(mark)
    return marks


def _share(words: Words, at: int) -> _Mark | None:
    """ "7/10", and "6/7" as a range."""
    match = _SHARE.fullmatch(words.said[at])
    if match is None:
        return None
    value, whole = float(match[1].replace(",", ".")), float(match[2])
    if whole == _MAX:
        return _Mark(at, at + 1, value, whole=True)
    if whole - value == 1 and whole < _MAX:
        return _Mark(at, at + 1, (value + whole) / 2, whole=True)
    return _Mark(at, at + 1, -1.0)


def _number(words: Words, at: int) -> _Mark | None:
    value = _value(words, at)
    if value is None or (at and "/" in words.before[at] and _value(words, at - 1) is None):
        return None  # "rotten/10"
    if (at and words.said[at - 1] in _cues().minus) or (at == 0 and words.before[0] == "-"):
        return _Mark(at, at + 1, -value if value else 0.0)
    end, value = _with_half(words, at + 1, value)
    tail = words.said[end : end + 5]
    for bridge in _OUT_OF:
        size = len(bridge)
        if tail[:size] == bridge and tail[size : size + 1] in {("10",), ("ten",), ("diez",)}:
            return _Mark(at, end + size + 1, value, whole=True)
    return _Mark(at, end, value)


def _value(words: Words, at: int) -> float | None:
    word = words.said[at]
    if word[0].isdigit():
        match = _NUMBER.fullmatch(word)
        if match is None or match[3] not in {None, "ish", "s"}:
            return None
        return float(f"{match[1]}.{match[2] or 0}")
    value = _cues().numbers.get(word)
    return float(value) if value is not None and (value != 1 or _means_one(words, at)) else None


def _means_one(words: Words, at: int) -> bool:
    """Whether "one" is the number: alone, first of a few words, or as in "it's a one today"."""
    ends = at + 1 == len(words.said) or words.before[at + 1] != ""
    if (words.starts_clause(at) and ends) or (at == 0 and len(words.said) <= 3):
        return True
    led = at > 0 and words.said[at - 1] in _cues().before_one
    return led and (ends or words.said[at + 1] in _cues().today)


def _with_half(words: Words, end: int, value: float) -> tuple[int, float]:
    """ "6 and a half", "6 y medio", "6 1/2"."""
    said = words.said
    for joint in (("and", "a"), ("y",), ("and",), ("point",)):
        after = end + len(joint)
        if said[end:after] == joint and said[after : after + 1]:
            if said[after] in _cues().half:
                return after + 1, value + 0.5
            if joint == ("point",) and (tenth := _cues().numbers.get(said[after])) is not None:
                return after + 1, value + tenth / 10
    if said[end : end + 1] == ("1/2",):
        return end + 1, value + 0.5
    return end, value


def _counts_something(words: Words, mark: _Mark) -> bool:
    cues = _cues()
    if words.said[max(0, mark.start - 2) : mark.start] in _ages_of_others():
        return True
    after = words.said[mark.end] if mark.end < len(words.said) else ""
    before = words.said[mark.start - 1] if mark.start else ""
    near_before = mark.start > 0 and words.before[mark.start] in {"", "-", ":"}
    if near_before and before in cues.leads and not mark.whole:
        return not (before in {"at", "level", "before"} and _feels_at(words, mark))
    return after in cues.counts and words.before[mark.end] == ""


@cache
def _ages_of_others() -> frozenset[tuple[str, ...]]:
    """ "my son is 7"."""
    relatives = word_sets()["relative"]
    return frozenset((who, verb) for who in relatives for verb in ("is", "tiene", "turned"))


def _feels_at(words: Words, mark: _Mark) -> bool:
    """ "I'm at a 5", "sitting at 4 today" speak of the scale; "dinner at 6" does not."""
    before = words.said[max(0, mark.start - 3) : mark.start - 1]
    return mark.start == 1 or not {"im", "sitting", "still", "mood", "hovering"}.isdisjoint(before)


def _asked_about(words: Words, mark: _Mark) -> bool:
    """ "what does 10 mean?"."""
    start, end = words.sentence_around(mark.start)
    return words.said[start] in {"what", "que"} and "?" in words.before[end] and end - start > 2


def _is_range(words: Words, first: _Mark, second: _Mark) -> bool:
    """ "6-7", "6 to 7", "between 6 and 7", "6 or 7"; not "from 4 to 6", which ends at 6."""
    if not 0 < second.value - first.value <= 3 or second.value > _MAX:
        return False
    between = words.said[first.end : second.start]
    if not between:
        return not _RANGE_GAP.isdisjoint(words.before[second.start])
    led = words.said[first.start - 1] if first.start else ""
    if between[0] in {"to", "a"} and not _MOVED.isdisjoint(words.said[: first.start]):
        return False
    if between in {("and",), ("y",), ("and", "a"), ("y", "un")}:
        return led in {"between", "entre", "a"} or "between" in words.said[: first.start]
    if "between" in words.said[: first.start] or "entre" in words.said[: first.start]:
        return {"and", "y"} >= set(between) - {"a", "an", "un"}
    bridges = _cues().joins | {"an"}
    return len(between) <= 3 and all(word in bridges for word in between) and between[0] != "and"


def _corrected(words: Words, marks: list[_Mark]) -> _Mark | None:
    """The number after "I meant", or marked with a star."""
    cues = _cues()
    for mark in reversed(marks):
        before = words.said[max(0, mark.start - 3) : mark.start]
        after = words.said[mark.end : mark.end + 1]
        if before[-1:] == ("*",) or (after == ("*",) and mark is marks[-1]):
            return mark
        if mark.start and not cues.right.isdisjoint(before) and not _negated(words, mark):
            return mark
    last, previous = marks[-1], marks[-2]
    between = words.said[previous.end : last.start]
    if between in {("no",), ("no", "a"), ("no", "un"), ("nah",), ("no", "no"), ("no", "wait")}:
        return last
    return None


def _negated(words: Words, mark: _Mark) -> bool:
    before = words.said[max(0, mark.start - 2) : mark.start]
    if words.before[mark.start] not in {"", ","}:
        return False
    return bool(before) and (
        before[-1] in _cues().negations
        or (before[-1] in {"a", "an", "un", "of", "vez", "es"} and before[0] in _cues().negations)
    )


def _mine(words: Words, mark: _Mark) -> bool:
    """ "my daughter would say 2 but i say 6"."""
    before = words.said[max(0, mark.start - 3) : mark.start]
    return any(me in before and say in before for me in _ME for say in _SAY)


_ME = ("i", "id", "yo")
_SAY = ("say", "digo", "think", "creo")


def _felt(words: Words, mark: _Mark) -> bool:
    before = words.said[max(0, mark.start - 2) : mark.start]
    return not _cues().feeling.isdisjoint(before) or before[-1:] in {("a",), ("an",), ("un",)}


def _alone(words: Words, mark: _Mark) -> bool:
    ends = mark.end == len(words.said) or words.before[mark.end] != ""
    return words.starts_clause(mark.start) and ends


def _ages(words: Words, marks: list[_Mark]) -> list[str]:
    """For each number "today", "older" or "": which words of time belong to it.

    Words of time come before their numbers or after them, in the manner of the text's first one.
    """
    cues = _cues()
    ages = [""] * len(marks)
    leading = any(word in cues.today | cues.older for word in words.said[: marks[0].start])
    for at, word in enumerate(words.said):
        age = "today" if word in cues.today else "older" if word in cues.older else ""
        if words.said[max(0, at - 1)] in {"this", "esta"} and _is_now(words, word):
            age = "today"
        if not age or any(mark.start <= at < mark.end for mark in marks):
            continue
        owner = _owner(words, marks, at, leading or _points_on(words, at))
        if owner is not None and (age == "today" or not ages[owner] or word != "was"):
            ages[owner] = (
                age if ages[owner] != "today" or word in {"yesterday", "ayer"} else "today"
            )
    return ages


def _is_now(words: Words, word: str) -> bool:
    """ "this week", and "this morning" beside what is older still."""
    today = any(other in _cues().today for other in words.said)
    older = not _OLDER_STILL.isdisjoint(words.said)
    return word in {"week", "semana"} or (word in _PARTS and older and not today)


_OLDER_STILL = frozenset({"last", "yesterday", "before", "ayer", "anoche", "antier", "pasada"})
_PARTS = frozenset({"morning", "afternoon", "evening", "manana", "tarde", "noche"})


def _points_on(words: Words, at: int) -> bool:
    """Whether a word of time speaks of the number after it: "was a 5", "yesterday was a 5"."""
    forward = _cues().forward
    return words.said[at] in forward or words.said[at + 1 : at + 2] in {("was",), ("fue",)}


def _owner(words: Words, marks: list[_Mark], at: int, forward: bool) -> int | None:
    """Which number a word of time at `at` speaks of."""
    following = next((i for i, mark in enumerate(marks) if mark.start > at), None)
    previous = following - 1 if following else (len(marks) - 1 if following is None else None)
    if following is None or previous is None:
        return previous if following is None else following
    turns = small_words("turns")
    cut_before = any(
        words.before[i] or words.said[i] in turns for i in range(marks[previous].end, at + 1)
    )
    cut_after = any(words.before[i] for i in range(at + 1, marks[following].start + 1))
    if cut_before != cut_after:
        return following if cut_before else previous
    return following if forward else previous
