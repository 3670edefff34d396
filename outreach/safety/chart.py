"""Where patterns fit on the words of one text.

A pattern is walked step by step with the set of all places it may have reached, so time grows with
the words of a text and nothing backtracks.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import islice
from typing import Generic, TypeAlias, TypeVar

from outreach.safety.lexicon import MANY, MANY_FROM, NUMBER, Element, Pattern, Step
from outreach.safety.notation import HIT, LONG_GAP

STOP = "."
MASKED = "_"
MOST_HITS = 6
"""Places of one pattern that are looked at; the seventh repetition says nothing new."""

Fits: TypeAlias = Mapping[int, AbstractSet[int]]
"""Places where something begins, each with the places where it may have ended."""
_NOWHERE: frozenset[int] = frozenset()

T = TypeVar("T")


class Chart:
    """The plain words of one text (`.` ends a sentence), ready to be searched."""

    def __init__(self, words: Sequence[str], barriers: frozenset[str]) -> None:
        """`barriers`: the words that no gap may skip."""
        self.words = words
        self._keys = [_keys(word) for word in words]
        self._places: dict[str, list[int]] = defaultdict(list)
        for place, keys in enumerate(self._keys):
            for key in keys:
                self._places[key].append(place)
        self.keys = self._places.keys()
        self._reach = _reach(words, barriers)
        self._found: dict[str, Fits] = {name: _at(edges) for name, edges in _edges(words)}
        self.look_at(-1, -1)

    def look_at(self, start: int, end: int) -> None:
        """Let `@` stand for words [start, end)."""
        self._found[HIT] = {start: frozenset((end,))}

    def find(self, pattern: Pattern) -> Iterator[tuple[int, int]]:
        """First places of the pattern's hit as (start, end) words, the longest of each start."""
        if not all(any(self._walks(part)) for part in pattern.parts[1:]):
            return
        yield from islice(self._walks(pattern.parts[0]), MOST_HITS)

    def covers(self, element: Element) -> set[int]:
        """All words that the element's fits cover."""
        step = (Step(element, optional=False, gap=0),)
        return {word for start, end in self._walks(step) for word in range(start, end)}

    def _walks(self, steps: Sequence[Step]) -> Iterator[tuple[int, int]]:
        for start in self._starts(steps):
            if ends := self._walk(steps, {start}):
                yield start, max(ends)

    def _starts(self, steps: Sequence[Step]) -> Iterable[int]:
        first = steps[0].element
        if first is None or steps[0].optional:
            return range(len(self.words) + 1)
        return self._fits(first)

    def _walk(self, steps: Sequence[Step], reached: AbstractSet[int]) -> AbstractSet[int]:
        for element, optional, gap in steps:
            if element is None:
                after = self._skip(reached, gap)
            else:
                fits = self._found.get(element.name) or self._fits(element)
                if len(reached) == 1:
                    (place,) = reached
                    after = fits.get(place, _NOWHERE)
                else:
                    after = _NOWHERE.union(*(fits[each] for each in reached if each in fits))
            reached = after | reached if optional else after
            if not reached:
                break
        return reached

    def _fits(self, element: Element) -> Fits:
        """Where the element fits; found once for a text."""
        found = self._found.get(element.name)
        if found is None:
            found = self._found[element.name] = self._find_fits(element)
        return found

    def _find_fits(self, element: Element) -> Fits:
        known = element.after.keys() & self.keys
        places = sorted({place for key in known for place in self._places[key]})
        ends = ((place, self._on(element, place)) for place in places)
        fits = {place: after for place, after in ends if after}
        for edge in element.edges:
            for place, after in self._found[edge].items():
                fits[place] = after | fits.get(place, _NOWHERE)
        return fits

    def _on(self, element: Element, place: int) -> AbstractSet[int]:
        ends: set[int] = set()
        for key in self._keys[place]:
            for taken, steps in element.after.get(key, ()):
                if steps:
                    ends |= self._walk(steps, {place + taken})
                else:
                    ends.add(place + taken)
        return ends

    def _skip(self, reached: AbstractSet[int], gap: int) -> AbstractSet[int]:
        after: set[int] = set()
        for place in reached:
            after.update(range(place, min(place + gap, self._reach[place]) + 1))
        return after


class Index(Generic[T]):
    """Patterns, of which a text tries only those whose every needed element has a word in it."""

    def __init__(self, entries: Iterable[tuple[T, Pattern]]) -> None:
        self._by_word: dict[str, list[tuple[frozenset[str], tuple[T, Pattern]]]] = defaultdict(list)
        held: dict[str, set[str]] = defaultdict(set)
        shared: dict[frozenset[str], frozenset[str]] = {}
        for entry in entries:
            needs = entry[1].needs
            rarest, names = needs[0], frozenset(element.name for element in needs[1:])
            names = shared.setdefault(names, names)
            for word in rarest.triggers:
                self._by_word[word].append((names, entry))
            for element in needs[1:]:
                for word in element.triggers:
                    held[word].add(element.name)
        self._held = {word: tuple(names) for word, names in held.items()}

    def candidates(self, chart: Chart) -> Iterator[tuple[T, Pattern]]:
        """Every entry that may fit, once."""
        first = sorted(chart.keys & self._by_word.keys())
        if not first:
            return
        held = _EMPTY.union(*(self._held[word] for word in chart.keys & self._held.keys()))
        tried: set[int] = set()
        for word in first:
            for names, entry in self._by_word[word]:
                if names <= held and id(entry) not in tried:
                    tried.add(id(entry))
                    yield entry


_EMPTY: frozenset[str] = frozenset()


def _keys(word: str) -> tuple[str, ...]:
    """What a word may be looked up as: itself, and what kind of number it is."""
    if not word.isdecimal():
        return (word,)
    many = len(word) > 3 or int(word) >= MANY_FROM
    return (word, NUMBER, MANY) if many else (word, NUMBER)


def _edges(words: Sequence[str]) -> Iterator[tuple[str, Iterable[int]]]:
    """The places of each edge: before and after sentences, and before and after the whole text."""
    size = len(words)
    stops = [place for place, word in enumerate(words) if word == STOP]
    spoken = [place for place, word in enumerate(words) if word != STOP] or [size]
    yield "^", (0, *(stop + 1 for stop in stops))
    yield "$", (*stops, size)
    yield "^^", range(spoken[0] + 1)
    yield "$$", range(min(spoken[-1] + 1, size), size + 1)


def _at(edges: Iterable[int]) -> Fits:
    return {place: frozenset((place,)) for place in edges}


def _reach(words: Sequence[str], barriers: frozenset[str]) -> list[int]:
    """For each place, how far a gap that begins there may go: up to LONG_GAP, not over barriers."""
    reach = [len(words)] * (len(words) + 1)
    for place in range(len(words) - 1, -1, -1):
        reach[place] = place if words[place] in barriers else reach[place + 1]
    return [min(far, place + LONG_GAP) for place, far in enumerate(reach)]
