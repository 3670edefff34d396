"""What the words around a hit do to its weight: they may lower or raise it, never erase it.

Two exceptions end in none: a text that is nothing but a denial, and what others did long ago or in
a story. The kinds of frames.yaml and what they do:

    denial     "not going to @": low; none when the whole text is a plain denial
    past       "years ago": one step down and at most moderate; low where wellbeing is stated
    joke       laughter or an everyday cause beside words that people use in jest: low
    story      films, songs, news: none unless the sender speaks of himself
    search     "reading forums about": what is looked up so is no story
    earnest    "not joking", "for real": cancels joke
    undenied   "cant stop @", "not gonna lie": a denying word that denies nothing
    well, but, present   helpers of the above
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from outreach.safety.chart import STOP, Chart
from outreach.safety.rules import Rule, Ruleset
from outreach.vocabulary import Concern, Severity

NEAR = 14
"""Words between a past frame and the hit it dates."""

_LIFE = frozenset({Concern.SUICIDE, Concern.SELF_HARM, Concern.OVERDOSE})
_STATES = frozenset({Concern.MEDICAL, Concern.MEDICATION})
"""What these say with a denying word or an old date ("cant talk", "none for years") is alarm."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that fits words [start, end) of a chart."""

    rule: Rule
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Judged:
    """A hit with the weight its surroundings leave it, and the frames that changed it."""

    hit: Hit
    severity: Severity
    changed_by: tuple[str, ...] = field(default=())


class Context:
    """The frames of one text, found once, and asked for every hit."""

    def __init__(self, chart: Chart, rules: Ruleset) -> None:
        self._chart = chart
        self._first, self._third = chart.covers(rules.first), chart.covers(rules.third)
        self._denials = list(rules.denials.candidates(chart))
        self._places: dict[str, list[tuple[int, int]]] = {}
        self._ids: dict[str, str] = {}
        for frame, pattern in rules.frames.candidates(chart):
            if places := list(chart.find(pattern)):
                self._places.setdefault(frame.kind, []).extend(places)
                self._ids.setdefault(frame.kind, frame.id)

    def judge(self, hits: list[Hit]) -> list[Judged]:
        """Weigh every hit; those that end in none are left out."""
        denied = {hit: self._denial(hit) for hit in hits}
        plain = all(denied.values()) and "but" not in self._places
        judged = [
            self._denied(hit, denial, plain=plain) if (denial := denied[hit]) else self._weigh(hit)
            for hit in hits
        ]
        return [each for each in judged if each.severity is not Severity.NONE]

    def _denial(self, hit: Hit) -> str | None:
        if hit.rule.concern in _STATES:
            return None
        self._chart.look_at(hit.start, hit.end)
        not_denying = self._places.get("undenied", [])
        for frame, pattern in self._denials:
            for start, end in self._chart.find(pattern):
                if end >= hit.end and not _within(start, not_denying):
                    return frame.id
        return None

    @staticmethod
    def _denied(hit: Hit, denial: str, *, plain: bool) -> Judged:
        return Judged(hit, Severity.NONE if plain else Severity.LOW, (denial,))

    def _weigh(self, hit: Hit) -> Judged:
        first = self._speaks_of_self(hit)
        if first is not True and "story" in self._places and "search" not in self._places:
            return Judged(hit, Severity.NONE, (self._ids["story"],))
        if self._is_past(hit):
            return Judged(hit, self._past(hit, first=first), (self._ids["past"],))
        if hit.rule.loose and "joke" in self._places and "earnest" not in self._places:
            return Judged(hit, Severity.LOW, (self._ids["joke"],))
        if first is False and hit.rule.concern is Concern.SUICIDE:
            return _raised_for_other(hit)
        return Judged(hit, hit.rule.severity)

    def _is_past(self, hit: Hit) -> bool:
        return hit.rule.concern not in _STATES and any(
            0 <= hit.start - end <= 1
            or (abs(start - hit.start) <= NEAR and not self._present_between(hit, start))
            for start, end in self._places.get("past", ())
        )

    def _present_between(self, hit: Hit, start: int) -> bool:
        low, high = sorted((hit.start, start))
        return any(
            low <= place < max(high, hit.end) for place, _ in self._places.get("present", ())
        )

    def _past(self, hit: Hit, *, first: bool | None) -> Severity:
        if first is False or (hit.rule.concern not in _LIFE and "well" in self._places):
            return Severity.NONE
        if "well" in self._places or hit.rule.severity.rank <= Severity.MODERATE.rank:
            return Severity.LOW
        return Severity.MODERATE

    def _speaks_of_self(self, hit: Hit) -> bool | None:
        """True for the sender, False for someone else, None when the words do not say."""
        for place in range(hit.end - 1, -1, -1):
            if place in self._third:
                return False
            if place in self._first:
                return True
            if self._chart.words[place] == STOP and place < hit.start:
                break
        return None


def _raised_for_other(hit: Hit) -> Judged:
    """A third person's passive wish weighs one step more: the sender cannot see into them."""
    if hit.rule.severity is Severity.MODERATE:
        return Judged(hit, Severity.HIGH, ("someone-else",))
    return Judged(hit, hit.rule.severity)


def _within(place: int, spans: Iterable[tuple[int, int]]) -> bool:
    return any(start <= place < end for start, end in spans)
