"""Everything one inbound text is read in the light of: plain values (loaded by `load`)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from outreach.policy.consent import ConsentState
from outreach.programs.loaded import LoadedProgram
from outreach.safety.clocks import JOINED_REPLIES
from outreach.vocabulary import PromptKind, Severity


@dataclass(frozen=True, slots=True)
class Person:
    """A client who has this number."""

    id: str
    language: str
    zone: ZoneInfo
    is_active: bool
    paused_by: str | None
    welcomed: bool
    frequency: str | None
    name_sealed: bytes | None


@dataclass(frozen=True, slots=True)
class Question:
    """A prompt that is open, or was answered and may still be corrected."""

    id: str
    client_id: str
    kind: PromptKind
    subject: str
    campaign_id: str
    opened_at: datetime
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Earlier:
    """A reply of the last minutes from the same number."""

    id: str
    body: str
    severity: Severity


@dataclass(frozen=True, slots=True)
class OpenFlag:
    """A flag about this client or number that is not closed or not old."""

    severity: Severity
    is_open: bool
    latest: datetime


@dataclass(frozen=True, slots=True)
class Situation:
    """What was known when the text came in; `hashes` are all fingerprints of the number."""

    program: LoadedProgram
    number: str
    hashes: tuple[str, ...]
    people: tuple[Person, ...]
    consent: ConsentState | None
    questions: tuple[Question, ...]
    earlier: tuple[Earlier, ...]
    was_unclear: bool
    unsettled: tuple[dict[str, Any], ...]
    """The two readings between which the last reply was asked to choose."""
    flags: tuple[OpenFlag, ...]
    last_texted: str | None
    """The client whom the newest text to this number was for."""

    @property
    def number_hash(self) -> str:
        """The hash that rows about this number hold."""
        return self.hashes[0]

    @property
    def speaks(self) -> str:
        """The language to answer in when nobody is known."""
        return self.people[0].language if self.people else self.program.file.languages[0]

    def person(self, client_id: str | None) -> Person | None:
        """The client with this id, if they have this number."""
        return next((person for person in self.people if person.id == client_id), None)

    def question(self, prompt_id: str | None) -> Question | None:
        """The question with this id, if it was loaded."""
        return next((each for each in self.questions if each.id == prompt_id), None)

    def open_questions(self) -> list[Question]:
        """The questions that wait for an answer, newest first."""
        return [each for each in self.questions if each.answered_at is None]

    def answered_questions(self, now: datetime) -> list[Question]:
        """Questions that may be corrected; to open ones words are added only within minutes."""
        return [
            each
            for each in self.questions
            if each.answered_at is not None
            and (each.kind is not PromptKind.OPEN or each.answered_at > now - JOINED_REPLIES)
        ]

    def open_severity(self) -> Severity:
        """The gravest flag that is open."""
        open_ones = [flag.severity for flag in self.flags if flag.is_open]
        return max(open_ones, key=lambda severity: severity.rank, default=Severity.NONE)
