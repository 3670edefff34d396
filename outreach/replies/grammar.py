"""Negation, condition, contrast and question: what small words do to the phrases near them."""

from collections.abc import Iterable

from outreach.replies.lexicon import Hit
from outreach.replies.smallwords import small_words
from outreach.replies.text import Text
from outreach.replies.words import Words


def is_negated(words: Words, hit: Hit) -> bool:
    """Whether a negation stands at most three words before a phrase, in the same clause."""
    if words.said[hit.start] in small_words("turns"):
        return False
    for back in (1, 2, 3):
        at = hit.start - back
        if at < 0 or words.before[at + 1]:
            return False
        if words.said[at] in small_words("turns"):
            return False
        if words.said[at] in small_words("negators"):
            # "two not one i need another time": the "not" is for the number.
            return back == 1 or words.said[at : at + 2] not in _NOT_A_CHOICE
    return False


_NOT_A_CHOICE = {("not", choice) for choice in ("one", "two", "three", "1", "2", "3")}


def is_conditional(words: Words, hit: Hit) -> bool:
    """Whether "if", "might" or the like stands before a phrase in the same clause."""
    at = hit.start
    while at > 0 and not words.before[at] and hit.start - at < 6:
        at -= 1
        if words.said[at] in small_words("turns"):
            return False
        if words.said[at] in small_words("conditions"):
            return True
    return False


def is_bounded(words: Words, hit: Hit) -> bool:
    """Whether "if" or "unless" stands after a phrase in the same clause."""
    for at in range(hit.end, min(hit.end + 5, len(words.said))):
        if words.before[at]:
            return False
        if words.said[at] in {"if", "unless", "depending", "provided"}:
            return words.said[at + 1 : at + 3] not in _GODS_WILL
    return False


_GODS_WILL = {("the", "lord"), ("the", "good"), ("the", "creek"), ("god", "wills")}
""" "if the good lord is willing" is a manner of saying yes."""


def is_asked(text: Text, hit: Hit) -> bool:
    """Whether a phrase stands in a question, marked or not."""
    words = text.words
    start, end = words.clause_around(hit.start)
    return "?" in words.before[end] or is_question(words.said[start:end])


def is_both(words: Words) -> bool:
    """Whether a text is "yes/no" and nothing else."""
    return len(words.said) == _PAIR and set(words.said) in _YES_NO and "/" in words.before[1]


_PAIR = 2
_YES_NO = ({"yes", "no"}, {"si", "no"}, {"y", "n"})


def is_question(said: tuple[str, ...]) -> bool:
    """Whether words without punctuation begin like a question."""
    for skip in (0, 1):
        first, second = (*said[skip : skip + 2], "", "")[:2]
        if first in small_words("always_asks"):
            return True
        if skip and said[:1] and said[0] not in small_words("openers"):
            break
        if first in small_words("asks") and second in small_words("asked"):
            return True
    return False


def outside_scope(words: Words, hits: Iterable[Hit], deniers: list[Hit]) -> list[Hit]:
    """The phrases that no earlier denial in their clause reaches ("don't think I'll be there")."""
    return [hit for hit in hits if not any(reaches(words, denier, hit) for denier in deniers)]


def reaches(words: Words, denier: Hit, hit: Hit) -> bool:
    """Whether `hit` stands in the clause of `denier`, after it and with no contrast between."""
    if denier.end > hit.start:
        return denier.start <= hit.start and denier.end >= hit.end
    between = range(denier.end, hit.start + 1)
    if any(words.before[at] for at in between):
        return False
    return small_words("turns").isdisjoint(words.said[denier.end : hit.start])
