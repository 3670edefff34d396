"""Which text next: none twice until the collection is used up, then the longest unused."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from hashlib import blake2b

from outreach.content.library import Text

_64_BITS = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15  # 2**64 over the golden ratio: spreads neighbours far apart


def choose(texts: Sequence[Text], used: Sequence[str], seed: str) -> Text:
    """The next text for the client that `seed` names.

    `used` holds ids from oldest to newest; ids the collection no longer has do not matter.
    Unused texts come in an order of the client's own, which stays the same from day to day and
    when texts are added, so that a whole program does not get the same words on the same day.
    Raises ValueError for an empty collection.
    """
    if not texts:
        raise ValueError("a collection without texts has nothing to choose from")
    seen = set(used)
    unused = [text for text in texts if text.id not in seen]
    return min(unused, key=_own_order(seed)) if unused else min(texts, key=_rank(used, seed))


def in_order(texts: Sequence[Text], used: Sequence[str], seed: str) -> list[Text]:
    """All texts, best choice first: for a caller that needs one that also fits a segment."""
    return sorted(texts, key=_rank(used, seed))


def _rank(used: Sequence[str], seed: str) -> Callable[[Text], tuple[int, int]]:
    """Unused before used, oldest use first; among unused ones the client's own order."""
    last_use = {text_id: place for place, text_id in enumerate(used)}
    own_order = _own_order(seed)
    return lambda text: (last_use.get(text.id, -1), own_order(text))


def _own_order(seed: str) -> Callable[[Text], int]:
    """No two texts share a place: the multiplier is odd.

    The seed is hashed once and mixed with each text's hash: hashing them together for every text
    took a third of the time that releasing a touchpoint takes.
    """
    own = _hash(seed)
    return lambda text: (_hash(text.id) ^ own) * _GOLDEN & _64_BITS


@lru_cache(maxsize=16384)
def _hash(words: str) -> int:
    return int.from_bytes(blake2b(words.encode(), digest_size=8).digest())
