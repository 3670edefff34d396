"""The little language in which the screening rules are written, so that they read as sentences.

    {i} {want} to {die}        {name} is a class of words or phrases of words.yaml
    kill/hurt my? cat          a/b are alternatives, ? makes an element optional
    (all of|every one of) it   a group holds phrases as alternatives, and may hold groups
    take .. pills              .. skips up to three words, ... up to six; never a full stop,
                               never a denying word
    ^ bye $                    ^ and $ are the start and the end of a sentence,
                               ^^ and $$ of the whole text
    {pills} & {goodbye}        & joins parts that may stand anywhere in the text
    {not} .. @                 @ is the hit that a context frame looks at

Words are written as the tokens module leaves them: lower case, no accents, no apostrophes.
{number} is any number in digits, {many} one from five up.
"""

import re
from typing import NamedTuple

SHORT_GAP, LONG_GAP = 3, 6
EDGES = frozenset({"^", "$", "^^", "$$"})
HIT = "@"
_GAPS = {"..": SHORT_GAP, "...": LONG_GAP}
_MARKS = re.compile(r"[ |()]")


class Raw(NamedTuple):
    """One element as written: its alternatives by name, or a gap of up to `gap` words."""

    names: tuple[str, ...]
    optional: bool = False
    gap: int = 0


def parts(line: str) -> list[list[Raw]]:
    """The parts of one line, each a sequence of elements. Raises ValueError on an open group."""
    return [[_element(piece) for piece in _split(part, " ")] for part in line.split("&")]


def is_compound(name: str) -> bool:
    """Whether an element's name is a {class} or a (group), not a word."""
    return name[0] in "{("


def alternatives(group: str) -> list[str]:
    """The phrases of one group."""
    return [phrase.strip() for phrase in _split(group[1:-1], "|")]


def _element(piece: str) -> Raw:
    if piece in _GAPS:
        return Raw((), gap=_GAPS[piece])
    optional = piece[-1] == "?"
    bare = piece.rstrip("?")
    return Raw((bare,) if bare[0] == "(" else tuple(bare.split("/")), optional)


def _split(text: str, mark: str) -> list[str]:
    """Split at the marks that stand outside of groups."""
    if "(" not in text:
        return [piece for piece in text.split(mark) if piece.strip()]
    pieces, depth, start = [], 0, 0
    for match in _MARKS.finditer(text):
        char = match[0]
        if char == mark and not depth:
            pieces.append(text[start : match.start()])
            start = match.end()
        depth += (char == "(") - (char == ")")
    if depth:
        raise ValueError(f"a group is not closed: {text!r}")
    return [piece for piece in (*pieces, text[start:]) if piece.strip()]
