"""Which words, classes and phrases stand where in a text, and where a pattern fits on them.

A chart maps an element to its places: `at["{die}"] == {3: {4, 6}}` says that something of the
class {die} begins at word 3 and ends before word 4 or 6. A pattern walks it step by step with the
set of all places it may have reached, so time grows with the words of a text and nothing backtracks.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from outreach.safety.lexicon import Lexicon
from outreach.safety.notation import LONG_GAP, Pattern, Step

STOP = "."
MASKED = "_"
MOST_HITS = 6
"""Places of one pattern that are looked at; the seventh repetition says nothing new."""

Places: TypeAlias = dict[int, set[int]]


class Chart:
    """The places of all elements in one text, given as plain words (`.` ends a sentence)."""

    def __init__(self, words: Sequence[str], lexicon: Lexicon) -> None:
        self.words = words
        self.at: dict[str, Places] = {}
        self._reach = _reach(words, lexicon.barriers)
        self._mark_edges()
        for place, word in enumerate(words):
            self.mark(word, place, place + 1)
            for name in lexicon.classes_of(word):
                self.mark(name, place, place + 1)
        for level in lexicon.phrase_levels:
            for name, pattern in level.candidates(self.at):
                for start, end in self.find(pattern):
                    self.mark(name, start, end)

    def mark(self, element: str, start: int, end: int) -> None:
        """Say that `element` stands on words [start, end)."""
        self.at.setdefault(element, {}).setdefault(start, set()).add(end)

    def find(self, pattern: Pattern) -> Iterator[tuple[int, int]]:
        """The first places of the pattern's hit as (start, end) words; longest end of each start."""
        if not all(self._stands(part) for part in pattern.parts[1:]):
            return
        found = 0
        steps = pattern.parts[0]
        for start in self._starts(steps):
            if ends := self._ends(steps, start):
                yield start, max(ends)
                found += 1
                if found == MOST_HITS:
                    return

    def fits(self, pattern: Pattern) -> bool:
        """Whether the pattern stands anywhere."""
        return self.may_hold(pattern) and any(True for _ in self.find(pattern))

    def may_hold(self, pattern: Pattern) -> bool:
        """Whether everything the pattern needs is there at all, in whatever order."""
        at = self.at
        return all(any(key in at for key in keys) for keys in pattern.required)

    def _stands(self, steps: Sequence[Step]) -> bool:
        return any(self._ends(steps, start) for start in self._starts(steps))

    def _starts(self, steps: Sequence[Step]) -> list[int]:
        starts: set[int] = set()
        for step in steps:
            for key in step.keys:
                starts.update(self.at.get(key, ()))
            if not step.optional:
                break
        return sorted(starts)

    def _ends(self, steps: Sequence[Step], start: int) -> set[int]:
        reached = {start}
        for step in steps:
            after = self._skip(reached, step.gap) if step.gap else self._step(reached, step.keys)
            reached = after | reached if step.optional else after
            if not reached:
                break
        return reached

    def _step(self, reached: set[int], keys: Iterable[str]) -> set[int]:
        after: set[int] = set()
        for key in keys:
            places = self.at.get(key)
            if places:
                for place in reached:
                    if place in places:
                        after |= places[place]
        return after

    def _skip(self, reached: set[int], gap: int) -> set[int]:
        after: set[int] = set()
        for place in reached:
            after.update(range(place, min(place + gap, self._reach[place]) + 1))
        return after

    def _mark_edges(self) -> None:
        size = len(self.words)
        ends = [place for place, word in enumerate(self.words) if word == STOP]
        for place in (0, *(end + 1 for end in ends)):
            self.mark("^", place, place)
        for place in (size, *ends):
            self.mark("$", place, place)
        last = next((p for p in range(size, 0, -1) if self.words[p - 1] != STOP), size)
        self.mark("^^", 0, 0)
        self.mark("$$", last, last)


def _reach(words: Sequence[str], barriers: frozenset[str]) -> list[int]:
    """For each place, how far a gap that begins there may go: up to LONG_GAP, not over barriers."""
    reach = [len(words)] * (len(words) + 1)
    for place in range(len(words) - 1, -1, -1):
        reach[place] = place if words[place] in barriers else reach[place + 1]
    return [min(far, place + LONG_GAP) for place, far in enumerate(reach)]
