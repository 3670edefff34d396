"""The little language in which the screening rules are written, so that they read as sentences.

    {i} {want} to {die}        {name} is a class of words or phrases of words.yaml
    kill/hurt my? cat          a/b are alternatives, ? makes an element optional
    (all of|every one of) it   a group holds phrases as alternatives
    take .. pills              .. skips up to three words, ... up to six; never a full stop,
                               never a denying word
    ^ bye $                    ^ and $ are the start and the end of a sentence,
                               ^^ and $$ of the whole text
    {pills} & {goodbye}        & joins parts that may stand anywhere in the text
    {not} .. @                 @ is the hit that a context frame looks at

Words are written as the tokens module leaves them: lower case, no accents, no apostrophes.
"""

import re
from dataclasses import dataclass

SHORT_GAP, LONG_GAP = 3, 6
_MARKS = re.compile(r"[ |()]")
_COMMON = frozenset(
    "i a an the to of in on and or my me you it is am are be do im that this with for no not so "
    "yo el la los las un una de en y o que me te se mi lo le es ya no con por para al @ ^ $ ^^ $$".split()
)


@dataclass(frozen=True, slots=True)
class Step:
    """One element: any of `keys` (words, `{classes}`), or a gap of up to `gap` words."""

    keys: tuple[str, ...] = ()
    optional: bool = False
    gap: int = 0


@dataclass(frozen=True, slots=True)
class Pattern:
    """A line of the notation, ready to match. `parts` must all match; the first is the hit."""

    parts: tuple[tuple[Step, ...], ...]
    required: tuple[frozenset[str], ...]
    anchor: tuple[str, ...]
    source: str

    def words(self) -> frozenset[str]:
        """The plain words that the pattern names."""
        keys = (key for part in self.parts for step in part for key in step.keys)
        return frozenset(key for key in keys if key[0].isalnum())


def parse(line: str) -> Pattern:
    """Read one line. Raises ValueError when nothing in it must be present."""
    parts = tuple(_steps(part) for part in line.split("&"))
    required = tuple(
        frozenset(step.keys) for part in parts for step in part if step.keys and not step.optional
    )
    if not required or not all(parts):
        raise ValueError(f"a pattern needs at least one word that must be there: {line!r}")
    anchor = min(required, key=_commonness)
    return Pattern(parts, required, tuple(sorted(anchor)), line)


def groups(line: str) -> list[str]:
    """The (a|b) groups of a line; each is a class of its own, named by its text."""
    return [each.rstrip("?") for part in line.split("&") for each in _split(part, " ") if each[0] == "("]


def alternatives(group: str) -> list[str]:
    """The phrases of one group, which may hold groups themselves."""
    return [phrase.strip() for phrase in _split(group[1:-1], "|")]


def _steps(part: str) -> tuple[Step, ...]:
    return tuple(_step(element) for element in _split(part, " "))


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


def _step(element: str) -> Step:
    if element in {"..", "..."}:
        return Step(gap=SHORT_GAP if element == ".." else LONG_GAP)
    optional = element.endswith("?")
    bare = element.rstrip("?")
    keys = (bare,) if bare.startswith("(") else tuple(bare.split("/"))
    return Step(keys=keys, optional=optional)


def _commonness(keys: frozenset[str]) -> int:
    """The rarer an element, the better it decides whether a pattern is worth trying."""
    return sum(1000 if key in _COMMON else 30 if key.startswith("{") else 1 for key in keys)
