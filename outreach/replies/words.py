"""From a folded text to words in one spelling, with the punctuation that stood between them."""

import re
from dataclasses import dataclass

from outreach.replies.spelling import join_pairs, spell

_WORD = re.compile(
    r"\d+(?:[.:,/]\d+){0,4}[a-z]{0,6}"  # 7  7.5  7/10  10:30am  14th
    r"|[^\W_]+(?:'[^\W_]+){0,3}'?"  # letters, apostrophes inside
    r"|[#$%&*+@=<>\^]"  # signs that change what a number means
    r"|[^\w\s'\"]"  # punctuation and emoji
)
_PUNCTUATION = frozenset(".,;:!?-/()[]{}|~\\¡¿⁄•·")
_MERIDIEM = re.compile(r"\b([ap])\. ?m\b\.?")
_SPOKEN_END = re.compile(
    r"\b(ma'?am|sir|please|thanks|thank you|late|zero|one|two|three|four|five|six|seven|eight"
    r"|nine|ten|yes|[0-9]) period\b(?! of| between)"
)
_SPOKEN_MARK = re.compile(r"(?<!\ba)(?<!\bthe) (question mark|exclamation (?:point|mark))\b")
"""Punctuation that a phone wrote out where a client dictated it."""
_MOST_REPEATS = 3
_MOST_WORDS = 400
"""A text of 1,600 letters has some 320 words; signs without spaces make more."""
SENTENCE_ENDS = frozenset(".;!?\n()•")


@dataclass(frozen=True, slots=True)
class Words:
    """A text as words.

    `said[i]` is the word in its one spelling, `before[i]` the punctuation in front of it ("" if
    none); `before` has one more item, the punctuation at the end.
    """

    said: tuple[str, ...]
    before: tuple[str, ...]

    def starts_sentence(self, index: int) -> bool:
        """Whether a sentence break stands before word `index` (or the end of the text)."""
        return index == 0 or not SENTENCE_ENDS.isdisjoint(self.before[index])

    def starts_clause(self, index: int) -> bool:
        """Whether any punctuation stands before word `index`, or it is the first."""
        return index == 0 or self.before[index] != ""

    def sentence_around(self, index: int) -> tuple[int, int]:
        """The half-open span of the sentence that holds word `index`."""
        start = index
        while not self.starts_sentence(start):
            start -= 1
        end = index + 1
        while end < len(self.said) and not self.starts_sentence(end):
            end += 1
        return start, end

    def clause_around(self, index: int) -> tuple[int, int]:
        """The half-open span between the punctuation before and after word `index`."""
        start = index
        while not self.starts_clause(start):
            start -= 1
        end = index + 1
        while end < len(self.said) and not self.starts_clause(end):
            end += 1
        return start, end

    def is_question(self, index: int) -> bool:
        """Whether the sentence that holds word `index` ends in a question mark."""
        return "?" in self.before[self.sentence_around(index)[1]]


def split_words(folded: str) -> Words:
    """Split a folded text; short forms are joined ("i am" is "im", "can not" is "cant")."""
    said: list[str] = []
    before: list[str] = []
    gap = ""
    at = 0
    if "m" in folded:
        folded = _MERIDIEM.sub(r"\1m", folded)
    if " period" in folded:
        folded = _SPOKEN_END.sub(r"\1.", folded)
    if "question mark" in folded or "exclamation" in folded:
        folded = _SPOKEN_MARK.sub(lambda mark: "?" if mark[1][0] == "q" else "!", folded)
    for match in _WORD.finditer(folded):
        if len(said) == _MOST_WORDS:
            break
        seen = match[0]
        if "\n" in folded[at : match.start()]:
            gap += "\n"
        at = match.end()
        if seen in _PUNCTUATION:
            gap += seen
            continue
        if said[-_MOST_REPEATS:] == [spell(seen)] * _MOST_REPEATS:
            continue
        said.append(spell(seen))
        before.append(gap)
        gap = ""
    before.append(gap)
    return Words(*join_pairs(said, before))
