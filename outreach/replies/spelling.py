"""One spelling per word: known variants, stretched letters, and near misses of long key words.

The words are data: phrases/spelling.yaml. Loaded at first use.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from outreach.replies.datafiles import load, words_in_use

_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_PRONOUNS = re.compile(r"(\w{3,}?)(?:me|te|nos|se|les?)?(?:l[ao]s?)?")
_MIN_FUZZY = 6
_MIN_SOUND = 4


def spell(word: str) -> str:
    """The one spelling of a folded word; unknown words come back without their apostrophes."""
    return _spell(word) if len(word) <= 32 else word


def join_pairs(said: list[str], before: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Join pairs that are one word in short form; punctuation between the two keeps them apart."""
    pairs = _table().pairs
    words: list[str] = []
    gaps: list[str] = []
    for index, word in enumerate(said):
        joined = pairs.get((words[-1], word)) if words and before[index] in {"", "-"} else None
        if joined is None:
            words.append(_BESIDE[word](said, before, index) if word in _BESIDE else word)
            gaps.append(before[index])
        else:
            words[-1] = joined
    gaps.append(before[-1])
    return tuple(words), tuple(gaps)


def _k(said: list[str], before: list[str], index: int) -> str:
    """A bare "k": the Spanish "que" in front of more words, else "ok"."""
    ends = index + 1 == len(said) or before[index + 1] != ""
    return "ok" if ends or said[index + 1] in {"thanks", "gracias", "ill", "see"} else "que"


def _n(said: list[str], before: list[str], index: int) -> str:
    """A bare "n": "and" between words ("8 n yesterday was a 5"), else itself, short for no."""
    ends = index + 1 == len(said) or before[index + 1] != ""
    return "n" if index == 0 or before[index] or ends else "and"


def _na(said: list[str], before: list[str], index: int) -> str:
    """ "na" before "mas" is the Spanish "nada", else a no."""
    more = said[index + 1 : index + 2] in (["mas"], ["de"]) and before[index + 1] == ""
    return "nada" if more else "no"


def _were(said: list[str], before: list[str], index: int) -> str:
    """ "were can i get", "were is it": where."""
    opens = index == 0 or before[index] != "" or said[index - 1] in {"know", "hi", "hey", "so"}
    asks = said[index + 1 : index + 2]
    return "where" if opens and asks and asks[0] in _AFTER_WHERE else "were"


_AFTER_WHERE = frozenset({"can", "is", "are", "do", "could", "should", "does", "at"})


def _gone(said: list[str], _before: list[str], index: int) -> str:
    """ "im gone be late": gonna."""
    follows = said[index + 1 : index + 2]
    return "gonna" if follows and follows[0] in {"be", "b", "have", "need", "try"} else "gone"


def _wnt(said: list[str], _before: list[str], index: int) -> str:
    """ "i wnt be there": wont; "dont wnt it": want."""
    follows = said[index + 1 : index + 2]
    return "wont" if follows and follows[0] in {"be", "make", "work", "come", "go"} else "want"


def _sign(said: list[str], _before: list[str], index: int) -> str:
    """ "this # is not his": number; "#1" stays a sign."""
    counts = said[index + 1 : index + 2] and said[index + 1][0].isdigit()
    named = index > 0 and said[index - 1] in _BEFORE_NUMBER
    return "number" if named and not counts else "#"


_BEFORE_NUMBER = frozenset(
    {"this", "my", "the", "wrong", "old", "new", "his", "her", "your", "a", "that", "phone", "cell"}
)

# Spellings that the words beside them decide.
_BESIDE = {"k": _k, "n": _n, "na": _na, "were": _were, "wnt": _wnt, "gone": _gone, "#": _sign}


@dataclass(frozen=True, slots=True)
class _Table:
    variants: dict[str, str]
    pairs: dict[tuple[str, str], str]
    near: dict[str, str]
    verbs: frozenset[str]
    known: frozenset[str]
    sounds: dict[str, str]


@cache
def _table() -> _Table:
    raw: dict[str, Any] = load("spelling.yaml")
    variants = {v: word for word, forms in raw["variants"].items() for v in forms.split()}
    pairs = {
        (first, second): word
        for word, forms in raw["pairs"].items()
        for first, second in (pair.split() for pair in forms.split(","))
    }
    near: dict[str, str] = {}
    for word in raw["near"].split():
        for form in (word, *_shortened(word)):
            near.setdefault(form, word)
    known = words_in_use() | frozenset(raw["real"].split()) | frozenset(raw["near"].split())
    sounds: dict[str, str] = {}
    names = set(load("sets.yaml")["name"].split())  # a "heater" is no Heather
    for word in sorted(known - variants.keys() - names):
        sounds.setdefault(_sound(word), word)
    verbs = frozenset(raw["verbs"].split())
    return _Table(variants, pairs, near, verbs, known, sounds)


@lru_cache(maxsize=8192)
def _spell(word: str) -> str:
    table = _table()
    plain = word.replace("'", "") if len(word) > 1 else word
    for form in (plain, _STRETCHED.sub(r"\1\1", plain), _STRETCHED.sub(r"\1", plain)):
        if form in table.variants:
            return table.variants[form]
        verb = _PRONOUNS.fullmatch(form)
        if verb and verb[1] in table.verbs:
            return verb[1]
        if form in table.known:
            return form
    form = _STRETCHED.sub(r"\1", plain)
    if form.endswith("in") and form + "g" in table.known:
        return _spell(form + "g")  # hittin, textin
    key = _sound(form)
    if len(key) >= _MIN_SOUND and (like := table.sounds.get(key)):
        return table.variants.get(like, like if like == word else _spell(like))
    return _near_miss(form, table.near) or form


_SILENT = re.compile(r"(?<![cgkprstw])h")
# Letters that people take for one another, in the order in which they are replaced.
_SOUNDS = (
    ("ph", "f"),
    ("ght", "t"),
    ("ck", "k"),
    ("ee", "e"),
    ("ea", "e"),
    ("oo", "u"),
    ("ch", "x"),
    ("wh", "w"),
    ("th", "t"),
    ("qu", "k"),
    ("ce", "se"),
    ("ci", "si"),
    ("c", "k"),
    ("z", "s"),
    ("v", "b"),
    ("ll", "y"),
    ("ge", "je"),
    ("gi", "ji"),
    ("sh", "x"),
)


def _sound(word: str) -> str:
    """A key that words share sound alike: kiero and quiero, leeve and leave."""
    word = _SILENT.sub("", word)
    for letters, sound in _SOUNDS:
        word = word.replace(letters, sound)
    return word.removesuffix("e") if len(word) >= _MIN_SOUND else word


def _near_miss(word: str, near: dict[str, str]) -> str | None:
    """The key word at most one letter (or one swap of neighbours) away."""
    if word in near:
        return near[word]
    if len(word) < _MIN_FUZZY:
        return None
    return next((near[form] for form in _shortened(word) if form in near), None)


def _shortened(word: str) -> list[str]:
    return [word[:i] + word[i + 1 :] for i in range(len(word))]
