"""What phones put around a client's words: tapbacks, signatures, quoted originals."""

import re
from functools import cache

from outreach.replies.datafiles import load

_QUOTED = re.compile(r'"[^"]{0,1600}"')
_EMOJI_REACTION = re.compile(r"[^\w\s\"']{1,6} ?(?:to|a) \"")
_LEAD = re.compile(r"(?:[^\s\"]{1,20} ){0,3}")
_SIGNATURE = ("--", "__", "~~")
_MIN_QUOTE = 3


def is_reaction(folded: str) -> bool:
    """Whether a folded text is a tapback as phones spell it out: Liked "...", Loved an image."""
    if folded.strip(" .") in _of_pictures():
        return True
    if '"' not in folded or folded.startswith('"'):
        return False
    head = folded[: folded.index('"')].strip()
    if _EMOJI_REACTION.match(folded):
        return True
    if len(head) > 60 or not (folded.endswith('"') or folded.count('"') == 1):
        return False
    return any(head.startswith(verb) or f" {verb}" in head for verb in _lines("reactions"))


def own_words(folded: str) -> str:
    """A folded text without signature, quoted original and repeated questions in quotes."""
    text = folded
    if "\n" in text:
        text = "\n".join(_own_lines(text.split("\n")))
    text = _without_tail(text)
    if text.count('"') >= 2:
        rest = _QUOTED.sub(lambda quote: quote[0] if _is_short(quote[0]) else " . ", text)
        text = rest if any(char.isalnum() for char in rest) else text
    return text if text.strip() else folded


def _own_lines(lines: list[str]) -> list[str]:
    own: list[str] = []
    for line in lines:
        plain = line.strip()
        if plain.startswith(_SIGNATURE) or plain.startswith(_lines("tails")):
            if any(kept.strip() for kept in own) or not plain.startswith(">"):
                break
            continue
        if plain.endswith(_lines("introductions")):
            break
        own.append(line)
    return own


def _without_tail(text: str) -> str:
    """Without "Sent from my iPhone" on the same line."""
    for tail in ("sent from my", "enviado desde mi", "get outlook for"):
        at = text.find(tail)
        if at > 0:
            return text[:at]
    return text


def _is_short(quote: str) -> bool:
    return len(quote.split()) < _MIN_QUOTE


@cache
def _of_pictures() -> frozenset[str]:
    kinds = _lines("pictures")
    return frozenset(f"{verb} {kind}" for verb in _lines("reactions") for kind in kinds)


@cache
def _lines(name: str) -> tuple[str, ...]:
    raw: dict[str, str] = load("wrapping.yaml")
    return tuple(line.strip() for line in raw[name].splitlines())
