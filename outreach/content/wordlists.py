"""The word lists of `lists/`: loaded once, matched as whole words over folded text."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml

from outreach.content.collections import Collection, Kind

Severity = Literal["error", "warning"]

_WORD_LISTS = ("stigma", "lock_screen", "tone", "harm", "spanish")


@dataclass(frozen=True, slots=True)
class WordRule:
    """One row of a list: words that should not stand in texts of some kinds and collections."""

    rule: str
    lang: str
    pattern: re.Pattern[str]
    say: str
    severity: Severity
    cased: bool
    kinds: frozenset[Kind]
    error_for: frozenset[Kind]
    collections: frozenset[str]

    def concerns(self, collection: Collection) -> bool:
        named = not self.collections or collection.name in self.collections
        return named and collection.kind in self.kinds

    def severity_in(self, kind: Kind) -> Severity:
        return "error" if kind in self.error_for else self.severity


@dataclass(frozen=True, slots=True)
class Asks:
    """What counts as asking in one language, and the forms of address (Spanish only)."""

    request: re.Pattern[str]
    advice: re.Pattern[str]
    carrier: frozenset[str]
    familiar: re.Pattern[str] | None
    formal: re.Pattern[str] | None


def fold(text: str) -> str:
    """Lower case without accents, except that ñ stays a letter of its own. Length may change."""
    kept = text.casefold().replace("ñ", "\0")
    bare = "".join(c for c in unicodedata.normalize("NFD", kept) if not unicodedata.combining(c))
    return bare.replace("\0", "ñ").replace("\u2019", "'")


@cache
def word_rules(lang: str) -> tuple[WordRule, ...]:
    """All rows for `lang`; a language without lists has none."""
    rows = (row for name in _WORD_LISTS for row in _read(f"lists/{name}.yaml"))
    return tuple(_word_rule(row) for row in rows if row["lang"] == lang)


@cache
def asks(lang: str) -> Asks | None:
    """How `lang` asks, or None for a language without a list."""
    row = _read("lists/asks.yaml").get(lang)
    if row is None:
        return None
    after_stop = r"(?:^|(?<=[.!?:,;] )|(?<=¿)|(?<=¡))"
    at_start = r"(?:^|(?<=[.!?] ))"
    return Asks(
        request=re.compile(f"{after_stop}(?:or |o )?(?:{_any_of(row['request'])})"),
        advice=re.compile(f"{at_start}(?:{_any_of(row['advice'] + row['request'])})"),
        carrier=frozenset(row["carrier"]),
        familiar=_whole_words(row["familiar"]) if "familiar" in row else None,
        formal=_whole_words(row["formal"]) if "formal" in row else None,
    )


@cache
def required_words(collection: str, lang: str) -> tuple[str, ...]:
    """What every text of `collection` must say word for word, by law or carrier rule."""
    return tuple(_read("lists/required.yaml").get(collection, {}).get(lang, ()))


def _word_rule(row: Mapping[str, Any]) -> WordRule:
    kinds = frozenset(map(Kind, row.get("kinds", Kind))) - set(map(Kind, row.get("not_kinds", ())))
    pattern = _near(row["words"], row["near"]) if "near" in row else _whole_words(row["words"])
    return WordRule(
        rule=row["rule"],
        lang=row["lang"],
        pattern=pattern,
        say=row["say"],
        severity=row.get("severity", "error"),
        cased=row.get("cased", False),
        kinds=kinds,
        error_for=frozenset(map(Kind, row.get("error_for", ()))),
        collections=frozenset(row.get("collections", ())),
    )


def _whole_words(words: Sequence[str]) -> re.Pattern[str]:
    return re.compile(_any_of(words))


def _near(words: Sequence[str], others: Sequence[str]) -> re.Pattern[str]:
    """One of `words` with one of `others` at most three words away, in either order."""
    gap = r"\W+(?:\w+\W+){0,3}?"
    return re.compile(
        f"{_any_of(words)}{gap}{_any_of(others)}|{_any_of(others)}{gap}{_any_of(words)}"
    )


def _any_of(words: Sequence[str]) -> str:
    return rf"(?<!\w)(?:{'|'.join(words)})(?!\w)"


def _read(name: str) -> Any:
    return yaml.safe_load(files(__package__).joinpath(name).read_text("utf-8"))


def matches(
    text: str, lang: str, collection: Collection
) -> Iterator[tuple[WordRule, re.Match[str]]]:
    """Every row that hits `text`, with its first match in the folded (or cased) text."""
    folded = fold(text)
    for rule in word_rules(lang):
        if rule.concerns(collection) and (
            match := rule.pattern.search(text if rule.cased else folded)
        ):
            yield rule, match
