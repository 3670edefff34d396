"""The writers' rules that one text can break by itself. `RULES` at the end lists them all."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from outreach.content.collections import Collection, Kind, collection_named
from outreach.content.crisis_lines import countries
from outreach.content.library import DISCREET, Text
from outreach.content.readability import grade, inflesz, sentences, words
from outreach.content.render import placeholders, render
from outreach.content.samples import sample_variables
from outreach.content.segments import segments
from outreach.content.wordlists import Severity, asks, fold, matches, required_words

LOCK_SCREEN = 40  # characters of a text that a locked phone shows

ENOUGH_WORDS = 12  # below, both formulas swing with a single word


@dataclass(frozen=True, slots=True)
class Subject:
    """A text and what the rules ask about it.

    `filled` has sample values; `own` has `#` in their place, so that only our words count.
    """

    text: Text
    collection: Collection
    filled: str
    own: str
    variables: frozenset[str]

    @property
    def kind(self) -> Kind:
        return self.collection.kind


@dataclass(frozen=True, slots=True)
class Finding:
    rule: str
    message: str
    severity: Severity = "error"


def findings(text: Text) -> Iterator[Finding]:
    """Everything that is wrong with `text`. Its collection must be a known one."""
    collection = collection_named(text.collection)
    if collection is None:
        raise ValueError(f"{text.collection!r} is no known collection")
    names = placeholders(text.text).names
    filled = render(text.text, sample_variables(text.lang))
    own = render(text.text, dict.fromkeys(names, "#"))
    subject = Subject(text, collection, filled, own, names)
    for rule in RULES:
        yield from rule(subject)


def _fits(subject: Subject) -> Iterator[Finding]:
    limit = subject.collection.segments
    for country in countries():
        filled = render(subject.text.text, sample_variables(subject.text.lang, country))
        size = segments(filled)
        if size.count > limit:
            cause = "" if size.encoding == "GSM-7" else " (a character outside GSM-7)"
            yield Finding("too-long", f"{size.count} segments of {limit} in {country}{cause}")
            return
    if subject.kind in {Kind.HOPE, Kind.CHECK_IN} and len(subject.filled) > 120:
        yield Finding("long", f"{len(subject.filled)} characters; 120 read better", "warning")


_STRANGE = re.compile("[\x00-\x1f\x7f\u2018-\u201f\u2026\u00a0\u200b-\u200d\ufeff]")
_EMOJI = re.compile("[\u2600-\u27bf\U0001f000-\U0001faff]")


def _characters(subject: Subject) -> Iterator[Finding]:
    if match := _STRANGE.search(subject.text.text):
        yield Finding("odd-character", f"{match[0]!r} does not belong here; use a plain one")
    if re.search(r"[{}]", subject.filled):
        yield Finding("braces", "a brace is left over after filling in")
    emoji = len(_EMOJI.findall(subject.filled))
    if emoji > (0 if subject.kind is Kind.SAFETY else 1):
        yield Finding("emoji", "no emoji in a safety reply, at most one elsewhere")


_WORDS_TO_TEXT_BACK = re.compile(
    r"\b(?:text|reply|write|escriba|responda|envie)(?-i:(?: (?:(?:or|o) )?[A-ZÑ0-9]+\b)+)", re.I
)


def _loudness(subject: Subject) -> Iterator[Finding]:
    if subject.own.count("!") > 1:
        yield Finding("exclamation", "more than one exclamation mark")
    quiet = _WORDS_TO_TEXT_BACK.sub("", subject.own)
    for word in re.findall(r"\b[A-ZÑ]{4,}\b", quiet):
        if word not in {"STOP", "HELP", "START"}:
            yield Finding("shouting", f"{word}: capitals are for words to text back")


def _name_once(subject: Subject) -> Iterator[Finding]:
    if len(re.findall(r"{{-? *name\b", subject.text.text)) > 1:
        yield Finding("name-twice", "a name said twice sounds like selling")


_LINK = re.compile(r"https?://\S+|\b(?:bit\.ly|tinyurl\.com|t\.co|goo\.gl)/\S+")


def _links(subject: Subject) -> Iterator[Finding]:
    links = _LINK.findall(subject.filled)
    if len(links) > 1:
        yield Finding("links", "more than one link")
    if links and subject.kind is Kind.HOPE:
        yield Finding("link-in-hope", "a caring note carries no link")
    if any(not link.startswith("https://") for link in links):
        yield Finding("bad-link", "https only, and no public shortener: carriers block them")


def _reading_ease(subject: Subject) -> Iterator[Finding]:
    if len(words(subject.own)) < ENOUGH_WORDS:
        return
    if subject.text.lang == "en" and (level := grade(subject.own)) > 6:
        severity: Severity = "error" if level > 8 else "warning"
        yield Finding("hard-to-read", f"school grade {level:.1f}; aim for 6", severity)
    if subject.text.lang == "es" and (ease := inflesz(subject.own)) < 65:
        severity = "error" if ease < 55 else "warning"
        yield Finding("hard-to-read", f"INFLESZ {ease:.0f}; aim for 80", severity)


def _long_sentences_and_words(subject: Subject) -> Iterator[Finding]:
    for sentence in sentences(subject.own):
        count = len(words(sentence))
        if count > 15:
            severity: Severity = "error" if count > 20 else "warning"
            yield Finding("long-sentence", f"{count} words in one sentence", severity)
    for word in words(subject.own):
        if len(word) > 12:
            yield Finding("long-word", f"{word}: look for a shorter one", "warning")
    if subject.kind is Kind.HOPE and len(sentences(subject.own)) > 2:
        yield Finding("long", "a caring note has at most two sentences", "warning")


def _asking(subject: Subject) -> Iterator[Finding]:
    """Asks are question marks and requests; the digits after a question belong to it."""
    rules = asks(subject.text.lang)
    if rules is None or subject.kind is Kind.SAFETY:
        return
    own = _BESIDE_ANY_ASK.sub("", _with_emergency(subject))
    questions = own.count("?")
    folded = fold(own)
    requests = len(rules.request.findall(_DIGIT_ANSWER.sub("", folded) if questions else folded))
    if subject.kind is Kind.HOPE and (questions or rules.advice.search(folded) or requests):
        yield Finding("ask-in-hope", "a caring note asks and advises nothing")
    elif questions + requests > 1:
        yield Finding("many-asks", f"{questions + requests} asks; one text, one ask")


# Sentences on what to do in danger and how to stop may stand beside whatever else is asked.
_BESIDE_ANY_ASK = re.compile(r"[^.]*(?:STOP|911)[^.]*")
_DIGIT_ANSWER = re.compile(r"(?:reply|responda|responde) (?:\d|with|con)")


def _with_emergency(subject: Subject) -> str:
    return render(subject.text.text, {**dict.fromkeys(subject.variables, "#"), "emergency": "911"})


def _carrier_words(subject: Subject) -> Iterator[Finding]:
    rules = asks(subject.text.lang)
    carrier = rules.carrier if rules else frozenset()
    allowed = required_words(subject.collection.name, subject.text.lang)
    for match in _WORDS_TO_TEXT_BACK.finditer(subject.own):
        _, *offered = match[0].split()
        alone = len(offered) == 1 and offered[0] not in allowed
        if alone and offered[0].casefold() in carrier:
            yield Finding("carrier-word", f"{offered[0]} stops or starts texts; use a digit")


def _check_in_shape(subject: Subject) -> Iterator[Finding]:
    if subject.kind is not Kind.CHECK_IN:
        return
    if subject.filled.count("?") != 1:
        yield Finding("one-question", "a check-in asks exactly one question")
    if subject.collection.name == "goal_check_in" and not _digits(subject) >= {"1", "2", "3"}:
        yield Finding("no-answers", "say the answers: 1 yes, 2 some, 3 not yet")
    if subject.collection.name == "scale_check_in":
        meant = set(re.findall(r"\b(0|10),? (?:is|means|es|son|significa)\b", fold(subject.own)))
        if meant != {"0", "10"}:
            yield Finding("no-ends", "say what 0 and 10 mean")


def _reminder_shape(subject: Subject) -> Iterator[Finding]:
    if subject.kind is not Kind.REMINDER:
        return
    if not subject.variables >= {"weekday", "date", "time"}:
        yield Finding("no-when", "a reminder names weekday, date and time")
    if not subject.variables & {"who", "where"} and DISCREET not in subject.text.tags:
        yield Finding("no-who", "say with whom or where")
    if re.search(r"\d/\d", subject.own):
        yield Finding("digit-date", "03/04 is March to some and April to others")
    if not (_digits(subject) >= {"1", "2", "3"} or "contact" in subject.variables):
        yield Finding("no-way-out", "say how to change or decline")


def _safety_shape(subject: Subject) -> Iterator[Finding]:
    if subject.kind is not Kind.SAFETY:
        return
    lines = {"crisis_line", "needs_line", "poison_line"} & subject.variables
    if "emergency" not in subject.variables or not lines:
        yield Finding("no-lines", "give {{ emergency }} and one of the crisis lines")
    if "?" in subject.own:
        yield Finding("question-in-safety", "a safety reply asks nothing")
    if "!" in subject.own:
        yield Finding("exclamation", "calm words need no exclamation mark", "warning")
    claims = re.search(r"\b(staff|team|told|equipo|personal|avisamos)\b", fold(subject.own))
    if claims and not subject.text.id.endswith("-told"):
        yield Finding("claims-told", "only a `-told` text may say that a person knows")


def _legal_words(subject: Subject) -> Iterator[Finding]:
    for phrase in required_words(subject.collection.name, subject.text.lang):
        if phrase not in subject.own:
            yield Finding("legal-words", f"must say {phrase!r}")


def _listed_words(subject: Subject) -> Iterator[Finding]:
    for rule, match in matches(subject.own, subject.text.lang, subject.collection):
        severity = rule.severity_in(subject.kind)
        if rule.rule == "lock-screen":
            if subject.kind is Kind.SAFETY:
                continue
            shown = match.start() < LOCK_SCREEN or DISCREET in subject.text.tags
            severity = "error" if shown else "warning"
        yield Finding(rule.rule, f"{match[0]!r}: {rule.say}", severity)


def _spanish_marks(subject: Subject) -> Iterator[Finding]:
    if subject.text.lang == "es":
        for closing, opening in ("?¿", "!¡"):
            if subject.own.count(closing) != subject.own.count(opening):
                yield Finding("opening-mark", f"{opening} is missing; it is in GSM-7")


def _digits(subject: Subject) -> set[str]:
    return set(re.findall(r"(?<![\w#])\d+(?!\w)", subject.own))


RULES: tuple[Callable[[Subject], Iterator[Finding]], ...] = (
    _fits,
    _characters,
    _loudness,
    _name_once,
    _links,
    _reading_ease,
    _long_sentences_and_words,
    _asking,
    _carrier_words,
    _check_in_shape,
    _reminder_shape,
    _safety_shape,
    _legal_words,
    _listed_words,
    _spanish_marks,
)
