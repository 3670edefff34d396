"""The classes of the notation: words and phrases that mean the same to the rules.

`die: die, dying, {end} {my} life` makes a class {die} of two words and one phrase. Classes may name
other classes; what is built of phrases is found level by level, the plainest first.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Generic, TypeVar

from outreach.safety.notation import Pattern, alternatives, groups, parse

T = TypeVar("T")
NUMBER, MANY = "{number}", "{many}"
MANY_FROM = 5
"""Pills, drinks or cuts from which a plain count is alarming by itself."""


class Index(Generic[T]):
    """Patterns by the rarest element that each of them needs."""

    def __init__(self, entries: Iterable[tuple[T, Pattern]]) -> None:
        self._by_anchor: dict[str, list[tuple[T, Pattern]]] = defaultdict(list)
        for entry in entries:
            for key in entry[1].anchor:
                self._by_anchor[key].append(entry)

    def candidates(self, at: Mapping[str, object]) -> Iterator[tuple[T, Pattern]]:
        """Every entry of which all needed elements are in `at`; each once."""
        tried: set[int] = set()
        for element in self._by_anchor.keys() & at.keys():
            for entry in self._by_anchor[element]:
                pattern = entry[1]
                if id(pattern) in tried:
                    continue
                tried.add(id(pattern))
                if all(not keys.isdisjoint(at) for keys in pattern.required):
                    yield entry


class Lexicon:
    """What the chart needs to know about words."""

    def __init__(self, classes: Mapping[str, Iterable[str]], lines: Iterable[str]) -> None:
        """`classes`: name without braces -> alternatives; `lines`: every pattern, for its groups."""
        named = {f"{{{name}}}": list(phrases) for name, phrases in classes.items()}
        unread = [*lines, *(phrase for phrases in named.values() for phrase in phrases)]
        while unread:
            for group in groups(unread.pop()):
                if group not in named:
                    named[group] = alternatives(group)
                    unread += named[group]
        self._of: dict[str, tuple[str, ...]] = {}
        self.phrase_levels: list[Index[str]] = []
        self.names = frozenset(named) | {NUMBER, MANY}
        self._words: set[str] = set()
        self._settle(named)
        self.barriers = frozenset((*self._words_of("{not}"), "."))

    def classes_of(self, word: str) -> tuple[str, ...]:
        """The classes a single word belongs to; numbers are recognised by their form."""
        if word.isdecimal():
            many = len(word) > 3 or int(word) >= MANY_FROM
            return (NUMBER, MANY) if many else (NUMBER,)
        return self._of.get(word, ())

    def words(self) -> frozenset[str]:
        """Every plain word that stands in some class, alone or in a phrase."""
        return frozenset(self._words)

    def _words_of(self, name: str) -> list[str]:
        return [word for word, names in self._of.items() if name in names]

    def _settle(self, named: Mapping[str, list[str]]) -> None:
        patterns = {
            name: [parse(phrase) for phrase in phrases if phrase] for name, phrases in named.items()
        }
        levels = _levels(patterns)
        of: dict[str, dict[str, None]] = defaultdict(dict)
        phrases: dict[int, list[tuple[str, Pattern]]] = defaultdict(list)
        for name in sorted(patterns, key=lambda each: (levels[each], each)):
            for pattern in patterns[name]:
                self._words |= pattern.words()
                if (words := _plain_words(pattern)) is None:
                    phrases[levels[name]].append((name, pattern))
                    continue
                for word in words:
                    of[word][name] = None
        self._of = {word: tuple(names) for word, names in of.items()}
        self.phrase_levels = [Index(phrases[level]) for level in sorted(phrases)]


def _plain_words(pattern: Pattern) -> tuple[str, ...] | None:
    """The words of an alternative that is one word (or a/b of words), else None."""
    if len(pattern.parts) != 1 or len(pattern.parts[0]) != 1:
        return None
    keys = pattern.parts[0][0].keys
    return None if any(key[0] in "{(^$" for key in keys) else keys


def _levels(patterns: Mapping[str, list[Pattern]]) -> dict[str, int]:
    """How deep each class stands on others. Raises ValueError on an unknown or circular name."""
    levels: dict[str, int] = {NUMBER: 0, MANY: 0}

    def level(name: str, above: tuple[str, ...]) -> int:
        if name in above or (name not in patterns and name not in levels):
            raise ValueError(f"class {name} is unknown or stands on itself: {above}")
        if name not in levels:
            below = [level(key, (*above, name)) for key in _named(patterns[name])]
            levels[name] = 1 + max(below, default=-1)
        return levels[name]

    for name in patterns:
        level(name, ())
    return levels


def _named(patterns: Iterable[Pattern]) -> Iterator[str]:
    for pattern in patterns:
        for part in pattern.parts:
            for step in part:
                yield from (key for key in step.keys if key[0] in "{(")
