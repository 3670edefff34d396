"""One plain form of a text, so that rules need not know about phones, keyboards and alphabets.

Used by the interpreter and by the screener. Every character of the plain form remembers where in
the raw text it came from, so that evidence can be shown in the client's own words.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text; `origin[i]` is the index in the raw text of `text[i]`."""

    text: str
    origin: tuple[int, ...]

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """The half-open span of the raw text behind the non-empty span [start, end) of `text`."""
        return self.origin[start], self.origin[end - 1] + 1


def fold(text: str) -> Folded:
    """Fold a raw text: compatible forms (NFKC), small letters, no accents, plain quotes and digits.

    Zero-width characters, bidi controls, emoji skin tones and variation marks are dropped; digits
    of any script become ASCII. A run of white space becomes one newline if it holds a line break,
    else one space; none is left at either end. Emoji stay. Never raises; any string is welcome.
    """
    if text.isascii():
        return _fold_ascii(text)
    letters: list[str] = []
    origin: list[int] = []
    for index, char in enumerate(text):
        plain = _fold_char(char)
        letters.append(plain)
        if len(plain) == 1:
            origin.append(index)
        else:
            origin.extend([index] * len(plain))
    return _squeeze("".join(letters), tuple(origin))


_IDENTITY = tuple(range(2048))
_ODD_SPACE = re.compile(r"[\t-\r\x1c-\x1f]|  |^ | $")
_SPACES = re.compile(r"\s+")
_SAME = {
    **dict.fromkeys("‘’‚‛′`´ʼʻʹ＇", "'"),
    **dict.fromkeys("“”„‟″«»＂", '"'),
    **dict.fromkeys("‐‑‒–—―−－", "-"),
    "🔟": "10",
    "½": " 1/2",
    "¼": " 1/4",
    "¾": " 3/4",
    "⁄": "/",
    "\u2028": "\n",
    "\u2029": "\n",
    "\x85": "\n",
}
_SKIN_TONES = range(0x1F3FB, 0x1F400)
# Marks of every kind (accents, variation selectors, keycaps), format and control characters.
_DROPPED = {"Mn", "Me", "Cf", "Cc", "Cs"}


def _fold_ascii(text: str) -> Folded:
    origin = _IDENTITY[: len(text)] if len(text) <= len(_IDENTITY) else tuple(range(len(text)))
    lower = text.lower()
    if not lower.isprintable():
        return _drop_controls(lower)
    return _squeeze(lower, origin)


def _drop_controls(text: str) -> Folded:
    kept = [i for i, char in enumerate(text) if char.isprintable() or char.isspace()]
    return _squeeze("".join(text[i] for i in kept), tuple(kept))


def _squeeze(text: str, origin: tuple[int, ...]) -> Folded:
    if not _ODD_SPACE.search(text):
        return Folded(text, origin)
    start = len(text) - len(text.lstrip())
    end = len(text.rstrip())
    parts: list[str] = []
    places: list[int] = []
    at = start
    for run in _SPACES.finditer(text, start, max(start, end)):
        parts += (text[at : run.start()], "\n" if _breaks_line(run[0]) else " ")
        places += origin[at : run.start() + 1]
        at = run.end()
    return Folded("".join([*parts, text[at:end]]), (*places, *origin[at:end]))


def _breaks_line(spaces: str) -> bool:
    return "\n" in spaces or "\r" in spaces


@lru_cache(maxsize=4096)
def _fold_char(char: str) -> str:
    same = _SAME.get(char)
    if same is not None:
        return same
    if char.isspace():
        return char if char.isascii() else " "
    if ord(char) in _SKIN_TONES:
        return ""
    return "".join(_fold_part(part) for part in unicodedata.normalize("NFKD", char).casefold())


def _fold_part(part: str) -> str:
    if unicodedata.category(part) in _DROPPED:
        return ""
    digit = unicodedata.decimal(part, None)
    return str(digit) if digit is not None else part
