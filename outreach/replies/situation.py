"""Everything one inbound text is read in the light of, loaded before the write lock is taken.

A handful of narrow statements: this is the hot path of the webhooks app.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, func, or_, select
from sqlalchemy.orm import Session

from outreach import vault
from outreach.models import (
    Client,
    Consent,
    Flag,
    Message,
    Program,
    Prompt,
    Reply,
    Sender,
    unseal,
)
from outreach.policy.consent import ConsentState
from outreach.programs.loaded import LoadedProgram, load_program
from outreach.replies.inbound import InboundText
from outreach.safety.clocks import JOINED_REPLIES, RECENT
from outreach.vocabulary import (
    ClientStatus,
    ConsentKind,
    ConsentSource,
    FlagState,
    Intent,
    PromptKind,
    Severity,
)

MOST_JOINED = 5

SETTLED_WITHIN = timedelta(hours=4)
"""How long "which one did you mean" may be answered with a digit."""


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


def load_situation(
    session: Session, text: InboundText, *, now: datetime, but: str = ""
) -> Situation | None:
    """What is known about this text's number; None if its `To` is no program's.

    `but` is the id of the reply itself, where it is stored already.
    """
    program = _program(session, text)
    if program is None:
        return None
    hashes = vault.current().fingerprints(text.sender)
    people = _people(session, program, hashes)
    consent = _consent(session, program.id, hashes)
    replies = _latest_replies(session, program.id, hashes, but)
    ids = tuple(person.id for person in people)
    return Situation(
        program=program,
        number=text.sender,
        hashes=_stored_first(hashes, consent[1] if consent else None),
        people=people,
        consent=consent[0] if consent else None,
        questions=_questions(session, ids, now) if ids else (),
        earlier=_earlier(replies, now),
        was_unclear=bool(replies) and _is_unclear(replies[0].readings),
        unsettled=_unsettled(replies, now),
        flags=_flags(session, program.id, ids, hashes, now),
        last_texted=_last_texted(session, program.id, hashes) if len(ids) > 1 else None,
    )


def _stored_first(hashes: tuple[str, ...], stored: str | None) -> tuple[str, ...]:
    """The fingerprint that the consent row has goes first, also after a change of keys."""
    return (stored, *(each for each in hashes if each != stored)) if stored else hashes


_programs: dict[tuple[str, int, bool], LoadedProgram] = {}


def _program(session: Session, text: InboundText) -> LoadedProgram | None:
    """The program of the number or messaging service; its file is opened once per version."""
    addresses = [address for address in (text.to, text.service) if address]
    row = session.execute(
        select(Program.id, Program.version, Program.paused_at)
        .join(Sender, Sender.program_id == Program.id)
        .where(Sender.address.in_(addresses))
        .limit(1)
    ).first()
    if row is None:
        return None
    key = (row.id, row.version, row.paused_at is not None)
    if key not in _programs:
        _programs[key] = load_program(session, row.id)
    return _programs[key]


def _people(
    session: Session, program: LoadedProgram, hashes: tuple[str, ...]
) -> tuple[Person, ...]:
    rows = session.execute(
        select(
            Client.id,
            Client.status,
            Client.language,
            Client.chosen_language,
            Client.chosen_frequency,
            Client.timezone,
            Client.zones,
            Client.paused_at,
            Client.paused_by,
            Client.welcomed_at,
            Client.name_sealed,
        )
        .where(Client.program_id == program.id, Client.number_hash.in_(hashes))
        .order_by(Client.created_at, Client.id)
    ).all()
    return tuple(_person(row, program) for row in rows)


def _person(row: Row[Any], program: LoadedProgram) -> Person:
    zones = row.zones or []
    return Person(
        id=row.id,
        language=row.chosen_language or row.language,
        zone=ZoneInfo(row.timezone or (zones[0] if len(zones) == 1 else program.file.timezone)),
        is_active=row.status == ClientStatus.ACTIVE,
        paused_by=row.paused_by if row.paused_at is not None else None,
        welcomed=row.welcomed_at is not None,
        frequency=row.chosen_frequency,
        name_sealed=row.name_sealed,
    )


def _consent(
    session: Session, program_id: str, hashes: tuple[str, ...]
) -> tuple[ConsentState, str] | None:
    row = session.execute(
        select(
            Consent.in_force, Consent.kind, Consent.source, Consent.since, Consent.number_hash
        ).where(Consent.program_id == program_id, Consent.number_hash.in_(hashes))
    ).first()
    if row is None:
        return None
    kind, source = ConsentKind(row.kind), ConsentSource(row.source)
    return ConsentState(row.in_force, kind, source, row.since), row.number_hash


def _questions(session: Session, ids: tuple[str, ...], now: datetime) -> tuple[Question, ...]:
    """Open ones and those answered but not yet closed, newest first."""
    rows = session.execute(
        select(
            Prompt.id,
            Prompt.client_id,
            Prompt.kind,
            Prompt.subject,
            Prompt.campaign_id,
            Prompt.opened_at,
            Prompt.answered_at,
        )
        .where(Prompt.client_id.in_(ids), Prompt.closes_at > now, Prompt.opened_at <= now)
        .order_by(Prompt.opened_at.desc())
        .limit(20)
    ).all()
    return tuple(
        Question(
            row.id,
            row.client_id,
            PromptKind(row.kind),
            row.subject,
            row.campaign_id,
            row.opened_at,
            row.answered_at,
        )
        for row in rows
    )


def _latest_replies(
    session: Session, program_id: str, hashes: tuple[str, ...], but: str
) -> list[Row[Any]]:
    return list(
        session.execute(
            select(Reply.id, Reply.body_sealed, Reply.severity, Reply.readings, Reply.received_at)
            .where(
                Reply.program_id == program_id,
                Reply.number_hash.in_(hashes),
                Reply.id != but,
            )
            .order_by(Reply.received_at.desc())
            .limit(MOST_JOINED)
        )
    )


def _earlier(replies: list[Row[Any]], now: datetime) -> tuple[Earlier, ...]:
    """The replies of the last minutes, oldest first."""
    return tuple(
        Earlier(
            row.id,
            unseal(Reply, "body", row.id, row.body_sealed) or "",
            Severity(row.severity or Severity.NONE),
        )
        for row in reversed(replies)
        if row.received_at > now - JOINED_REPLIES
    )


def _is_unclear(readings: list[Any] | None) -> bool:
    return bool(readings) and all(reading["intent"] == Intent.UNCLEAR for reading in readings or ())


def _unsettled(replies: list[Row[Any]], now: datetime) -> tuple[dict[str, Any], ...]:
    if not replies or replies[0].received_at < now - SETTLED_WITHIN:
        return ()
    readings = replies[0].readings or ()
    return tuple(readings) if len(readings) == 2 and readings[0].get("doubtful") else ()


def _flags(
    session: Session,
    program_id: str,
    ids: tuple[str, ...],
    hashes: tuple[str, ...],
    now: datetime,
) -> tuple[OpenFlag, ...]:
    latest = func.coalesce(Flag.last_reply_at, Flag.opened_at)
    rows = session.execute(
        select(Flag.severity, Flag.state, latest.label("latest")).where(
            Flag.program_id == program_id,
            or_(Flag.client_id.in_(ids), Flag.number_hash.in_(hashes)),
            or_(Flag.state != FlagState.CLOSED, Flag.opened_at > now - RECENT),
        )
    ).all()
    return tuple(
        OpenFlag(Severity(row.severity), row.state != FlagState.CLOSED, row.latest) for row in rows
    )


def _last_texted(session: Session, program_id: str, hashes: tuple[str, ...]) -> str | None:
    return session.scalar(
        select(Message.client_id)
        .where(
            Message.program_id == program_id,
            Message.number_hash.in_(hashes),
            Message.client_id.is_not(None),
        )
        .order_by(Message.created_at.desc())
        .limit(1)
    )
