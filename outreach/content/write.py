"""From a collection to the words for one client."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from outreach.content.choose import in_order
from outreach.content.collections import collection_named
from outreach.content.library import Text
from outreach.content.render import render
from outreach.content.segments import Segments, segments


@dataclass(frozen=True, slots=True)
class Written:
    """The words, the text they were made from, and what they cost to send."""

    text: Text
    words: str
    size: Segments


def write(
    texts: Sequence[Text], used: Sequence[str], seed: str, variables: Mapping[str, str | None]
) -> Written:
    """The best choice (see `choose`) whose words fit the segments that its collection allows.

    A long name or address may not fit the first choice but the next. When none fits, the one
    with the fewest segments, earlier choices first: a text of two segments beats none.
    Raises ValueError for an empty collection.
    """
    tried = []
    for text in in_order(texts, used, seed):
        words = render(text.text, variables)
        written = Written(text, words, segments(words))
        if written.size.count <= _limit(text):
            return written
        tried.append(written)
    return min(tried, key=lambda written: written.size.count)


def _limit(text: Text) -> int:
    collection = collection_named(text.collection)
    return collection.segments if collection else 1
