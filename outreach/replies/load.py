"""Loading the situation of one inbound text, before the write lock is taken.

A handful of narrow statements, each built once: this is the hot path of the webhooks app, and
making a statement costs several times what running it does.
"""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BindParameter, Connection, Executable, Row, bindparam, func, or_, select
from sqlalchemy.orm import Session

from outreach import vault
from outreach.models import Client, Consent, Flag, Message, Program, Prompt, Reply, Sender, unseal
from outreach.policy.consent import ConsentState
from outreach.programs.loaded import LoadedProgram, load_program
from outreach.replies.inbound import InboundText
from outreach.replies.situation import Earlier, OpenFlag, Person, Question, Situation
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


def load_situation(
    session: Session, text: InboundText, *, now: datetime, but: str = ""
) -> Situation | None:
    """What is known about this text's number; None if its `To` is no program's.

    `but` is the id of the reply itself, where it is stored already.
    """
    program = _program(session, text)
    if program is None:
        return None
    connection = session.connection()  # past the ORM, which would look at each row again
    hashes = vault.current().fingerprints(text.sender)
    people = _people(connection, program, hashes)
    consent = _consent(connection, program.id, hashes)
    replies = _rows(connection, _REPLIES, program_id=program.id, hashes=hashes, but=but)
    ids = tuple(person.id for person in people)
    return Situation(
        program=program,
        number=text.sender,
        hashes=_stored_first(hashes, consent[1] if consent else None),
        people=people,
        consent=consent[0] if consent else None,
        questions=_questions(connection, ids, now) if ids else (),
        earlier=_earlier(replies, now),
        was_unclear=bool(replies) and _is_unclear(replies[0].readings),
        unsettled=_unsettled(replies, now),
        flags=_flags(connection, program.id, ids, hashes, now),
        last_texted=_last_texted(connection, program.id, hashes) if len(ids) > 1 else None,
    )


_programs: dict[tuple[str, int, bool], LoadedProgram] = {}

_HASHES: BindParameter[list[str]] = bindparam("hashes", expanding=True)
_IDS: BindParameter[list[str]] = bindparam("ids", expanding=True)

_PROGRAM = (
    select(Program.id, Program.version, Program.paused_at)
    .join(Sender, Sender.program_id == Program.id)
    .where(Sender.address.in_(bindparam("addresses", expanding=True)))
    .limit(1)
)

_PEOPLE = (
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
    .where(Client.program_id == bindparam("program_id"), Client.number_hash.in_(_HASHES))
    .order_by(Client.created_at, Client.id)
)

_CONSENT = select(
    Consent.in_force, Consent.kind, Consent.source, Consent.since, Consent.number_hash
).where(Consent.program_id == bindparam("program_id"), Consent.number_hash.in_(_HASHES))

_QUESTIONS = (
    select(
        Prompt.id,
        Prompt.client_id,
        Prompt.kind,
        Prompt.subject,
        Prompt.campaign_id,
        Prompt.opened_at,
        Prompt.answered_at,
    )
    .where(
        Prompt.client_id.in_(_IDS),
        Prompt.closes_at > bindparam("now"),
        Prompt.opened_at <= bindparam("now"),
    )
    .order_by(Prompt.opened_at.desc())
    .limit(20)
)

_REPLIES = (
    select(Reply.id, Reply.body_sealed, Reply.severity, Reply.readings, Reply.received_at)
    .where(
        Reply.program_id == bindparam("program_id"),
        Reply.number_hash.in_(_HASHES),
        Reply.id != bindparam("but"),
    )
    .order_by(Reply.received_at.desc())
    .limit(MOST_JOINED)
)

_FLAGS = select(
    Flag.severity, Flag.state, func.coalesce(Flag.last_reply_at, Flag.opened_at).label("latest")
).where(
    Flag.program_id == bindparam("program_id"),
    or_(Flag.client_id.in_(_IDS), Flag.number_hash.in_(_HASHES)),
    or_(Flag.state != FlagState.CLOSED, Flag.opened_at > bindparam("since")),
)

_LAST_TEXTED = (
    select(Message.client_id)
    .where(
        Message.program_id == bindparam("program_id"),
        Message.number_hash.in_(_HASHES),
        Message.client_id.is_not(None),
    )
    .order_by(Message.created_at.desc())
    .limit(1)
)


def _rows(connection: Connection, statement: Executable, **values: Any) -> list[Row[Any]]:
    return list(connection.execute(statement, values))


def _program(session: Session, text: InboundText) -> LoadedProgram | None:
    """The program of the number or messaging service; its file is opened once per version."""
    addresses = [address for address in (text.to, text.service) if address]
    found = _rows(session.connection(), _PROGRAM, addresses=addresses)
    if not found:
        return None
    row = found[0]
    key = (row.id, row.version, row.paused_at is not None)
    if key not in _programs:
        _programs[key] = load_program(session, row.id)
    return _programs[key]


def _people(
    connection: Connection, program: LoadedProgram, hashes: tuple[str, ...]
) -> tuple[Person, ...]:
    rows = _rows(connection, _PEOPLE, program_id=program.id, hashes=hashes)
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
    connection: Connection, program_id: str, hashes: tuple[str, ...]
) -> tuple[ConsentState, str] | None:
    found = _rows(connection, _CONSENT, program_id=program_id, hashes=hashes)
    if not found:
        return None
    row = found[0]
    kind, source = ConsentKind(row.kind), ConsentSource(row.source)
    return ConsentState(row.in_force, kind, source, row.since), row.number_hash


def _stored_first(hashes: tuple[str, ...], stored: str | None) -> tuple[str, ...]:
    """The fingerprint that the consent row has goes first, also after a change of keys."""
    return (stored, *(each for each in hashes if each != stored)) if stored else hashes


def _questions(connection: Connection, ids: tuple[str, ...], now: datetime) -> tuple[Question, ...]:
    """Open ones and those answered but not yet closed, newest first."""
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
        for row in _rows(connection, _QUESTIONS, ids=ids, now=now)
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
    readings: list[dict[str, Any]] = replies[0].readings or []
    return tuple(readings) if len(readings) == 2 and readings[0].get("doubtful") else ()


def _flags(
    connection: Connection,
    program_id: str,
    ids: tuple[str, ...],
    hashes: tuple[str, ...],
    now: datetime,
) -> tuple[OpenFlag, ...]:
    rows = _rows(
        connection, _FLAGS, program_id=program_id, ids=ids, hashes=hashes, since=now - RECENT
    )
    return tuple(
        OpenFlag(Severity(row.severity), row.state != FlagState.CLOSED, row.latest) for row in rows
    )


def _last_texted(connection: Connection, program_id: str, hashes: tuple[str, ...]) -> str | None:
    rows = _rows(connection, _LAST_TEXTED, program_id=program_id, hashes=hashes)
    return str(rows[0].client_id) if rows else None
