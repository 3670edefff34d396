"""The second vote on a reply: a small linear reading of its words, for what no phrase says yet.

It was trained on our invented replies (tests/corpora/train_reply_vote.py) and ships as whole
numbers in vote.json. It has seen which words go with which meaning and understands nothing. So it
speaks where the phrases found no meaning, outweighs a meaning that they found only where it is much
surer, and never gives a score. A refusal of texts it hears best: it may add one beside an answer,
and takes none away unless a wish for days or hours is left; what it half believes, a person looks
at. docs/replies.md holds its figures and limits.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path

from outreach.ngrams import Features, apart, bucket, grams, letter_runs, root, side_by_side
from outreach.replies.asked_day import asked_moment
from outreach.replies.choices import picked_choice
from outreach.replies.consent import LIMITED
from outreach.replies.lexicon import MASK
from outreach.replies.pauses import pause_of
from outreach.replies.preferences import days_of, time_of
from outreach.replies.reading import ANSWERS
from outreach.replies.text import Candidate, Text
from outreach.replies.words import Words
from outreach.vocabulary import Intent, PromptKind

VOTE_FILE = Path(__file__).with_name("vote.json")
UNIT = 100
"""Weights are whole hundredths: a sum of them does not depend on the order of its parts."""
LEAST, LEAST_TO_CHANGE, LEAST_TO_LEAVE = -3.0, 0.0, 1.0
"""Log-odds below which a meaning is no opinion: any; one that changes something for the client; one
that ends all texts, brings them back or promises to come. Out of the blue people write of
everything, and little of it is for us to act on."""
OVER_NOTHING, OVER_MEANING = 1.5, 4.0
"""By how much it must be likelier than what stands if phrases found no meaning, or than theirs."""
DOUBTS, PERHAPS, SURE_TO_LEAVE = -2.5, -1.5, 4.0
"""Log-odds of a refusal of texts: below which it may be the wish for a limit, from which a person
should look, and from which it is one even where a look-alike or a limit stands in the text."""
LEAVING = frozenset({Intent.OPT_OUT, Intent.WRONG_NUMBER})
_PROMISES = LEAVING | {Intent.OPT_IN, Intent.CONFIRM}
_CHANGES_NOTHING = (Intent.NOTE, Intent.UNCLEAR, Intent.REQUEST, Intent.ANSWER)
_SETTLED = {Intent.HELP, Intent.AUTO_REPLY}
_LIMITS = ("preference:days", "preference:time", "preference:window", "preference:pause=")
"""Wishes that a refusal may come down to: "no texts on my sabbath, saturdays"."""
_UNLIKELY = -9.0
"""What a meaning is given that the vote does not know."""


@dataclass(frozen=True, slots=True)
class Model:
    """The trained weights: `meanings` as `label` writes them, each with its `bias`.

    `weights`: feature -> its weights for all meanings, as `side_by_side` puts them.
    """

    meanings: tuple[str, ...]
    bias: tuple[int, ...]
    weights: Mapping[int, int]

    def log_odds(self, words: Words, prompt: PromptKind) -> dict[str, float]:
        """How likely each meaning is that can answer this prompt."""
        found = features(words, prompt)
        one, two = root(found.words), root(found.letters)
        sums = zip(self.bias, self._sums(found.words), self._sums(found.letters), strict=True)
        totals = (bias + first / one + second / two for bias, first, second in sums)
        odds = zip(self.meanings, totals, strict=True)
        return {meaning: total / UNIT for meaning, total in odds if fits(meaning, prompt)}

    def _sums(self, places: frozenset[int]) -> tuple[int, ...]:
        known = filter(None, map(self.weights.get, places))
        return apart(sum(known), len(self.meanings))


@dataclass(frozen=True, slots=True)
class Vote:
    """The log-odds of each meaning of one text; none where it has nothing to go by."""

    text: Text
    odds: Mapping[str, float]

    @classmethod
    def on(cls, text: Text) -> "Vote":
        """The vote on a text. It needs words: digits and emoji are for phrases alone."""
        letters = sum(word[0].isalpha() for word in text.words.said)
        if not letters or letters < sum(word[0].isdigit() for word in text.words.said):
            return cls(text, {})  # "0 of 3"
        return cls(text, load_model().log_odds(text.words, text.prompt))

    @property
    def refusal(self) -> float:
        """Log-odds that the text wants no more texts."""
        return self.odds.get(Intent.OPT_OUT, _UNLIKELY)

    def instead(self, first: Candidate, *, found: bool) -> Candidate | None:
        """What to read instead of `first`, which phrases have found or which is left.

        None if the vote agrees, is not sure enough, or has no say.
        """
        if first.intent in _SETTLED or not self.odds:
            return None
        best = max(self.odds, key=lambda each: self.odds[each])
        if first.intent is Intent.OPT_OUT:
            limited = best.startswith(_LIMITS) and self.odds[best] >= 0 and self.refusal < DOUBTS
            return _completed(best, self.text) if limited else None
        own = label(first.intent, first.value)
        if best == own or self._has_no_say(best, own):
            return None
        return _completed(best, self.text) if self._is_sure(best, own, found=found) else None

    def _is_sure(self, best: str, own: str, *, found: bool) -> bool:
        is_wish = own.startswith(Intent.PREFERENCE)
        heard = best == Intent.OPT_OUT and not is_wish  # it hears refusals best
        margin = OVER_MEANING if found and not heard else OVER_NOTHING
        return self.odds[best] >= max(_least(best), self.odds.get(own, _UNLIKELY) + margin)

    def _has_no_say(self, best: str, own: str) -> bool:
        """Whether phrases know better: what is no refusal, a number, a question, a wish."""
        words = self.text.words
        if best in LEAVING and self.text.says(MASK, *LIMITED, "opt_out"):
            # "dont stop texting me", "stop texting me so early", "no more texts before noon"
            return self.odds[best] < SURE_TO_LEAVE
        if own.partition(":")[0] in ANSWERS and self._is_numbered():
            return best != Intent.OPT_OUT
        if best == Intent.CONFIRM and words.is_question(len(words.said) - 1):
            return True
        if own.startswith(Intent.PREFERENCE) and best.startswith(Intent.ANSWER):
            return True  # "messages only mon to fri" does not say that a goal was met in part
        return "=" in own and own.partition("=")[0] == best.partition("=")[0]

    def _is_numbered(self) -> bool:
        """Whether a number answers: a score, or one that was offered ("3 no wait i mean 1")."""
        if self.text.prompt in {PromptKind.APPOINTMENT, PromptKind.GOAL}:
            return picked_choice(self.text.words) is not None
        return self.text.prompt is PromptKind.SCALE


def _least(meaning: str) -> float:
    if meaning in _PROMISES:
        return LEAST_TO_LEAVE
    return LEAST if meaning.startswith(_CHANGES_NOTHING) else LEAST_TO_CHANGE


def label(intent: Intent, value: str) -> str:
    """The meaning of a reading without what only its own text can tell (a day, an hour)."""
    if intent is Intent.PREFERENCE:
        kind, _, wanted = value.partition("=")
        wanted = {"pause": "off" if wanted == "off" else "", "time": "", "days": wanted[:1]}.get(
            kind, wanted
        )
        return f"{intent}:{kind}={wanted}"
    keeps = intent in {Intent.ANSWER, Intent.REQUEST} and not value[:1].isdigit()
    return f"{intent}:{value}" if keeps and value else str(intent)


def features(words: Words, prompt: PromptKind) -> Features:
    """What a reply is weighed by: its words, digits alike, the marks between, and the prompt."""
    said: list[str] = []
    for mark, word in zip(words.before, (*words.said, ""), strict=True):
        if mark:
            said.append("|?" if "?" in mark else "|")
        if word:
            said.append("#" if word[0].isdigit() else word)
    return Features(frozenset(grams(said) | {bucket(f"?{prompt}")}), letter_runs(said))


@cache
def load_model() -> Model:
    """The model shipped with the package."""
    data = json.loads(VOTE_FILE.read_text(encoding="utf-8"))
    weights = zip(data["which"], data["weights"], strict=True)
    return Model(
        tuple(data["meanings"]),
        tuple(data["bias"]),
        {
            place: side_by_side(islice(weights, count))
            for place, count in zip(data["places"], data["counts"], strict=True)
        },
    )


@cache
def fits(meaning: str, prompt: PromptKind) -> bool:
    """Whether a meaning can stand with a prompt. A score is read from its number alone."""
    if meaning == Intent.REACTION:
        return False  # phones word them always alike, and phrases know how
    if meaning == Intent.ANSWER:
        return prompt is PromptKind.OPEN
    if meaning.startswith(f"{Intent.ANSWER}:"):
        return prompt is PromptKind.GOAL
    return meaning != Intent.CONFIRM or prompt is PromptKind.APPOINTMENT


def _completed(meaning: str, text: Text) -> Candidate | None:
    """The meaning with the day, hour or length that the text names; None if it needs one."""
    intent, _, value = meaning.partition(":")
    complete = _COMPLETED.get(meaning)
    known = complete(text) if complete else value
    return None if known is None else Candidate(Intent(intent), known, "second vote")


_COMPLETED: dict[str, Callable[[Text], str | None]] = {
    "reschedule": asked_moment,
    "preference:pause=": lambda text: f"pause={pause_of(text) or 'on'}",
    "preference:time=": time_of,
    "preference:days=+": lambda text: days_of(text, "+"),
    "preference:days=-": lambda text: days_of(text, "-"),
}
