"""A raw text as the plain words that the rules read, each with its place in the raw text.

Takes apart what people do to hide or hurry a word: spaced or dotted letters, leet, masks, stretched
and run-together words, letters of other alphabets, emoji, dictated punctuation.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from outreach.replies.normalise import fold
from outreach.safety.spelling import Speller

_LOOKALIKES = str.maketrans("абвеёкмнорстухіјѕԁαορικτυν", "abbeekmhopctyxijsdaopiktuv")
_PIECE = re.compile(
    r"(?P<word>[^\W_]+(?:['*@$|+_.!-]+[^\W_]+)*\*{0,3}|[$@*|][^\W_]+(?:[*@$!]+[^\W_]+)*)"
    r"|(?P<stop>[.!?;]+|(?<= )-+(?= ))|(?P<other>[^\s\w,:'\"()/\[\]-])"
)
_COUNTED = re.compile(r"(\d+(?:\.\d+)?)([a-z]*)")
_FEWEST_SPACED = 3


@dataclass(frozen=True, slots=True)
class Token:
    """A plain word that stands for raw[start:end]. A full stop of any kind is the word `.`."""

    word: str
    start: int
    end: int


class Reader:
    """Turns raw text into tokens with one speller and one table of emoji."""

    def __init__(
        self,
        speller: Speller,
        emoji: Mapping[str, str],
        contractions: Mapping[tuple[str, str], str],
    ) -> None:
        self._speller = speller
        self._emoji = emoji
        self._contractions = contractions

    def read(self, text: str) -> list[Token]:
        """The tokens of a raw text, in order. Never raises."""
        folded = fold(text)
        if not folded.text:
            return []
        plain = folded.text if folded.text.isascii() else folded.text.translate(_LOOKALIKES)
        pieces = _join_spaced(list(_pieces(plain)))
        tokens = [
            Token(word, *folded.raw_span(start, end))
            for kind, piece, start, end in pieces
            for word in self._words(kind, piece)
        ]
        return self._contract(_without_scattered_stops(tokens))

    def _contract(self, tokens: Iterable[Token]) -> list[Token]:
        """Read "i am" as "im", so that the formal and the hurried say the same."""
        read: list[Token] = []
        for token in tokens:
            short = self._contractions.get((read[-1].word, token.word)) if read else None
            read.append(Token(short, read.pop().start, token.end) if short else token)
        return read

    def _words(self, kind: str, piece: str) -> tuple[str, ...]:
        if kind == "stop":
            return () if piece.startswith("..") else (".",)
        if kind == "other":
            return tuple(self._emoji.get(piece, "").split())
        if kind == "spaced":
            return self._unspaced(piece)
        if piece.isalpha():
            return self._speller.spell(piece)
        return self._odd(piece)

    def _unspaced(self, letters: str) -> tuple[str, ...]:
        if self._speller.knows(letters):
            return self._speller.spell(letters)
        return self._speller.joined(letters) or tuple(letters)

    def _odd(self, piece: str) -> tuple[str, ...]:
        """A piece that is not letters only: numbers, contractions, masks, dots, leet."""
        bare = piece.replace("'", "")
        if bare.isalpha() or self._speller.knows(bare):
            return self._speller.spell(bare)
        if "*" in bare and (stem := self._speller.unmask(bare)):
            return (stem,)
        if counted := _COUNTED.fullmatch(bare):
            return self._counted(bare, counted[1].split(".")[0], counted[2])
        parts = re.split(r"([._-]+)", bare)
        return (
            self._parted(parts, bare) if len(parts) > 1 else self._speller.spell(bare.rstrip("*!"))
        )

    def _counted(self, piece: str, number: str, unit: str) -> tuple[str, ...]:
        """ "800mg" and "40oz" are a number and its unit; "0verdose" is a word."""
        if len(unit) >= _FEWEST_SPACED and (spelt := self._speller.spell(piece)) != (piece,):
            return spelt
        return (number, *(self._speller.spell(unit) if unit else ()))

    def _parted(self, parts: list[str], whole: str) -> tuple[str, ...]:
        """Words held together by dots, dashes or underlines: letters of one word, or several."""
        words = parts[::2]
        joined = "".join(words)
        if not self._speller.knows(words[0]) or max(map(len, words)) == 1:
            if self._speller.knows(joined):
                return self._speller.spell(joined)
            if max(map(len, words)) == 1 and len(words) >= _FEWEST_SPACED:
                return self._unspaced(joined)
            if stem := self._speller.unmask(whole):
                return (stem,)
        spelt = [self._speller.spell(word) if word else () for word in words]
        stops = [(".",) if "." in mark else () for mark in parts[1::2]] + [()]
        return tuple(
            word for pair in zip(spelt, stops, strict=True) for each in pair for word in each
        )


def _without_scattered_stops(tokens: list[Token]) -> list[Token]:
    """Stops after every word ("i. want. to. go") divide nothing."""
    words = [token for token in tokens if token.word != "."]
    return words if len(words) > _FEWEST_SPACED and 3 * len(words) < 2 * len(tokens) else tokens


_Piece = tuple[str, str, int, int]


def _pieces(plain: str) -> Iterator[_Piece]:
    for match in _PIECE.finditer(plain):
        yield str(match.lastgroup), match[0], match.start(), match.end()


def _join_spaced(pieces: list[_Piece]) -> list[_Piece]:
    """Join runs of single letters, "k i l l" or "k. i. l. l.", into one piece of kind `spaced`."""
    joined: list[_Piece] = []
    run: list[_Piece] = []
    for piece in pieces:
        if _is_letter(piece) or (
            piece[0] == "stop" and run and piece[1] == "." and _is_letter(run[-1])
        ):
            run.append(piece)
            continue
        joined += _close(run)
        run = []
        joined.append(piece)
    return joined + _close(run)


def _is_letter(piece: _Piece) -> bool:
    return piece[0] == "word" and len(piece[1]) == 1


def _close(run: list[_Piece]) -> list[_Piece]:
    letters = [piece for piece in run if _is_letter(piece)]
    if len(letters) < _FEWEST_SPACED:
        return run
    word = "".join(piece[1] for piece in letters)
    return [("spaced", word, letters[0][2], letters[-1][3])]
