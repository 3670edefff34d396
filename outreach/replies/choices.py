"""A digit that picks one of the answers 1, 2, 3 that a prompt offered."""

from outreach.replies.calendar import calendar
from outreach.replies.smallwords import small_words
from outreach.replies.words import Words

_NAMES = frozenset({"option", "opcion", "number", "numero", "#", "answer", "reply", "choice"})
_CORRECTS = frozenset(
    {
        "no",
        "wait",
        "meant",
        "mean",
        "actually",
        "sorry",
        "digo",
        "perdon",
        "*",
        "era",
        "mandar",
        "poner",
    }
)
_AGREES = frozenset(
    {"yes", "si", "no", "please", "porfavor", "thanks", "gracias", "sorry", "mejor"}
)
_DIGITS = {"1": 1, "2": 2, "3": 3, "one": 1, "uno": 1, "two": 2, "dos": 2, "three": 3, "tres": 3}


def picked_choice(words: Words) -> int | None:
    """1, 2 or 3 where a text picks it with a free-standing digit or word; else None.

    Of two different ones the later counts only after a word of correction.
    """
    found = [(at, _DIGITS[word]) for at, word in enumerate(words.said) if word in _DIGITS]
    free = [(at, digit) for at, digit in found if _is_free(words, at)]
    if len(found) == len(words.said) and len({digit for _, digit in found}) > 1:
        return None  # "1 2"
    if len({digit for _, digit in free}) == 1:
        return free[0][1]
    if free and not _CORRECTS.isdisjoint(words.said[free[0][0] : free[-1][0] + 1]):
        return free[-1][1]
    return None


def other_number(words: Words) -> bool:
    """Whether the text is nothing but a number that was not offered."""
    return len(words.said) == 1 and (
        words.said[0][0].isdigit() or calendar().number(words.said[0]) is not None
    )


def _units() -> frozenset[str]:
    return frozenset(calendar().units)


def _is_free(words: Words, at: int) -> bool:
    last = len(words.said) - 1
    after = at == last or words.before[at + 1] != "" or words.said[at + 1] in _AGREES
    if at and words.said[at - 1] in _NAMES:
        return True
    after = after or words.said[at + 1] in small_words("fillers_after")
    if at == 1 and words.said[0] == "la" and words.said[1].isdigit():
        return after  # "la 1": the first answer; "el 1" is a day
    if at == 0 and words.said[0].isdigit():
        return after or words.said[1] not in small_words("counted") | _units()
    before = words.starts_clause(at) or (at == 1 and words.said[0] in _AGREES | {"a", "*"})
    corrected = at > 0 and words.said[at - 1] in _CORRECTS
    return (before or corrected) and after
