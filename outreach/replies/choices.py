"""A digit that picks one of the answers 1, 2, 3 that a prompt offered."""

from outreach.replies.calendar import calendar
from outreach.replies.smallwords import small_words
from outreach.replies.words import Words

_NAMES = frozenset({"option", "opcion", "number", "numero", "#", "answer", "reply", "choice"})
_CORRECTS = frozenset(
    {
        "oops",
        "scratch",
        "no",
        "wait",
        "meant",
        "jk",
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


def corrected_choice(words: Words) -> int | None:
    """The digit that takes back another: "3 no wait i mean 1", "puse 1 sin querer, es 3"."""
    found = [(at, word) for at, word in enumerate(words.said) if word[0].isdigit()]
    if len(found) != _PAIR or not {word for _, word in found} <= {"1", "2", "3"}:
        return None
    (first, slip), (last, meant) = found
    put = first > 0 and words.said[first - 1] in _PUT
    between = words.said[first + 1 : last]
    if slip == meant or not between or not (put or words.starts_clause(first)):
        return None
    ends = last + 1 == len(words.said) or words.said[last + 1] not in small_words("counted")
    sure = between[-1] in _CORRECTS - {"era", "mandar", "poner", "no"} or between == ("no",)
    rather = between[-1] in _RATHER and (put or not _SLIPS.isdisjoint(words.said))
    no = between[-1] == "no" and not _SLIPS.isdisjoint(between)
    return _DIGITS[meant] if ends and (sure or rather or no) else None


_PAIR = 2
_PUT = frozenset(
    {
        "put",
        "sent",
        "said",
        "hit",
        "pressed",
        "typed",
        "puse",
        "mande",
        "poner",
        "mandar",
        "dije",
        "pique",
    }
)
_RATHER = frozenset({"es", "era", "its", "is", "be", "was", "to", "a", "al", "quise"})
_SLIPS = frozenset(
    {
        "mistake",
        "accident",
        "accidentally",
        "querer",
        "error",
        "wrong",
        "oops",
        "wait",
        "actually",
        "sorry",
        "mean",
        "meant",
        "perdon",
        "shoot",
    }
)


def other_number(words: Words) -> bool:
    """Whether the text is nothing but a number that was not offered."""
    return len(words.said) == 1 and (
        words.said[0][0].isdigit() or calendar().number(words.said[0]) is not None
    )


def _units() -> frozenset[str]:
    return frozenset(calendar().units)


def goes_on(words: Words) -> bool:
    """ "1 and can i get a ride"; but "1 and a half", "1 and 2"."""
    after = words.said[2:3]
    return bool(after) and words.said[1] in _JOINS and after[0] not in _OF_NUMBERS | _DIGITS.keys()


_JOINS = frozenset({"and", "y", "also"})
_OF_NUMBERS = frozenset({"a", "half", "medio", "media", "1/2", "un", "una"})


def _is_free(words: Words, at: int) -> bool:
    last = len(words.said) - 1
    after = at == last or words.before[at + 1] != "" or words.said[at + 1] in _AGREES
    if at and words.said[at - 1] in _NAMES:
        return True
    after = after or words.said[at + 1] in small_words("fillers_after")
    if at == 1 and words.said[0] == "la" and words.said[1].isdigit():
        return after  # "la 1": the first answer; "el 1" is a day
    if at == 0 and words.said[0].isdigit():
        return after or goes_on(words) or words.said[1] not in small_words("counted") | _units()
    before = words.starts_clause(at) or (at == 1 and words.said[0] in _AGREES | {"a", "*"})
    before_it = words.said[max(0, at - 2) : at]
    corrected = at > 0 and (before_it[-1] in _CORRECTS or before_it == ("scratch", "that"))
    return (before or corrected) and after
