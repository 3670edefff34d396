"""One client text, made ready for reading, and the candidates that readers find in it."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, cached_property
from zoneinfo import ZoneInfo

from outreach.replies.dates import DateMention, find_dates
from outreach.replies.lexicon import Hit, find_phrases, word_sets
from outreach.replies.times import TimeMention, find_times
from outreach.replies.words import SENTENCE_ENDS, Words
from outreach.vocabulary import Intent, PromptKind

TIMED = ("at_time", "at_part", "off_days", "only_days")
"""Wishes about times and days; without a word of texting they may speak of a visit or of life."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One thing that a text may say, with its reason."""

    intent: Intent
    value: str
    why: str


@dataclass(frozen=True)
class Text:
    """The words of a text, the question it may answer, and the client's local moment."""

    words: Words
    prompt: PromptKind
    local_now: datetime
    shouts_stop: bool = False
    inflected: bool = False
    """Whether the text is one word in -ing or -ed, which the spelling has cut to its stem."""

    @property
    def today(self) -> date:
        """The client's local day."""
        return self.local_now.date()

    @cached_property
    def hits(self) -> list[Hit]:
        """The phrases that count for this prompt."""
        return find_phrases(self.words, self.prompt)

    @cached_property
    def days(self) -> list[DateMention]:
        """The days that the text names."""
        return find_dates(self.words, self.today)

    @cached_property
    def times(self) -> list[TimeMention]:
        """The times of day that the text names."""
        return find_times(self.words)

    def having(self, *means: str) -> list[Hit]:
        """The phrases with one of these meanings, in order."""
        return [hit for hit in self.hits if hit.means in means]

    def says(self, *means: str) -> bool:
        """Whether any phrase has one of these meanings."""
        return any(hit.means in means for hit in self.hits)

    def is_about_texts(self, hit: Hit) -> bool:
        """Whether the sentence of a phrase names texts or texting."""
        start, end = self.words.sentence_around(hit.start)
        return not texting_words().isdisjoint(self.words.said[start:end])

    def quote(self, hit: Hit) -> str:
        """What a phrase is and where it stood, for `why`."""
        return f'{hit.means}: "{" ".join(self.words.said[hit.start : hit.end])}"'

    def between(self, start: int, end: int) -> tuple[str, ...]:
        """The words [start, end)."""
        return self.words.said[start:end]

    def same_sentence(self, first: int, second: int) -> bool:
        """Whether no sentence ends between two words."""
        low, high = sorted((first, second))
        return all(
            SENTENCE_ENDS.isdisjoint(self.words.before[at]) for at in range(low + 1, high + 1)
        )


@cache
def texting_words() -> frozenset[str]:
    """The words for texts and for sending them."""
    sets = word_sets()
    names = ("texting", "to_text", "texts", "mandar", "mensajes")
    return frozenset().union(*(sets[name] for name in names), ("these", "send"))


def local(now: datetime, zone: ZoneInfo) -> datetime:
    """An aware moment on the client's wall clock. Raises ValueError for a naive one."""
    if now.tzinfo is None:
        raise ValueError("now must be an aware moment")
    return now.astimezone(zone)
