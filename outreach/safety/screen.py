"""How worried should we be? Reads one text and says what a person should look at, and how soon.

It finds messages for people to review; it is never a diagnosis, and silence from it proves nothing.
Pure and deterministic: the same text and ruleset give the same answer. Steps: read (normalise and
de-obfuscate) -> mask idioms and titles -> find the rules that fit -> weigh them by context -> the
gravest wins -> the second vote may ask for a review or help settle how fast (vote.py).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from outreach.safety.chart import MASKED, Chart
from outreach.safety.context import Context, Hit, Judged
from outreach.safety.rules import Ruleset, load_rules
from outreach.safety.tokens import Token
from outreach.safety.vote import (
    CALM,
    FEWEST_TO_CALM,
    PAGE,
    REVIEW,
    Model,
    Opinion,
    enough,
    load_model,
)
from outreach.vocabulary import Concern, Severity

WINDOW, OVERLAP = 1600, 200
"""Characters read at once (Twilio delivers at most 1,600); longer texts are read in overlapping
windows, so that nothing at the end is lost and time stays linear."""

_URGENCY = (
    Concern.OVERDOSE,
    Concern.SUICIDE,
    Concern.SELF_HARM,
    Concern.HARM_TO_OTHERS,
    Concern.ABUSE,
    Concern.MEDICAL,
    Concern.PSYCHOSIS,
    Concern.RELAPSE,
    Concern.MEDICATION,
    Concern.BASIC_NEEDS,
    Concern.DISTRESS,
)
"""When several concerns weigh the same, the one that threatens life soonest (contract.md)."""


@dataclass(frozen=True, slots=True)
class Span:
    """Evidence: raw[start:end] made `rule` fit."""

    start: int
    end: int
    rule: str


@dataclass(frozen=True, slots=True)
class Screening:
    """What a text is about and how fast a person must look.

    `rules` and `spans` name what was found, gravest first; `context` what lowered or raised it;
    `ruleset` the versions of the rules and of the second vote. Severity none with a context: what
    fitted was a plain denial, a story or long past.
    """

    concern: Concern
    severity: Severity
    rules: tuple[str, ...]
    spans: tuple[Span, ...]
    context: tuple[str, ...]
    ruleset: str


@dataclass(frozen=True, slots=True)
class _Read:
    """The words of one window, masked and charted, with the tokens that they came from."""

    chart: Chart
    tokens: Sequence[Token]
    offset: int

    def spans(self, places: Sequence[int], rule: str) -> tuple[Span, ...]:
        seen = (self.tokens[place] for place in places)
        return tuple(Span(self.offset + each.start, self.offset + each.end, rule) for each in seen)


def screen(text: str) -> Screening:
    """Screen one raw text of any length. Never raises on any string."""
    vote = load_model()
    found = _gravest(text, vote)
    return replace(found, ruleset=f"{found.ruleset}-{vote.version}")


def screen_by_rules(text: str) -> Screening:
    """What the rules say by themselves: the second vote is trained beside this."""
    return _gravest(text, None)


def words_read(text: str) -> list[str]:
    """The words of a text (up to WINDOW characters) as rules and vote read them, idioms masked."""
    rules = load_rules()
    return list(_masked_chart([token.word for token in rules.reader.read(text)], rules).words)


def screen_together(texts: Sequence[str]) -> Screening:
    """Screen a client's last texts as one cry that was split, in this order and reversed.

    The higher grade wins. Spans are indices into the texts joined by newlines, in the order that
    won; at least one text is needed.
    """
    onward, back = screen("\n".join(texts)), screen("\n".join(reversed(texts)))
    return back if back.severity.rank > onward.severity.rank else onward


def _gravest(text: str, vote: Model | None) -> Screening:
    rules = load_rules()
    screenings = [_screen_window(text, start, rules, vote) for start in _windows(len(text))]
    return max(screenings, key=lambda each: each.severity.rank)


def _windows(size: int) -> Iterator[int]:
    yield 0
    yield from range(WINDOW - OVERLAP, size - OVERLAP, WINDOW - OVERLAP)


def _screen_window(text: str, start: int, rules: Ruleset, vote: Model | None) -> Screening:
    tokens = rules.reader.read(text[start : start + WINDOW])
    chart = _masked_chart([token.word for token in tokens], rules)
    hits = [
        Hit(rule, *place)
        for rule, pattern in rules.index.candidates(chart)
        for place in chart.find(pattern)
        if place[1] > place[0]
    ]
    judged = Context(chart, rules).judge(hits) if hits else []
    found = _summary(judged, tokens, start, rules.version)
    if hits and not judged:
        found = replace(found, context=("set aside",))
    if vote is None or found.context:
        return found
    opinion = vote.opinion(chart.words)
    return _voted(found, vote, opinion, _Read(chart, tokens, start)) if opinion else found


def mentions(words: Sequence[str]) -> tuple[str, ...]:
    """What dangers a text names (rules/mentions.yaml), each once."""
    return _mentions(Chart(words, load_rules().barriers))


def _mentions(chart: Chart) -> tuple[str, ...]:
    fitting = load_rules().mentions.candidates(chart)
    named = (name for name, line in fitting if any(chart.find(line)))
    return tuple(dict.fromkeys(f"names-{name}" for name in named))


def _voted(found: Screening, vote: Model, opinion: Opinion, text: _Read) -> Screening:
    """What the rules found, with the second vote counted in.

    It is not asked where context has weighed what was found: it cannot read a denial.
    """
    words = text.chart.words
    named = _mentions(text.chart) if vote.thresholds.may_speak(opinion) else ()
    severity = vote.thresholds.settle(
        found.severity, opinion, named=bool(named) or found.concern is not Concern.NONE
    )
    if severity is found.severity:
        return found
    if severity.rank < found.severity.rank:
        calmed = replace(
            found, severity=severity, context=("second vote",), rules=(*found.rules, CALM)
        )
        return calmed if enough(words, FEWEST_TO_CALM) else found
    name = REVIEW if severity is Severity.LOW else PAGE
    return replace(
        found,
        concern=vote.concern(words) if found.concern is Concern.NONE else found.concern,
        severity=severity,
        rules=(*found.rules, *(named if severity is Severity.HIGH else ()), name),
        spans=(*found.spans, *text.spans(vote.places(words), name)),
        context=("second vote",),
    )


def _masked_chart(words: list[str], rules: Ruleset) -> Chart:
    """The chart of the words with idioms and titles taken out."""
    chart = Chart(words, rules.barriers)
    masked = list(words)
    for _, pattern in rules.masks.candidates(chart):
        for start, end in chart.find(pattern):
            masked[start:end] = [MASKED] * (end - start)
    return chart if masked == words else Chart(masked, rules.barriers)


def _summary(judged: list[Judged], tokens: list[Token], offset: int, version: str) -> Screening:
    if not judged:
        return Screening(Concern.NONE, Severity.NONE, (), (), (), version)
    order = sorted(judged, key=_gravity)
    gravest = order[0]
    spans = dict.fromkeys(
        Span(
            offset + tokens[each.hit.start].start,
            offset + tokens[each.hit.end - 1].end,
            each.hit.rule.id,
        )
        for each in order
    )
    return Screening(
        concern=gravest.hit.rule.concern,
        severity=gravest.severity,
        rules=tuple(dict.fromkeys(each.hit.rule.id for each in order)),
        spans=tuple(spans),
        context=tuple(dict.fromkeys(name for each in order for name in each.changed_by)),
        ruleset=version,
    )


def _gravity(judged: Judged) -> tuple[int, int, int, str]:
    rule = judged.hit.rule
    return (-judged.severity.rank, _URGENCY.index(rule.concern), judged.hit.start, rule.id)
