"""Answers to "did you get to your goal?": done, some, not_yet."""

import re

from outreach.replies.calendar import calendar
from outreach.replies.choices import corrected_choice, goes_on, other_number, picked_choice
from outreach.replies.grammar import is_both, is_negated, outside_scope
from outreach.replies.lexicon import Hit
from outreach.replies.smallwords import small_words
from outreach.replies.text import Candidate, Text, texting_words
from outreach.replies.words import Words
from outreach.vocabulary import Intent

DONE, SOME, NOT_YET = "done", "some", "not_yet"
_CHOICES = {1: DONE, 2: SOME, 3: NOT_YET}
_TIMES = {"once": 1, "twice": 2, "thrice": 3}
_SHARE = re.compile(r"(\d{1,2})/(\d{1,2})")
_BRIDGES = (("out", "of"), ("of",), ("of", "the"), ("out", "of", "the"), ("de",), ("de", "los"),
            ("de", "las"), ("outta",), ("of", "my"), ("out", "of", "my"))  # fmt: skip


def read_goal(text: Text) -> Candidate | None:
    """How far a text says the goal got; None if it does not answer."""
    if is_both(text.words):
        return Candidate(Intent.UNCLEAR, "", "yes and no")
    share = _share(text.words)
    if share is not None:
        return Candidate(Intent.ANSWER, share, "a part of a whole")
    done, some, not_yet = _weighed(text)
    corrected = corrected_choice(text.words)
    choice = corrected or picked_choice(text.words)
    first = corrected is not None or picked_first(text.words)
    if choice is not None and (first or not (some or done or not_yet)):
        return Candidate(Intent.ANSWER, _CHOICES[choice], f"{choice} was offered for it")
    return _settled(text, done, some, not_yet) or _unsettled(text)


def _unsettled(text: Text) -> Candidate | None:
    doubts = text.having("unsure")
    if doubts:
        return Candidate(Intent.UNCLEAR, "", text.quote(doubts[0]))
    if other_number(text.words):
        return Candidate(Intent.UNCLEAR, "", "a number that was not offered")
    return None


def picked_first(words: Words) -> bool:
    """Whether a text begins with its digit, as in "2. walked twice", "1 and can i get a ride"."""
    if words.said[0] not in {"1", "2", "3"}:
        return False
    only_signs = not any(word[0].isalnum() for word in words.said[1:])
    return only_signs or words.before[1] != "" or goes_on(words)


def _weighed(text: Text) -> tuple[list[Hit], list[Hit], list[Hit]]:
    not_yet = text.having("not_yet")
    extent = [] if not_yet else text.having("extent")
    done = outside_scope(text.words, sorted(text.having("done") + extent), not_yet)
    done = _outside_wishes(text, done)
    turned = [hit for hit in done if is_negated(text.words, hit)]
    return [hit for hit in done if hit not in turned], text.having("some"), not_yet + turned


def _outside_wishes(text: Text, hits: list[Hit]) -> list[Hit]:
    """Without the "all" and "every day" of a wish about texts: "stop texting me every day"."""
    wishes = text.having("less", "too_often", "more", "off_days", "only_days")
    if not wishes:
        return hits
    wished = {at for wish in wishes for at in range(wish.start, wish.end)}
    hits = [hit for hit in hits if not wished.issuperset(range(hit.start, hit.end))]
    named = texting_words()
    of_texts = [
        hit
        for hit in hits
        if hit.means == "extent" and not named.isdisjoint(text.between(hit.end, hit.end + 2))
    ]
    return [hit for hit in hits if hit not in of_texts]


def _settled(text: Text, done: list[Hit], some: list[Hit], not_yet: list[Hit]) -> Candidate | None:
    if some:
        return _answer(text, SOME, some[0])
    if done and not_yet:
        later, earlier = (done, not_yet) if done[-1] > not_yet[-1] else (not_yet, done)
        if _turns(text, earlier, later) and later is not_yet:
            return _answer(text, SOME, later[-1])
        return _answer(text, DONE if later is done else NOT_YET, later[-1])
    if done or not_yet:
        return _answer(text, DONE if done else NOT_YET, (done or not_yet)[-1])
    short = text.having("yes", "no", "ok")
    if not short:
        return None
    last = [hit for hit in short if hit.means != "ok"] or short
    return _answer(text, NOT_YET if last[-1].means == "no" else DONE, last[-1])


def _turns(text: Text, earlier: list[Hit], later: list[Hit]) -> bool:
    between = text.between(earlier[-1].end, later[-1].start)
    return not (small_words("turns") - {"now", "ahora", "still", "yet"}).isdisjoint(between)


def _answer(text: Text, value: str, hit: Hit) -> Candidate:
    return Candidate(Intent.ANSWER, value, text.quote(hit))


def _share(words: Words) -> str | None:
    """ "2 out of 3", "3/3", "50%"."""
    for at, word in enumerate(words.said):
        match = _SHARE.fullmatch(word)
        if match:
            return _part(int(match[1]), int(match[2]))
        part = _TIMES.get(word, calendar().number(word))
        if part is None or word == "a":
            continue
        if part == 0 and words.said[at + 1 : at + 2] in {("times",), ("days",), ("veces",)}:
            return NOT_YET
        if words.said[at + 1 : at + 2] in {("%",), ("percent",)}:
            return _part(part, 100)
        whole = _whole(words, at + 1)
        if whole is not None:
            return _part(part, whole)
    return None


def _whole(words: Words, at: int) -> int | None:
    """The number after "of" or "times of"."""
    for start in (at, at + 1):
        for bridge in _BRIDGES:
            end = start + len(bridge)
            if words.said[start:end] != bridge or end >= len(words.said):
                continue
            whole = calendar().number(words.said[end])
            if whole is not None and words.said[end] not in {"a", "un", "una"}:
                return whole
    return None


def _part(part: int, whole: int) -> str | None:
    if part > whole:
        return None
    return NOT_YET if part == 0 else DONE if part == whole else SOME
