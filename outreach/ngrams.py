"""Words, pairs of words and runs of letters as numbered places, for the small linear models.

The screener's second vote (safety/vote.py) and the reader's (replies/vote.py) weigh texts by them;
the trainers under tests/corpora use these very functions.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from math import sqrt
from struct import unpack
from zlib import crc32

BUCKETS = 1 << 18
"""Places for weights. Kept by name, 100,000 of them took 17 MB; so they take two."""
FAR = 3
"""How far apart two words may stand to count as a pair."""
_FEWEST_FEATURES = 48
"""Shorter texts weigh as if they had so many, or "i want to" would be a cry."""
_LONGEST = 24
"""Letters of a word that are looked at."""
_LANE, _HALF = 32, 1 << 31
"""Bits for the sum of one head, and what lifts it above nought."""


@dataclass(frozen=True, slots=True)
class Features:
    """The features of one text as buckets, in two kinds so that neither drowns the other.

    `words`: words and pairs, and what else has a name; `letters`: runs of letters of a word.
    """

    words: frozenset[int]
    letters: frozenset[int]


def bucket(feature: str) -> int:
    """Where the weight of a feature is kept. Few share one, and training knows that they do."""
    return crc32(feature.encode()) % BUCKETS


def root(found: frozenset[int]) -> float:
    """What a sum over these features is divided by: neither long texts nor short ones shout."""
    return sqrt(max(len(found), _FEWEST_FEATURES))


def side_by_side(weights: Iterable[tuple[int, int]]) -> int:
    """(number of a head, its weight) of one feature in one integer, each in bits of its own.

    So the weights of forty heads are summed in one addition a feature: ten times as fast as one by
    one. Sums of any text the service reads stay far below the half of a lane.
    """
    return sum(weight << (_LANE * head) for head, weight in weights)


def apart(total: int, heads: int) -> tuple[int, ...]:
    """The sums of all heads out of a sum of what `side_by_side` made."""
    lifted = (total + _lift(heads)).to_bytes(heads * _LANE // 8, "little")
    return tuple(each - _HALF for each in unpack(f"<{heads}I", lifted))


@cache
def _lift(heads: int) -> int:
    """What makes every sum positive, so that none borrows from its neighbour."""
    return side_by_side((head, _HALF) for head in range(heads))


def grams(words: Sequence[str]) -> set[int]:
    """The buckets of all words and of all pairs up to FAR apart: "a b" side by side, else "a~b".

    A checksum goes on from where the one of the first word ended, so no pair is put together.
    """
    coded = [word.encode() for word in words]
    sums = list(map(crc32, coded))
    beside, further = [crc32(b" ", each) for each in sums], [crc32(b"~", each) for each in sums]
    found = set(sums)
    for distance in range(1, FAR + 1):
        found.update(map(crc32, coded[distance:], beside if distance == 1 else further))
    return {each % BUCKETS for each in found}


def letter_runs(words: Iterable[str]) -> frozenset[int]:
    """The buckets of all runs of letters in the words."""
    return frozenset().union(*(_runs(word[:_LONGEST]) for word in set(words)))


@lru_cache(maxsize=4096)
def _runs(word: str) -> frozenset[int]:
    """Runs of 3 to 5 letters, edges of the word marked, so that a misspelt word still counts."""
    edged = f"^{word}$"
    return frozenset(
        bucket(f"#{edged[start : start + size]}")
        for size in (3, 4, 5)
        for start in range(max(1, len(edged) - size + 1))
    )
