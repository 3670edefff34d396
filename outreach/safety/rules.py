"""The screening rules: read from outreach/safety/rules/*.yaml once, at first use.

One file per concern holds its rules; words.yaml the classes of words, frames.yaml idioms and context,
spellings.yaml variants and emoji. Every rule carries examples that must and must not match; the
tests run them all. `says`, `hits` and `misses` are blocks of lines.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from outreach.replies.normalise import fold
from outreach.safety.lexicon import Index, Lexicon
from outreach.safety.notation import Pattern, parse
from outreach.safety.spelling import Speller
from outreach.safety.tokens import Reader
from outreach.vocabulary import Concern, Severity

_NOT_CONCERNS = frozenset({"words", "frames", "spellings"})


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


@dataclass(frozen=True, slots=True)
class Ruleset:
    """Everything the screener knows. `version` changes with any byte of the data files."""

    version: str
    rules: tuple[Rule, ...]
    index: Index[Rule]
    masks: Index[str]
    frames: tuple[Frame, ...]
    lexicon: Lexicon
    reader: Reader


@cache
def load_rules() -> Ruleset:
    """The ruleset shipped with the package. Raises ValueError naming what is wrong in the data."""
    sources = _sources()
    data = {name: yaml.load(text, yaml.CSafeLoader) for name, text in sources.items()}
    rows = [row for name in data if name not in _NOT_CONCERNS for row in data[name]]
    mask_lines = _alternatives(data["frames"]["masks"])
    lines = [
        *mask_lines,
        *(line for row in (*rows, *data["frames"]["frames"]) for line in _alternatives(row["says"])),
    ]
    lexicon = Lexicon({name: _alternatives(text) for name, text in data["words"].items()}, lines)
    parsed = {line: _parse(line, lexicon) for line in lines}
    rules = tuple(_rule(row, parsed) for row in rows)
    return Ruleset(
        version=_version(sources),
        rules=rules,
        index=Index((rule, pattern) for rule in rules for pattern in rule.patterns),
        masks=Index((line, parsed[line]) for line in mask_lines),
        frames=tuple(_frame(row, parsed) for row in data["frames"]["frames"]),
        lexicon=lexicon,
        reader=_reader(data["spellings"], lexicon, parsed.values()),
    )


def _sources() -> dict[str, str]:
    folder = resources.files("outreach.safety") / "rules"
    return {
        entry.name.removesuffix(".yaml"): entry.read_text(encoding="utf-8")
        for entry in sorted(folder.iterdir(), key=lambda each: each.name)
        if entry.name.endswith(".yaml")
    }


def _version(sources: Mapping[str, str]) -> str:
    whole = "\n".join(f"{name}\n{text}" for name, text in sources.items())
    return hashlib.sha256(whole.encode()).hexdigest()[:12]


def _alternatives(block: str) -> list[str]:
    parts = (part.strip() for line in block.splitlines() for part in line.split(","))
    return [fold(part).text for part in parts if part]


def _parse(line: str, lexicon: Lexicon) -> Pattern:
    pattern = parse(line)
    for keys in pattern.required:
        for key in keys:
            if key[0] in "{(" and key not in lexicon.names:
                raise ValueError(f"unknown class {key} in {line!r}")
    return pattern


def _rule(row: Mapping[str, Any], parsed: Mapping[str, Pattern]) -> Rule:
    return Rule(
        id=row["id"],
        concern=Concern(row["concern"]),
        severity=Severity(row["severity"]),
        loose=bool(row.get("loose", False)),
        patterns=tuple(parsed[line] for line in _alternatives(row["says"])),
        hits=tuple(row.get("hits", "").splitlines()),
        misses=tuple(row.get("misses", "").splitlines()),
    )


def _frame(row: Mapping[str, Any], parsed: Mapping[str, Pattern]) -> Frame:
    return Frame(row["id"], row["kind"], tuple(parsed[line] for line in _alternatives(row["says"])))


def _reader(data: Mapping[str, Any], lexicon: Lexicon, patterns: Iterable[Pattern]) -> Reader:
    known = lexicon.words().union(*(pattern.words() for pattern in patterns))
    variants = {
        typed: meant
        for meant, forms in data["variants"].items()
        for typed in _alternatives(str(forms))
    }
    speller = Speller(
        known=known,
        variants=variants,
        stems=_alternatives(data["stems"]),
        ordinary=_alternatives(data["ordinary"]),
    )
    return Reader(speller, {sign: words for words, signs in data["emoji"].items() for sign in signs})
