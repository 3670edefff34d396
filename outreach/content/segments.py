"""How many SMS segments a text takes, counted exactly, and how to keep it in the cheap alphabet.

A segment carries 1,120 bits. A text whose every character is in the GSM-7 alphabet takes 160
septets in one segment or 153 in each of several; any other text is sent as UCS-2 and takes 70
units in one segment or 67 in each of several (3GPP TS 23.038; the rest is the joining header).
"""

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Literal

from outreach.values import value

Encoding = Literal["GSM-7", "UCS-2"]

GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENSION = frozenset("\f^{}\\[~]|€")  # each costs two septets: an escape and the character
GSM = GSM_BASIC | GSM_EXTENSION

# Marks that word processors and phones put in place of plain ones.
_TYPOGRAPHIC = {
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u00b4`", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    **dict.fromkeys("\u00a0\u2002\u2003\u2007\u2009\u202f\u3000\t", " "),
    **dict.fromkeys("\u00ad\u200b\u200c\u2060\ufeff", ""),  # invisible
    "\u2026": "...",
}

# Latin letters outside GSM-7 whose letter without accent is inside: á, Í, ő, ç, ...
_ACCENTED = {
    letter: base
    for letter in map(chr, (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)))
    if letter not in GSM and (base := unicodedata.normalize("NFD", letter)[0]) in GSM
}


@value
class Segments:
    """`units` are septets (GSM-7) or 16-bit units (UCS-2); `count` is what the carrier bills."""

    encoding: Encoding
    units: int
    count: int


def segments(text: str) -> Segments:
    """Count the segments of `text` exactly as it would be sent. An empty text takes none."""
    if GSM_BASIC.issuperset(text):
        return _fit_even("GSM-7", len(text), 160, 153)
    if GSM.issuperset(text):
        sizes = [2 if character in GSM_EXTENSION else 1 for character in text]
        return _fit_pairs("GSM-7", sizes, 160, 153)
    sizes = [2 if character > "\uffff" else 1 for character in text]
    return _fit_pairs("UCS-2", sizes, 70, 67)


def to_gsm_safe(text: str) -> str:
    """Replace typographic marks by plain ones, and accents if that makes the text GSM-7.

    Spanish á, í, ó, ú are outside GSM-7 and would more than halve the room in a segment;
    é, ñ, ü, ¿ and ¡ are inside and stay. A text that needs UCS-2 anyway keeps its accents.
    """
    if GSM.issuperset(text):
        return text
    plain = _replace(unicodedata.normalize("NFC", text), _TYPOGRAPHIC)
    unaccented = _replace(plain, _ACCENTED)
    return unaccented if GSM.issuperset(unaccented) else plain


def _replace(text: str, table: Mapping[str, str]) -> str:
    """Like `str.translate`, several times faster because few characters are strange."""
    for strange in set(text) - GSM:
        if strange in table:
            text = text.replace(strange, table[strange])
    return text


def _fit_even(encoding: Encoding, units: int, alone: int, joined: int) -> Segments:
    count = min(units, 1) if units <= alone else -(-units // joined)
    return Segments(encoding, units, count)


def _fit_pairs(encoding: Encoding, sizes: Iterable[int], alone: int, joined: int) -> Segments:
    """Pack without splitting a pair, so a part of 153 may hold only 152."""
    units = count = room = 0
    for size in sizes:
        if size > room:
            count, room = count + 1, joined
        room -= size
        units += size
    return Segments(encoding, units, 1 if units <= alone else count)
