"""The second vote: a small linear reading of a text, for what no rule has words for yet.

It was trained on our invented corpus (tests/corpora/train_vote.py) and ships as whole-number
weights in vote.json. It knows no meaning, only which words, pairs and letters go with texts that a
person should see. So by itself it only asks for a review; how fast a person must look it settles
together with the rules. docs/second-vote.md holds its figures and limits.
"""

import hashlib
import json
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from outreach.ngrams import FAR, Features, apart, grams, letter_runs, root, side_by_side
from outreach.safety.chart import MASKED, STOP
from outreach.vocabulary import Concern, Severity

VOTE_FILE = Path(__file__).with_name("vote.json")
REVIEW, PAGE, CALM = "vote-review", "vote-page", "vote-calm"
FEWEST_WORDS = 2
"""A single word or a number answers a question; it is no text to have an opinion about."""
FEWEST_TO_CALM = 7
"""What a rule finds in fewer words is the whole of what was said ("kill myself")."""
UNIT = 1000
"""Weights are whole thousandths: a sum of them does not depend on the order of its parts."""
_MOST_PLACES = 4


@dataclass(frozen=True, slots=True)
class Opinion:
    """Log-odds that a text needs a person, and that it needs one within the hour."""

    review: float
    page: float

    @property
    def alarm(self) -> float:
        """What a review is asked by. Urgency counts half: so more of the urgent come first."""
        return self.review + self.page / 2

    @property
    def urgency(self) -> float:
        """What decides how fast. That a person is needed at all counts half."""
        return self.page + self.review / 2


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which log-odds the vote speaks, chosen by cross-validation over writers.

    `review` and `unnamed` are of the alarm: for texts that name a danger, and for those that name
    none, of which few are grave. The others are of the urgency. `calm` is the one from below.
    """

    review: float
    unnamed: float
    moderate: float
    page: float
    raises: float
    calm: float

    def settle(self, found: Severity, opinion: Opinion, *, named: bool) -> Severity:
        """The severity with the vote counted in, given what the rules found.

        `named`: a rule fitted, or the text names a danger (rules/mentions.yaml). Only then may it
        become high. It calms only what is high: a mistake there costs hours, not a life.
        """
        if found is Severity.IMMINENT:
            return found
        if found is Severity.HIGH:
            return Severity.MODERATE if opinion.urgency < self.calm else found
        if named and opinion.urgency >= self._page_from(found):
            return Severity.HIGH
        if opinion.urgency >= self.moderate:
            return Severity.MODERATE
        asks = opinion.alarm >= (self.review if named else self.unnamed)
        return Severity.LOW if asks and found is Severity.NONE else found

    def may_speak(self, opinion: Opinion) -> bool:
        """Whether it can matter to the severity that a text names a danger."""
        return opinion.alarm >= self.review or opinion.urgency >= self.page

    def _page_from(self, found: Severity) -> float:
        """What a rule calls moderate it calls so on purpose: it takes more to raise that."""
        return self.raises if found is Severity.MODERATE else self.page


@dataclass(frozen=True, slots=True)
class Model:
    """The trained weights.

    `weights`: for each of BUCKETS those of review and page, as `side_by_side` puts them;
    `concerns`: each its bias and weights;
    `classes`: word -> its class in rules/words.yaml, in which both languages stand together.
    """

    version: str
    classes: Mapping[str, str]
    bias: tuple[int, int]
    weights: Sequence[int]
    concerns: Mapping[Concern, tuple[int, Mapping[int, int]]]
    thresholds: Thresholds

    def opinion(self, words: Sequence[str]) -> Opinion | None:
        """The vote on the words of a text as the rules read them; None when they are too few."""
        if not enough(words):
            return None
        found = features(words, self.classes)
        review, page = self.bias
        (r1, p1), (r2, p2) = self._sum(found.words), self._sum(found.letters)
        one, two = root(found.words), root(found.letters)
        return Opinion((review + r1 / one + r2 / two) / UNIT, (page + p1 / one + p2 / two) / UNIT)

    def concern(self, words: Sequence[str]) -> Concern:
        """The likeliest concern of a text that needs a person; the first of the file on a tie."""
        found = features(words, self.classes).words
        return max(self.concerns, key=lambda each: _total(*self.concerns[each], found))

    def places(self, words: Sequence[str]) -> list[int]:
        """The places of the few words that spoke most for a review, in reading order."""
        plain = [place for place, word in enumerate(words) if _is_word(word)]
        credit = {place: self._credit(words, place) for place in plain}
        return sorted(sorted(plain, key=lambda place: -credit[place])[:_MOST_PLACES])

    def _credit(self, words: Sequence[str], place: int) -> float:
        """What would be missing without this word: features of the words around it, less theirs."""
        before, after = words[max(0, place - FAR) : place], words[place + 1 : place + 1 + FAR]
        whole = features([*before, words[place], *after], self.classes)
        rest = features([*before, STOP, *after], self.classes)
        lost = (whole.words - rest.words) | (whole.letters - rest.letters)
        return self._sum(lost)[0]

    def _sum(self, found: frozenset[int]) -> tuple[int, ...]:
        return apart(sum(map(self.weights.__getitem__, found)), 2)


def enough(words: Sequence[str], fewest: int = FEWEST_WORDS) -> bool:
    """Whether a text is long enough to have an opinion about."""
    return sum(map(_is_word, words)) >= fewest


@cache
def load_model() -> Model:
    """The model shipped with the package."""
    return read_model(VOTE_FILE.read_text(encoding="utf-8"))


def read_model(source: str) -> Model:
    """A model from the JSON that the trainer writes; `version` changes with any byte of it."""
    data = json.loads(source)
    return Model(
        version=hashlib.sha256(source.encode()).hexdigest()[:8],
        classes=data["classes"],
        bias=(data["bias"][0], data["bias"][1]),
        weights=array("q", map(_beside, data["review"], data["page"])),
        concerns={
            Concern(name): (bias, {int(each): weight for each, weight in weights.items()})
            for name, (bias, weights) in data["concerns"].items()
        },
        thresholds=Thresholds(**data["thresholds"]),
    )


def _beside(review: int, page: int) -> int:
    return side_by_side(enumerate((review, page)))


def features(words: Sequence[str], classes: Mapping[str, str]) -> Features:
    """What a text is weighed by. The trainer uses this very function."""
    kinds = [classes.get(word, word) for word in words]
    return Features(frozenset(grams(words) | grams(kinds)), letter_runs(words))


def _is_word(word: str) -> bool:
    return word not in {STOP, MASKED} and not word.isdecimal()


def _total(bias: int, weights: Mapping[int, int], found: frozenset[int]) -> float:
    return bias + sum(weights.get(each, 0) for each in found) / root(found)
