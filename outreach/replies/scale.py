"""The number a text gives on a scale of 0 to 10."""

from dataclasses import dataclass

from outreach.replies.marks import MOST, MOVED, Mark, cues, find_marks
from outreach.replies.smallwords import small_words
from outreach.replies.words import Words


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
    marks = [mark for mark in find_marks(words) if not _asked_about(words, mark)]
    if not marks:
        return None
    if any(not 0 <= mark.value <= MOST for mark in marks):
        inside = [mark for mark in marks if 0 <= mark.value <= MOST]
        if len(inside) != 1 or not _felt(words, inside[0]):
            return Score(None, "a number outside 0 to 10")
        marks = inside
    return _settle(words, marks)


def _settle(words: Words, marks: list[Mark]) -> Score:
    if len(marks) == 1:
        return _single(words, marks[0])
    if words.said[marks[-1].start - 1] in cues().settles:
        return Score(marks[-1].value, "the number settled on")
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


def _rises(words: Words, marks: list[Mark]) -> bool:
    """ "went from a 4 to a 6"."""
    between = words.said[marks[-2].end : marks[-1].start]
    moved = not MOVED.isdisjoint(words.said[: marks[-2].start])
    return moved and between[:1] in {("to",), ("a",), ("al",)}


def _single(words: Words, mark: Mark) -> Score:
    older = _ages(words, [mark])[0] == "older"
    near = words.said[max(0, mark.start - 3) : mark.end + 3]
    if (
        older
        and "same" not in words.said
        and not {"yesterday", "ayer", "anoche", "week", "ago", "antier"}.isdisjoint(near)
    ):
        return Score(None, "the only number is an older one")
    return Score(mark.value, "the number")


def _among(words: Words, marks: list[Mark]) -> Score:
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


def _asked_about(words: Words, mark: Mark) -> bool:
    """ "what does 10 mean?", "is 10 good or bad", and our own question above the answer."""
    start, end = words.sentence_around(mark.start)
    asked = "?" in words.before[end]
    if words.said[start] in {"what", "que"} and asked and end - start > _FEW:
        return True
    if "scale" in words.said[start:end] and asked and end < len(words.said):
        return True
    judged = not _JUDGED.isdisjoint(words.said[mark.end : mark.end + 2])
    return words.said[start] in {"is", "does"} and mark.start - start <= _FEW and judged


_FEW = 2
_JUDGED = frozenset({"good", "bad", "best", "worst", "high", "low", "happy", "sad", "mean"})


def _corrected(words: Words, marks: list[Mark]) -> Mark | None:
    """The number after "I meant", or marked with a star."""
    table = cues()
    for mark in reversed(marks):
        before = words.said[max(0, mark.start - 3) : mark.start]
        after = words.said[mark.end : mark.end + 1]
        if before[-1:] == ("*",) or (after == ("*",) and mark is marks[-1]):
            return mark
        if mark.start and not table.right.isdisjoint(before) and not _negated(words, mark):
            return mark
    last, previous = marks[-1], marks[-2]
    between = words.said[previous.end : last.start]
    if between[:1] in {("no",), ("nah",)} and _GO_BACK.issuperset(between):
        return last
    return None


_GO_BACK = frozenset({"no", "nah", "wait", "espera", "espere", "a", "un", "make", "it", "its"})


def _negated(words: Words, mark: Mark) -> bool:
    before = words.said[max(0, mark.start - 2) : mark.start]
    if words.before[mark.start] not in {"", ","}:
        return False
    return bool(before) and (
        before[-1] in cues().negations
        or (before[-1] in {"a", "an", "un", "of", "vez", "es"} and before[0] in cues().negations)
    )


def _mine(words: Words, mark: Mark) -> bool:
    """ "my daughter would say 2 but i say 6"."""
    before = words.said[max(0, mark.start - 3) : mark.start]
    return any(me in before and say in before for me in _ME for say in _SAY)


_ME = ("i", "im", "id", "yo")
_SAY = ("say", "saying", "digo", "think", "creo")


def _felt(words: Words, mark: Mark) -> bool:
    before = words.said[max(0, mark.start - 2) : mark.start]
    return not cues().feeling.isdisjoint(before) or before[-1:] in {("a",), ("an",), ("un",)}


def _alone(words: Words, mark: Mark) -> bool:
    ends = mark.end == len(words.said) or words.before[mark.end] != ""
    return words.starts_clause(mark.start) and ends


def _ages(words: Words, marks: list[Mark]) -> list[str]:
    """For each number "today", "older" or "": which words of time belong to it.

    Words of time come before their numbers or after them, in the manner of the text's first one.
    """
    table = cues()
    ages = [""] * len(marks)
    leading = any(word in table.today | table.older for word in words.said[: marks[0].start])
    for at, word in enumerate(words.said):
        age = "today" if word in table.today else "older" if word in table.older else ""
        if words.said[max(0, at - 1)] in {"this", "esta"} and _is_now(words, word):
            age = "today"
        compared = at > 0 and words.said[at - 1] in {"than", "que"}  # "better than yesterday"
        if not age or compared or any(mark.start <= at < mark.end for mark in marks):
            continue
        if _tells_why(words, marks, at) or words.said[at : at + 2] in _PUT_DOWN:
            continue
        owner = _owner(words, marks, at, leading or _points_on(words, at))
        if owner is not None and (age == "today" or not ages[owner] or word != "was"):
            ages[owner] = (
                age if ages[owner] != "today" or word in {"yesterday", "ayer"} else "today"
            )
    return ages


def _tells_why(words: Words, marks: list[Mark], at: int) -> bool:
    """Whether a word stands behind a "because": "a 7 because yesterday i saw my sister"."""
    before = [mark.end for mark in marks if mark.end <= at]
    return bool(before) and not _REASONS.isdisjoint(words.said[before[-1] : at])


_REASONS = frozenset({"because", "porque", "since", "pues"})
_PUT_DOWN = {("put", "me"), ("put", "down"), ("put", "mine")}


def _is_now(words: Words, word: str) -> bool:
    """ "this week", and "this morning" beside what is older still."""
    today = any(other in cues().today for other in words.said)
    older = not _OLDER_STILL.isdisjoint(words.said)
    return word in {"week", "semana"} or (word in _PARTS and older and not today)


_OLDER_STILL = frozenset({"last", "yesterday", "before", "ayer", "anoche", "antier", "pasada"})
_PARTS = frozenset({"morning", "afternoon", "evening", "manana", "tarde", "noche"})


def _points_on(words: Words, at: int) -> bool:
    """Whether a word of time speaks of the number after it: "was a 5", "yesterday was a 5"."""
    forward = cues().forward
    was = words.said[at + 1 : at + 2] in {("was",), ("fue",)}
    return words.said[at] in forward or (was and words.said[at] in cues().older)


def _owner(words: Words, marks: list[Mark], at: int, forward: bool) -> int | None:
    """Which number a word of time at `at` speaks of."""
    following = next((i for i, mark in enumerate(marks) if mark.start > at), None)
    previous = following - 1 if following else (len(marks) - 1 if following is None else None)
    if following is None or previous is None:
        return previous if following is None else following
    turns = small_words("turns")
    cut_before = any(
        words.before[i] or (words.said[i] in turns and not (i == at and words.before[at + 1]))
        for i in range(marks[previous].end, at + 1)
    )
    cut_after = any(words.before[i] for i in range(at + 1, marks[following].start + 1))
    if cut_before != cut_after:
        return following if cut_before else previous
    return following if forward else previous
