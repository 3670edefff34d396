"""Which text next: none twice until the collection is used up, then the longest unused."""

from collections.abc import Sequence
from hashlib import blake2b

from outreach.content.library import Text


def choose(texts: Sequence[Text], used: Sequence[str], seed: str) -> Text:
    """The next text for the client that `seed` names.

    `used` holds ids from oldest to newest; ids the collection no longer has do not matter.
    Unused texts come in an order of the client's own, which stays the same from day to day and
    when texts are added, so that a whole program does not get the same words on the same day.
    Raises ValueError for an empty collection.
    """
    return in_order(texts, used, seed)[0]


def in_order(texts: Sequence[Text], used: Sequence[str], seed: str) -> list[Text]:
    """All texts, best choice first: for a caller that needs one that also fits a segment."""
    if not texts:
        raise ValueError("a collection without texts has nothing to choose from")
    last_use = {text_id: place for place, text_id in enumerate(used)}
    return sorted(
        texts, key=lambda text: (last_use.get(text.id, -1), _place_for(seed, text.id), text.id)
    )


def _place_for(seed: str, text_id: str) -> bytes:
    return blake2b(f"{seed}\0{text_id}".encode(), digest_size=8).digest()
