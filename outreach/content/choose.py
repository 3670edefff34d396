"""Which text next: none twice until the collection is used up, then the longest unused."""

from collections.abc import Callable, Sequence

from outreach.content.library import Text
from outreach.content.places import PRIME, place_of


def choose(texts: Sequence[Text], used: Sequence[str], seed: str) -> Text:
    """The next text for the client that `seed` names.

    `used` holds ids from oldest to newest; ids the collection no longer has do not matter.
    Unused texts come in an order of the client's own, which stays the same from day to day and
    when texts are added, so that a whole program does not get the same words on the same day: the
    client's place times the text's, modulo a prime: different places stay different.
    Raises ValueError for an empty collection.
    """
    if not texts:
        raise ValueError("a collection without texts has nothing to choose from")
    seen = set(used)
    own = place_of(seed)
    unused = {text.place * own % PRIME: text for text in texts if text.id not in seen}
    return unused[min(unused)] if unused else min(texts, key=_rank(used, seed))


def in_order(texts: Sequence[Text], used: Sequence[str], seed: str) -> list[Text]:
    """All texts, best choice first: for a caller that needs one that also fits a segment."""
    return sorted(texts, key=_rank(used, seed))


def _rank(used: Sequence[str], seed: str) -> Callable[[Text], tuple[int, int]]:
    """Unused before used, oldest use first; among unused ones the client's own order."""
    last_use = {text_id: place for place, text_id in enumerate(used)}
    own = place_of(seed)
    return lambda text: (last_use.get(text.id, -1), text.place * own % PRIME)
