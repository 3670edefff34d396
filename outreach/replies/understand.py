"""Screening and reading one text before the write lock is taken. Pure: no rows, no clock.

Screened first, before any keyword (law 4). What cannot be screened or read says so, and a person
looks at it.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypedDict
from zoneinfo import ZoneInfo

from structlog import get_logger

from outreach.replies.binding import Ambiguous, OpenPrompt, bind
from outreach.replies.carrier_words import carrier_intent
from outreach.replies.inbound import InboundText
from outreach.replies.interpret import interpret
from outreach.replies.scene import Read
from outreach.replies.screened import SCREENER, Screener, screened
from outreach.replies.situation import Person, Question, Situation
from outreach.safety.screen import Screening
from outreach.vocabulary import Concern, ConsentKind, Intent, PromptKind, Severity

log = get_logger(__name__)


class Unread(StrEnum):
    """Why a person must read a text that software could not."""

    SCREENER_FAILED = "screener_failed"
    READER_FAILED = "reader_failed"
    MEDIA_ONLY = "media_only"
    SCRIPT = "script"
    """Written in letters of a language that no rule knows."""

    @property
    def severity(self) -> Severity:
        """How fast a person must read it: what was never screened may be a cry for help."""
        return Severity.HIGH if self is Unread.SCREENER_FAILED else Severity.MODERATE


@dataclass(frozen=True, slots=True)
class Understood:
    """What a text says. `joined` are the earlier replies without which it would weigh less."""

    screening: Screening | None
    reads: tuple[Read, ...]
    person: Person | None
    unread: Unread | None = None
    joined: tuple[str, ...] = ()
    trouble: str | None = None
    """The counter of failed or slow screenings it belongs to."""

    @property
    def severity(self) -> Severity:
        """How fast a person must look because of what it says."""
        return self.screening.severity if self.screening else Severity.NONE

    @property
    def concern(self) -> Concern:
        """What it is about."""
        return self.screening.concern if self.screening else Concern.NONE

    @property
    def is_doubtful(self) -> bool:
        """Whether it answers either of two questions, and must be asked back."""
        return any(read.doubtful for read in self.reads)

    def screening_json(self) -> dict[str, Any] | None:
        """What is stored of the screening: ids and places, never words."""
        if self.screening is None:
            return None
        found = self.screening
        return {
            "rules": list(found.rules),
            "spans": [[span.start, span.end, span.rule] for span in found.spans],
            "context": list(found.context),
            "ruleset": found.ruleset,
            "joined": list(self.joined),
        }

    def readings_json(self) -> list[dict[str, Any]]:
        """What is stored of the readings: intents, values and prompt ids, never words."""
        return [
            {
                "intent": str(read.intent),
                "value": read.value,
                "prompt": read.question.id if read.question else None,
                **({"doubtful": True} if read.doubtful else {}),
            }
            for read in self.reads
        ]


def understand(
    situation: Situation, text: InboundText, *, now: datetime, screener: Screener = SCREENER
) -> Understood:
    """Screen and read `text`; never raises, whatever the text."""
    unread = _unread(text)
    found = screened(screener, text.body, situation.earlier)
    if found.screening is None:
        unread = Unread.SCREENER_FAILED
    reads = _reads(situation, text, now)
    if reads is None:
        reads, unread = (), unread or Unread.READER_FAILED
    writer = _writer(situation, reads)
    return Understood(found.screening, reads, writer, unread, found.joined, found.trouble)


def get_ready(now: datetime, screener: Screener = SCREENER) -> bool:
    """Load rules and phrases before the first text comes, which must not wait for it.

    False if they do not load. That does not keep the app from starting: texts are stored, and
    people are called to read them.
    """
    try:
        screener.screen("ready")
        interpret("ready", prompt=PromptKind.NONE, lang="en", now=now, tz=ZoneInfo("UTC"))
    except Exception:
        log.exception("screener or reader do not load")
        return False
    return True


def _reads(situation: Situation, text: InboundText, now: datetime) -> tuple[Read, ...] | None:
    """What the text says, each part with the question it answers; None if the reader failed."""
    try:
        chosen = _chosen(situation, text)
        if chosen is not None:
            return (chosen,)
        if _affirms_asked(situation, text, now):
            return (Read(Intent.OPT_IN, "", None),)
        reads = _bound_reads(situation, text, now)
        carriers = carrier_intent(text)
        if carriers is None or any(read.intent is carriers for read in reads):
            return reads
        return (Read(carriers, "", None), *reads)
    except Exception:
        log.exception("reader failed")
        return None


def _chosen(situation: Situation, text: InboundText) -> Read | None:
    """The answer to "which one did you mean": the earlier text, bound to the question picked."""
    body = text.body.strip()
    if not situation.unsettled or body not in {"1", "2"}:
        return None
    picked = situation.unsettled[int(body) - 1]
    question = situation.question(picked["prompt"])
    return Read(Intent(picked["intent"]), picked["value"], question) if question else None


def _affirms_asked(situation: Situation, text: InboundText, now: datetime) -> bool:
    """Whether somebody whom staff only asked for consent says yes, in whatever words."""
    if situation.consent is None or situation.consent.kind is not ConsentKind.ASKED:
        return False
    reading = interpret(text.body, prompt=PromptKind.APPOINTMENT, **_ear(situation, now))
    return reading.intent is Intent.CONFIRM


def _bound_reads(situation: Situation, text: InboundText, now: datetime) -> tuple[Read, ...]:
    """Open questions first; what answers none of them may correct an answer given before."""
    ear = _ear(situation, now)
    bound = bind(text.body, _prompts(situation.open_questions()), **ear)
    if isinstance(bound, tuple) and bound[0].prompt_id is None:
        correctable = _correctable(situation, bound[0].reading.intent, now)
        corrected = bind(text.body, _prompts(correctable), **ear) if correctable else bound
        if isinstance(corrected, tuple) and corrected[0].prompt_id is not None:
            bound = corrected
    if isinstance(bound, Ambiguous):
        return tuple(
            Read(reading.intent, reading.value, situation.question(prompt_id), doubtful=True)
            for prompt_id, reading in zip(bound.prompt_ids[:2], bound.readings, strict=False)
        )
    reads: list[Read] = []
    for each in bound:
        question, reading = situation.question(each.prompt_id), each.reading
        reads.append(
            Read(
                reading.intent,
                reading.value,
                question,
                reading.why,
                may_refuse=reading.may_refuse,
            )
        )
        reads += [Read(also.intent, also.value, question, reading.why) for also in reading.also]
    return tuple(reads)


def _correctable(situation: Situation, intent: Intent, now: datetime) -> list[Question]:
    """The answered questions that a text which answers no open one may correct.

    "ok thanks" after an answer is a note and no second answer; only a new figure is sure.
    """
    answered = situation.answered_questions(now)
    if intent is Intent.NOTE:
        return [each for each in answered if each.kind is PromptKind.SCALE]
    return answered if intent is Intent.UNCLEAR else []


class _Ear(TypedDict):
    """How the interpreter hears a text: the writer's language, moment and zone."""

    lang: str
    now: datetime
    tz: ZoneInfo


def _ear(situation: Situation, now: datetime) -> _Ear:
    person = _addressed(situation)
    if person is not None:
        return _Ear(lang=person.language, now=now, tz=person.zone)
    zone = ZoneInfo(situation.program.file.timezone)
    return _Ear(lang=situation.speaks, now=now, tz=zone)


def _prompts(questions: Iterable[Question]) -> list[OpenPrompt]:
    return [
        OpenPrompt(each.id, each.kind, each.opened_at, each.campaign_id, each.subject or None)
        for each in questions
    ]


def _writer(situation: Situation, reads: tuple[Read, ...]) -> Person | None:
    """Who wrote: whose question is answered, else whom we texted last (people share phones)."""
    for read in reads:
        if read.question is not None:
            return situation.person(read.question.client_id)
    return _addressed(situation)


def _addressed(situation: Situation) -> Person | None:
    last = situation.person(situation.last_texted)
    return last or (situation.people[0] if situation.people else None)


def _unread(text: InboundText) -> Unread | None:
    if text.body.strip():
        return None if _is_our_script(text.body) else Unread.SCRIPT
    return Unread.MEDIA_ONLY if text.media else None


def _is_our_script(body: str) -> bool:
    """Whether most letters are Latin; digits, emoji and signs are everybody's."""
    letters = [letter for letter in body if letter.isalpha()]
    latin = sum(letter.isascii() or "LATIN" in unicodedata.name(letter, "") for letter in letters)
    return latin * 2 >= len(letters)
