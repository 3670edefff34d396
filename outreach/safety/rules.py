"""The screening rules: read from outreach/safety/rules/*.yaml once, at first use.

One file per concern holds its rules, combinations.yaml those that need several cues; words.yaml the
classes of words, frames.yaml idioms and context, spellings.yaml variants and emoji, mentions.yaml
wordings that only name what may be a danger. Every rule carries examples that must and must not
match; the tests run them all. `says`, `hits` and `misses` are blocks of lines.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from outreach.replies.normalise import fold
from outreach.safety.chart import STOP, Index
from outreach.safety.lexicon import Element, Lexicon, Pattern
from outreach.safety.spelling import Speller
from outreach.safety.tokens import Reader
from outreach.vocabulary import Concern, Severity

_FOLDER = Path(__file__).parent / "rules"
_NOT_CONCERNS = frozenset({"words", "frames", "spellings", "mentions"})


@dataclass(frozen=True, slots=True)
class Rule:
    """Wordings of one concern and severity. `loose`: people also say it in jest."""

    id: str
    concern: Concern
    severity: Severity
    loose: bool
    patterns: tuple[Pattern, ...]
    hits: tuple[str, ...]
    misses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """Wordings around a hit that change its weight; what each kind does stands in context.py."""

    id: str
    kind: str
    patterns: tuple[Pattern, ...]


Named = TypeVar("Named", Rule, Frame)


@dataclass(frozen=True, slots=True)
class Ruleset:
    """Everything the screener knows. `version` changes with any byte of the data files."""

    version: str
    rules: tuple[Rule, ...]
    index: Index[Rule]
    masks: Index[str]
    mentions: Index[str]
    denials: Index[Frame]
    frames: Index[Frame]
    barriers: frozenset[str]
    first: Element
    third: Element
    reader: Reader


@cache
def load_rules() -> Ruleset:
    """The ruleset shipped with the package. Raises ValueError naming what is wrong in the data."""
    import yaml  # half of what importing this module would cost

    files = sorted(_FOLDER.glob("*.yaml"))
    sources = {path.stem: path.read_text(encoding="utf-8") for path in files}
    data = {name: yaml.load(text, yaml.CSafeLoader) for name, text in sources.items()}
    contractions = {
        (first, second): short
        for short, pair in data["spellings"]["contractions"].items()
        for first, second in [pair.split()]
    }
    lexicon = Lexicon({name: _phrases(text) for name, text in data["words"].items()})
    rows = [row for name in data if name not in _NOT_CONCERNS for row in data[name]]
    rules = tuple(_rule(row, lexicon) for row in rows)
    masks = [(line, lexicon.pattern(line)) for line in _phrases(data["frames"]["masks"])]
    frames = [_frame(row, lexicon) for row in data["frames"]["frames"]]
    known = frozenset(lexicon.words)  # without the mentions' words: no slip should lead to one
    mentions = Index(
        (name, lexicon.pattern(line))
        for name, text in data["mentions"].items()
        for line in _phrases(text)
    )
    return Ruleset(
        version=_version(sources),
        rules=rules,
        index=_index(rules),
        masks=Index(masks),
        mentions=mentions,
        denials=_index(frame for frame in frames if frame.kind == "denial"),
        frames=_index(frame for frame in frames if frame.kind != "denial"),
        barriers=frozenset((*lexicon.element("{not}").after, STOP)),
        first=lexicon.element("{first}"),
        third=lexicon.element("{third}"),
        reader=_reader(data["spellings"], known, lexicon.words - known, contractions),
    )


def _index(each: Iterable[Named]) -> Index[Named]:
    return Index((one, pattern) for one in each for pattern in one.patterns)


def _version(sources: Mapping[str, str]) -> str:
    whole = "\n".join(f"{name}\n{text}" for name, text in sources.items())
    return hashlib.sha256(whole.encode()).hexdigest()[:12]


def _phrases(block: str) -> list[str]:
    """The phrases of a block, divided by commas or lines, folded as texts are."""
    plain = fold(block).text.replace("\n", ",")
    return [part for each in plain.split(",") if (part := each.strip())]


def _rule(row: Mapping[str, Any], lexicon: Lexicon) -> Rule:
    return Rule(
        id=row["id"],
        concern=Concern(row["concern"]),
        severity=Severity(row["severity"]),
        loose=bool(row.get("loose", False)),
        patterns=tuple(lexicon.pattern(line) for line in _phrases(row["says"])),
        hits=tuple(row.get("hits", "").splitlines()),
        misses=tuple(row.get("misses", "").splitlines()),
    )


def _frame(row: Mapping[str, Any], lexicon: Lexicon) -> Frame:
    return Frame(
        row["id"], row["kind"], tuple(lexicon.pattern(line) for line in _phrases(row["says"]))
    )


def _reader(
    data: Mapping[str, Any],
    known: Iterable[str],
    plain: Iterable[str],
    contractions: Mapping[tuple[str, str], str],
) -> Reader:
    """`known`: words that a misspelt one may stand for; `plain`: words only left as they are."""
    variants = {
        typed: meant for meant, forms in data["variants"].items() for typed in _phrases(str(forms))
    }
    speller = Speller(
        known=known,
        variants=variants,
        stems=_phrases(data["stems"]),
        ordinary=[*_phrases(data["ordinary"]), *plain],
    )
    emoji = {sign: words for words, signs in data["emoji"].items() for sign in signs}
    return Reader(speller, emoji, contractions)
