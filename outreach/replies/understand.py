"""Screening and reading one text before the write lock is taken. Pure: no rows, no clock.

Screened first, before any keyword (law 4). What cannot be screened or read says so, and a person
looks at it.
"""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from structlog import get_logger

from outreach.replies.binding import OpenPrompt, bind
from outreach.replies.inbound import InboundText
from outreach.replies.scene import Read
from outreach.replies.situation import Person, Situation
from outreach.safety.screen import Screening, screen, screen_together
from outreach.vocabulary import Concern, Intent, PromptKind, Severity

log = get_logger(__name__)


class Unread(StrEnum):
    """Why a person must read a text that software could not."""

    SCREENER_FAILED = "screener_failed"
    READER_FAILED = "reader_failed"
    MEDIA_ONLY = "media_only"
    SCRIPT = "script"
    """Written in letters of a language that no rule knows."""


@dataclass(frozen=True, slots=True)
class Understood:
    """What a text says. `joined` are the earlier replies without which it would weigh less."""

    screening: Screening | None
    reads: tuple[Read, ...]
    person: Person | None
    unread: Unread | None = None
    joined: tuple[str, ...] = ()

    @property
    def severity(self) -> Severity:
        """How fast a person must look because of what it says."""
        return self.screening.severity if self.screening else Severity.NONE

    @property
    def concern(self) -> Concern:
        """What it is about."""
        return self.screening.concern if self.screening else Concern.NONE

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
            }
            for read in self.reads
        ]


def understand(situation: Situation, text: InboundText, *, now: datetime) -> Understood:
    """Screen and read `text`; never raises, whatever the text."""
    unread = _unread(text)
    screening, joined = _screened(situation, text)
    if screening is None:
        unread = Unread.SCREENER_FAILED
    reads = _reads(situation, text, now)
    if reads is None:
        reads, unread = (), unread or Unread.READER_FAILED
    return Understood(screening, reads, _writer(situation, reads), unread, joined)


def _screened(situation: Situation, text: InboundText) -> tuple[Screening | None, tuple[str, ...]]:
    """The graver of the text alone and together with the replies of the last minutes.

    Together counts only if it is graver than each of its parts: an old cry is not a new one.
    """
    try:
        alone = screen(text.body)
        if not situation.earlier:
            return alone, ()
        together = screen_together([*(reply.body for reply in situation.earlier), text.body])
    except Exception as error:  # noqa: BLE001  law 4: no failure of the screener loses a cry
        log.error("screener failed", exc_info=error)
        return None, ()
    parts = max(alone.severity.rank, *(reply.severity.rank for reply in situation.earlier))
    if together.severity.rank > parts:
        return together, tuple(reply.id for reply in situation.earlier)
    return alone, ()


def _reads(situation: Situation, text: InboundText, now: datetime) -> tuple[Read, ...] | None:
    """What the text says, each part with the question it answers; None if the reader failed."""
    person = _addressed(situation)
    prompts = [
        OpenPrompt(question.id, question.kind, question.opened_at, question.answered_at)
        for question in situation.questions
    ]
    try:
        bound = bind(
            text.body,
            prompts,
            lang=person.language if person else situation.speaks,
            now=now,
            tz=person.zone if person else situation.zone,
        )
    except Exception as error:  # noqa: BLE001  a person reads what the reader cannot
        log.error("reader failed", exc_info=error)
        return None
    questions = {question.id: question for question in situation.questions}
    reads: list[Read] = []
    for each in bound:
        question = questions.get(each.prompt_id or "")
        reading = each.reading
        reads.append(Read(reading.intent, reading.value, question, reading.why))
        reads += [Read(also.intent, also.value, question, reading.why) for also in reading.also]
    return tuple(reads)


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
