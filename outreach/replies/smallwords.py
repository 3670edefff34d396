"""Small words that change what stands near them (phrases/grammar.yaml)."""

from functools import cache

from outreach.replies.datafiles import load


@cache
def small_words(name: str) -> frozenset[str]:
    """One line of phrases/grammar.yaml."""
    raw: dict[str, str] = _lines()
    return frozenset(raw[name].split())


@cache
def _lines() -> dict[str, str]:
    lines: dict[str, str] = load("grammar.yaml")
    return lines
