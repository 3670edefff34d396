"""From a word as it was typed, dictated or hidden to the word that the rules know.

Tried in this order, the first that fits wins: the word itself; a listed variant; an ordinary word
that only looks like a risky one (kept as it is); stretched letters; leet; the sound; words run
together; one slip of the fingers. The last three only ever lead to words listed as worth it.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

_LEET = str.maketrans("01345789@$!|+€", "oieastbgasilte")
_RUN = re.compile(r"(.)\1{2,}")
_PAIR = re.compile(r"(.)\1+")
_CLIPPED = (
    ("in", "ing"),
    ("ao", "ado"),
    ("aos", "ados"),
    ("io", "ido"),
    ("s", ""),
    ("z", "s"),
    ("d", "ed"),
)
"""Endings as spoken: "endin it", Caribbean "cansao"; and plurals the rules do not list."""
_SHORT_WORDS = "i me my to it no do in up on of mi la de el se ya go im"
_SHORT = frozenset(_SHORT_WORDS.split())
"""The only words of one or two letters that may be run together with others."""
_SHORTEST_SOUND, _SHORTEST_STEM, _SHORTEST_SLIP = 4, 5, 6
_LONGEST_JOINED = 32
_LONGEST_WORD = 14


class Speller:
    """Knows the words of the rules, their variants, and ordinary words to leave alone."""

    def __init__(
        self,
        known: Iterable[str],
        variants: Mapping[str, str],
        stems: Iterable[str],
        ordinary: Iterable[str],
    ) -> None:
        """`variants`: typed form -> the words meant; `stems`: words worth finding when misspelt."""
        self._variants = {typed: tuple(meant.split()) for typed, meant in variants.items()}
        self._known = frozenset(known)
        self._ordinary = frozenset(ordinary)
        self._stems = frozenset(stems)
        self._by_sound: dict[str, str] = {}
        for word in sorted(self._known - self._stems) + sorted(self._stems):
            if len(word) >= _SHORTEST_SOUND:
                self._by_sound |= dict.fromkeys(_sounds(word), word)
        self._by_half: dict[str, list[str]] = defaultdict(list)
        for word in sorted(self._known | self._stems):
            if len(word) >= (_SHORTEST_STEM if word in self._stems else _SHORTEST_SLIP):
                self._by_half[word[:3]].append(word)
                self._by_half["-" + word[-3:]].append(word)

    @lru_cache(maxsize=8192)  # noqa: B019 - a process has one speller, and people repeat words
    def spell(self, word: str) -> tuple[str, ...]:
        """The word or words meant by one typed word; the word itself when none is known."""
        if word in self._variants:
            return self._variants[word]
        if word in self._known or word in self._ordinary or len(word) < 2:
            return (word,)
        for ending, full in _CLIPPED:
            if word.endswith(ending) and (whole := word.removesuffix(ending) + full) in self._known:
                return (whole,)
        return self._unstretch(word) or self._unleet(word) or self._guess(word) or (word,)

    def knows(self, word: str) -> bool:
        """Whether the word is one of the rules' or a listed variant."""
        return word in self._known or word in self._variants

    def joined(self, letters: str) -> tuple[str, ...] | None:
        """Known words that were run together ("killmyself"), the fewest possible, or None."""
        if len(letters) > _LONGEST_JOINED:
            return None
        best: list[tuple[str, ...] | None] = [()]
        for end in range(1, len(letters) + 1):
            splits = [
                (*before, letters[start:end])
                for start in range(max(0, end - _LONGEST_WORD), end)
                if (before := best[start]) is not None and self._may_join(letters[start:end])
            ]
            best.append(min(splits, key=len, default=None))
        words = best[-1]
        if words is None or 3 * len(words) > len(letters) + 2:
            return None
        return tuple(meant for word in words for meant in self._variants.get(word, (word,)))

    def unmask(self, word: str) -> str | None:
        """The stem behind a word with hidden letters ("s*icide", "k*ll"), or None."""
        shape = re.compile("".join("[a-z]+" if c == "*" else re.escape(c) for c in _stars(word)))
        return next((stem for stem in sorted(self._stems) if shape.fullmatch(stem)), None)

    def _may_join(self, piece: str) -> bool:
        return piece in _SHORT if len(piece) < 3 else self.knows(piece)

    def _unstretch(self, word: str) -> tuple[str, ...] | None:
        if not _RUN.search(word):
            return None
        forms = (_RUN.sub(r"\1\1", word), _RUN.sub(r"\1", word), _PAIR.sub(r"\1", word))
        return next((self.spell(form) for form in forms if self.knows(form)), None)

    def _unleet(self, word: str) -> tuple[str, ...] | None:
        if word.isalpha() or word.isdecimal():
            return None
        plain = word.translate(_LEET)
        for form in (plain, plain.replace("i", "l"), plain.replace("v", "u")):
            if form in self._known or form in self._variants:
                return self._variants.get(form, (form,))
        return self._guess(plain) if plain.isalpha() else None

    def _guess(self, word: str) -> tuple[str, ...] | None:
        if len(word) >= _SHORTEST_SOUND:
            for sound in _sounds(word):
                if same := self._by_sound.get(sound):
                    return (same,)
        if len(word) >= 7 and (words := self.joined(word)):
            return words
        stem = self._slipped(word)
        return (stem,) if stem else None

    def _slipped(self, word: str) -> str | None:
        """A word one slip away. One slip leaves the beginning or the end of a word as it was."""
        if len(word) < _SHORTEST_STEM - 1:
            return None
        near = self._by_half.get(word[:3], []) + self._by_half.get("-" + word[-3:], [])
        return next((other for other in near if _one_slip(word, other)), None)


def _stars(word: str) -> str:
    return re.sub(r"[*#_.\-]+", "*", word)


def _one_slip(a: str, b: str) -> bool:
    """Whether one letter was added, lost, changed, or two neighbours swapped; never the first."""
    if a == b:
        return True
    if abs(len(a) - len(b)) > 1 or a[0] != b[0]:
        return False
    i = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    if len(a) == len(b):
        return a[i + 1 :] == b[i + 1 :] or (
            a[i : i + 2] == b[i : i + 2][::-1] and a[i + 2 :] == b[i + 2 :]
        )
    return a[i + 1 :] == b[i:] if len(a) > len(b) else a[i:] == b[i + 1 :]


_SPANISH = (
    (r"qu(?=[ei])|q|ck|c(?![eihy])", "k"),
    (r"c(?=[eiy])|z", "s"),
    (r"v", "b"),
    (r"ll|y", "y"),
    (r"gu?(?=[ei])", "j"),
    (r"(?<!c)h", ""),
)
_ENGLISH = (
    (r"augh|ough|au|aw", "o"),
    (r"eigh|ai|ay|ei", "e"),
    (r"igh", "i"),
    (r"ph", "f"),
    (r"dg|g(?=[eiy])|j", "j"),
    (r"wh", "w"),
    (r"kn", "n"),
    (r"x", "ks"),
    (r"ck|c(?![eihy])|q", "k"),
    (r"c(?=[eiy])|z", "s"),
    (r"oo|ou", "u"),
    (r"ee|ea|ie", "i"),
    (r"oa", "o"),
    (r"[iu]r", "er"),
    (r"ing$", "in"),
    (r"(?<=[^aeiou])e$", ""),
)
_RULES = tuple(
    tuple((re.compile(sound), letter) for sound, letter in rules) for rules in (_SPANISH, _ENGLISH)
)


def _sounds(word: str) -> Iterator[str]:
    """Keys shared by spellings that sound alike, in Spanish and in English."""
    for language, rules in zip("se", _RULES, strict=True):
        sound = word
        for pattern, letter in rules:
            sound = pattern.sub(letter, sound)
        yield language + _PAIR.sub(r"\1", sound)
