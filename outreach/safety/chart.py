"""Where patterns fit on the words of one text.

A pattern is walked step by step with the set of all places it may have reached, so time grows with
the words of a text and nothing backtracks.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import islice
from typing import Generic, TypeVar

from outreach.safety.lexicon import MANY, MANY_FROM, NUMBER, Element, Pattern, Step
from outreach.safety.notation import EDGES, HIT, LONG_GAP

STOP = "."
MASKED = "_"
MOST_HITS = 6
"""Places of one pattern that are looked at; the seventh repetition says nothing new."""

T = TypeVar("T")


class Chart:
    """The plain words of one text (`.` ends a sentence), ready to be searched."""

    def __init__(self, words: Sequence[str], barriers: frozenset[str]) -> None:
        """`barriers`: the words that no gap may skip."""
        self.words = words
        self.hit = (-1, -1)
        self._keys = [_keys(word) for word in words]
        self._places: dict[str, list[int]] = defaultdict(list)
        for place, keys in enumerate(self._keys):
            for key in keys:
                self._places[key].append(place)
        self.keys = self._places.keys()
        self._reach = _reach(words, barriers)
        self._present: dict[str, bool] = {}
        self._first: dict[str, list[int]] = {}
        self._ends: dict[tuple[str, int], frozenset[int]] = {}

    def may_hold(self, pattern: Pattern) -> bool:
        """Whether everything the pattern needs is there at all, in whatever order."""
        present = self._present
        for element in pattern.needs:
            known = present.get(element.name)
            if known is None:
                known = present[element.name] = not element.triggers.isdisjoint(self.keys)
            if not known:
                return False
        return True

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
        if first is None or steps[0].optional or not first.after:
            return range(len(self.words) + 1)
        starts = self._first.get(first.name)
        if starts is None:
            known = first.after.keys() & self.keys
            starts = sorted(place for key in known for place in self._places[key])
            self._first[first.name] = starts
        return starts

    def _walk(self, steps: Sequence[Step], reached: AbstractSet[int]) -> AbstractSet[int]:
        for element, optional, gap in steps:
            if element is None:
                after = self._skip(reached, gap)
            elif len(reached) == 1:
                (place,) = reached
                after = self._step(element, place)
            else:
                after = frozenset().union(*(self._step(element, place) for place in reached))
            reached = after | reached if optional else after
            if not reached:
                break
        return reached

    def _step(self, element: Element, place: int) -> frozenset[int]:
        if not element.after:
            return self._special(element.name, place)
        if place >= len(self._keys):
            return frozenset()
        known = self._ends.get((element.name, place))
        if known is None:
            known = self._ends[element.name, place] = self._on(element, place)
        return known

    def _on(self, element: Element, place: int) -> frozenset[int]:
        ends: set[int] = set()
        for key in self._keys[place]:
            for taken, steps in element.after.get(key, ()):
                ends |= self._walk(steps, {place + taken})
        return frozenset(ends)

    def _special(self, name: str, place: int) -> frozenset[int]:
        if name == HIT:
            return frozenset((self.hit[1],)) if place == self.hit[0] else frozenset()
        return frozenset((place,)) if name in EDGES and self._is_edge(name, place) else frozenset()

    def _is_edge(self, name: str, place: int) -> bool:
        before, after = self.words[:place], self.words[place:]
        if name in {"^", "$"}:
            near = before[-1:] if name == "^" else after[:1]
            return not near or near[0] == STOP
        return all(word == STOP for word in (before if name == "^^" else after))

    def _skip(self, reached: AbstractSet[int], gap: int) -> AbstractSet[int]:
        after: set[int] = set()
        for place in reached:
            after.update(range(place, min(place + gap, self._reach[place]) + 1))
        return after


class Index(Generic[T]):
    """Patterns by the words of which one must be in a text for them to be worth trying."""

    def __init__(self, entries: Iterable[tuple[T, Pattern]]) -> None:
        self._by_word: dict[str, list[tuple[T, Pattern]]] = defaultdict(list)
        for entry in entries:
            for word in entry[1].needs[0].triggers:
                self._by_word[word].append(entry)

    def candidates(self, chart: Chart) -> Iterator[tuple[T, Pattern]]:
        """Every entry that may fit, once."""
        tried: set[int] = set()
        for word in sorted(chart.keys & self._by_word.keys()):
            for entry in self._by_word[word]:
                if id(entry) not in tried:
                    tried.add(id(entry))
                    if chart.may_hold(entry[1]):
                        yield entry


def _keys(word: str) -> tuple[str, ...]:
    """What a word may be looked up as: itself, and what kind of number it is."""
    if not word.isdecimal():
        return (word,)
    many = len(word) > 3 or int(word) >= MANY_FROM
    return (word, NUMBER, MANY) if many else (word, NUMBER)


def _reach(words: Sequence[str], barriers: frozenset[str]) -> list[int]:
    """For each place, how far a gap that begins there may go: up to LONG_GAP, not over barriers."""
    reach = [len(words)] * (len(words) + 1)
    for place in range(len(words) - 1, -1, -1):
        reach[place] = place if words[place] in barriers else reach[place + 1]
    return [min(far, place + LONG_GAP) for place, far in enumerate(reach)]
