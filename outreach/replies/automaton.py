"""Matching thousands of phrases in one pass: a small automaton over words.

Phrases become a graph of nodes; the sets of nodes that texts really reach are remembered, so that
a word costs one look-up however many phrases there are.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from outreach.replies.words import Words, split_words

_PIECE = re.compile(r"[\[\]()|~]|\{\w+\}|[^\[\]()|~{}]+")
_SIGNS = "[]()|~{"
_CLOSES = {"[": "]", "(": ")"}
_GAP = 4
_LONGEST_PHRASE = 16
_NUMBER = "0#"
_OTHER = ""


def build(phrases: Iterable[tuple[str, int]], sets: Mapping[str, frozenset[str]]) -> "Automaton":
    """An automaton that reports, for each phrase found, the number given with it."""
    root = _Node()
    known: set[str] = set()
    for phrase, number in phrases:
        pieces = _pieces(phrase)
        known.update(word for piece in pieces if isinstance(piece, tuple) for word in piece)
        for end in _any_of(pieces, [root]):
            end.rules.append(number)
        if pieces:
            raise ValueError(f"unbalanced bracket in phrase: {phrase}")
    return Automaton(root, known, sets)


@dataclass(slots=True, eq=False)
class _Node:
    words: dict[str, list["_Node"]] = field(default_factory=dict)
    sets: dict[str, list["_Node"]] = field(default_factory=dict)
    any_word: list["_Node"] = field(default_factory=list)
    free: list["_Node"] = field(default_factory=list)
    rules: list[int] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class _State:
    nodes: tuple[_Node, ...]
    rules: tuple[int, ...]
    moves: dict[str, "_State | None"] = field(default_factory=dict)


class Automaton:
    """Finds phrases; the states it meets are kept, which changes its speed but no answer."""

    def __init__(self, root: _Node, known: set[str], sets: Mapping[str, frozenset[str]]) -> None:
        self._sets_of: dict[str, set[str]] = {}
        for name, words in sets.items():
            for word in words:
                self._sets_of.setdefault(word, set()).add(name)
        self._known = known | self._sets_of.keys()
        self._states: dict[frozenset[int], _State | None] = {}
        reached: dict[int, _Node] = {}
        _reach(root, reached)
        self._start = _State(tuple(reached.values()), ())

    def matches(self, words: Words) -> Iterator[tuple[int, int, int]]:
        """(start, end, rule number) for the longest match of each rule at each start."""
        keys = [self._key(word) for word in words.said]
        ends = _sentence_ends(words)
        for start in range(len(keys)):
            yield from self._from(keys, start, min(ends[start], start + _LONGEST_PHRASE))

    def _from(self, keys: list[str], start: int, stop: int) -> Iterator[tuple[int, int, int]]:
        state: _State = self._start
        longest: dict[int, int] = {}
        for at in range(start, stop):
            key = keys[at]
            following = state.moves[key] if key in state.moves else self._move(state, key)
            if following is None:
                break
            state = following
            for rule in state.rules:
                longest[rule] = at + 1
        for rule, end in longest.items():
            yield start, end, rule

    def _key(self, word: str) -> str:
        if word in self._known:
            return word
        return _NUMBER if word[0].isdigit() else _OTHER

    def _move(self, state: _State, key: str) -> "_State | None":
        names = self._sets_of.get(key, set()) | ({"number"} if key[:1].isdigit() else set())
        reached: dict[int, _Node] = {}
        for node in state.nodes:  # hundreds after "i"; most go on with other words
            if key in node.words:
                _reach_all(node.words[key], reached)
            if node.any_word:
                _reach_all(node.any_word, reached)
            if names and node.sets:
                for name in names & node.sets.keys():
                    _reach_all(node.sets[name], reached)
        following_state = self._state(reached)
        state.moves[key] = following_state
        return following_state

    def _state(self, reached: dict[int, _Node]) -> "_State | None":
        name = frozenset(reached)
        if name not in self._states:
            found = tuple(sorted({rule for node in reached.values() for rule in node.rules}))
            nodes = tuple(reached.values())
            self._states[name] = _State(nodes, found) if nodes else None
        return self._states[name]


def _reach_all(nodes: Iterable[_Node], reached: dict[int, _Node]) -> None:
    for node in nodes:
        _reach(node, reached)


def _reach(node: _Node, reached: dict[int, _Node]) -> None:
    if id(node) not in reached:
        reached[id(node)] = node
        for following in node.free:
            _reach(following, reached)


def _sentence_ends(words: Words) -> list[int]:
    """For each word the index just after the last word of its sentence."""
    ends = [len(words.said)] * len(words.said)
    for at in range(len(words.said) - 2, -1, -1):
        ends[at] = at + 1 if words.starts_sentence(at + 1) else ends[at + 1]
    return ends


_Piece = str | tuple[str, ...]
"""A sign of the notation, or words in their one spelling."""


def _pieces(phrase: str) -> list[_Piece]:
    found = (piece.strip() for piece in _PIECE.findall(phrase))
    return [piece if piece[0] in _SIGNS else _spelled(piece) for piece in found if piece]


@cache
def _spelled(words: str) -> tuple[str, ...]:
    return split_words(words).said


def _any_of(pieces: list[_Piece], starts: list[_Node], closing: str = "") -> list[_Node]:
    """Read alternatives up to the closing bracket; the nodes where they end."""
    ends: list[_Node] = []
    current = starts
    while pieces:
        piece = pieces.pop(0)
        if piece == closing:
            break
        if piece == "|":
            ends += current
            current = starts
        else:
            current = _one(piece, pieces, current)
    return ends + current


def _one(piece: _Piece, pieces: list[_Piece], starts: list[_Node]) -> list[_Node]:
    if isinstance(piece, tuple):
        for word in piece:
            starts = [_step(starts, "words", word)]
        return starts
    if piece in _CLOSES:
        ends = _any_of(pieces, starts, _CLOSES[piece])
        return [_joined(ends + starts if piece == "[" else ends)]
    if piece == "~":
        return [_gap(starts)]
    return [_step(starts, "sets", piece[1:-1])]


def _joined(ends: list[_Node]) -> _Node:
    joint = _Node()
    for end in ends:
        end.free.append(joint)
    return joint


def _gap(starts: list[_Node]) -> _Node:
    far = _Node()
    current = _joined(starts)
    for _ in range(_GAP):
        following = _Node()
        current.any_word.append(following)
        current.free.append(far)
        current = following
    current.free.append(far)
    return far


def _step(starts: list[_Node], kind: str, name: str) -> _Node:
    following = _Node()
    for start in starts:
        getattr(start, kind).setdefault(name, []).append(following)
    return following
