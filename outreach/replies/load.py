"""Loading the situation of one inbound text, before the write lock is taken.

Two statements, each built once: this is the hot path of the webhooks app, a round trip costs more
than what it asks, and making a statement costs several times what running it does.
"""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BindParameter,
    Connection,
    Executable,
    Row,
    and_,
    bindparam,
    func,
    or_,
    select,
)
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
_MOST_QUESTIONS = 20

SETTLED_WITHIN = timedelta(hours=4)
"""How long "which one did you mean" may be answered with a digit."""


def load_situation(
    session: Session, text: InboundText, *, now: datetime, but: str = ""
) -> Situation | None:
    """What is known about this text's number; None if its `To` is no program's.

    `but` is the id of the reply itself, where it is stored already.
    """
    connection = session.connection()  # past the ORM, which would look at each row again
    hashes = vault.current().fingerprints(text.sender)
    known = _rows(
        connection,
        _KNOWN,
        addresses=[address for address in (text.to, text.service) if address],
        hashes=hashes,
        now=now,
        since=now - RECENT,
    )
    if not known:
        return None
    program = _program(session, known[0])
    replies = _rows(connection, _REPLIES, program_id=program.id, hashes=hashes, but=but)
    people = _people(known, program)
    return Situation(
        program=program,
        number=text.sender,
        hashes=_stored_first(hashes, known[0].number_hash),
        people=people,
        consent=_consent(known[0]),
        questions=_questions(known),
        earlier=_earlier(replies, now),
        was_unclear=bool(replies) and _is_unclear(replies[0].readings),
        unsettled=_unsettled(replies, now),
        flags=_flags(known),
        last_texted=_last_texted(connection, program.id, hashes) if len(people) > 1 else None,
    )


_programs: dict[tuple[str, int, bool], LoadedProgram] = {}

_HASHES: BindParameter[list[str]] = bindparam("hashes", expanding=True)

# A row for each client of the number, with each of their questions and flags: seldom more than one.
_KNOWN = (
    select(
        Program.id.label("program_id"),
        Program.version,
        Program.paused_at.label("program_paused_at"),
        Consent.in_force,
        Consent.kind.label("consent_kind"),
        Consent.source,
        Consent.since,
        Consent.number_hash,
        Client.id.label("client_id"),
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
        Prompt.id.label("prompt_id"),
        Prompt.kind,
        Prompt.subject,
        Prompt.campaign_id,
        Prompt.opened_at,
        Prompt.answered_at,
        Flag.id.label("flag_id"),
        Flag.severity,
        Flag.state,
        func.coalesce(Flag.last_reply_at, Flag.opened_at).label("latest"),
    )
    .select_from(Program)
    .outerjoin(Consent, and_(Consent.program_id == Program.id, Consent.number_hash.in_(_HASHES)))
    .outerjoin(Client, and_(Client.program_id == Program.id, Client.number_hash.in_(_HASHES)))
    .outerjoin(
        Prompt,
        and_(
            Prompt.client_id == Client.id,
            Prompt.closes_at > bindparam("now"),
            Prompt.opened_at <= bindparam("now"),
        ),
    )
    .outerjoin(
        Flag,
        and_(
            or_(
                Flag.client_id == Client.id,
                and_(Flag.program_id == Program.id, Flag.number_hash.in_(_HASHES)),
            ),
            or_(Flag.state != FlagState.CLOSED, Flag.opened_at > bindparam("since")),
        ),
    )
    .where(
        Program.id
        == select(Sender.program_id)
        .where(Sender.address.in_(bindparam("addresses", expanding=True)))
        .limit(1)
        .scalar_subquery()
    )
    .order_by(Client.created_at, Client.id, Prompt.opened_at.desc())
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


def _program(session: Session, row: Row[Any]) -> LoadedProgram:
    """The program of the number or messaging service; its file is opened once per version."""
    key = (row.program_id, row.version, row.program_paused_at is not None)
    if key not in _programs:
        _programs[key] = load_program(session, row.program_id)
    return _programs[key]


def _people(known: list[Row[Any]], program: LoadedProgram) -> tuple[Person, ...]:
    rows = {row.client_id: row for row in known if row.client_id}
    return tuple(_person(row, program) for row in rows.values())


def _person(row: Row[Any], program: LoadedProgram) -> Person:
    zones = row.zones or []
    return Person(
        id=row.client_id,
        language=row.chosen_language or row.language,
        zone=ZoneInfo(row.timezone or (zones[0] if len(zones) == 1 else program.file.timezone)),
        is_active=row.status == ClientStatus.ACTIVE,
        paused_by=row.paused_by if row.paused_at is not None else None,
        welcomed=row.welcomed_at is not None,
        frequency=row.chosen_frequency,
        name_sealed=row.name_sealed,
    )


def _consent(row: Row[Any]) -> ConsentState | None:
    if row.number_hash is None:
        return None
    kind, source = ConsentKind(row.consent_kind), ConsentSource(row.source)
    return ConsentState(row.in_force, kind, source, row.since)


def _stored_first(hashes: tuple[str, ...], stored: str | None) -> tuple[str, ...]:
    """The fingerprint that the consent row has goes first, also after a change of keys."""
    return (stored, *(each for each in hashes if each != stored)) if stored else hashes


def _questions(known: list[Row[Any]]) -> tuple[Question, ...]:
    """Open ones and those answered but not yet closed, newest first."""
    rows = {row.prompt_id: row for row in known if row.prompt_id}
    newest = sorted(rows.values(), key=lambda row: row.opened_at, reverse=True)[:_MOST_QUESTIONS]
    return tuple(
        Question(
            row.prompt_id,
            row.client_id,
            PromptKind(row.kind),
            row.subject,
            row.campaign_id,
            row.opened_at,
            row.answered_at,
        )
        for row in newest
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


def _flags(known: list[Row[Any]]) -> tuple[OpenFlag, ...]:
    rows = {row.flag_id: row for row in known if row.flag_id}
    return tuple(
        OpenFlag(Severity(row.severity), row.state != FlagState.CLOSED, row.latest)
        for row in rows.values()
    )


def _last_texted(connection: Connection, program_id: str, hashes: tuple[str, ...]) -> str | None:
    rows = _rows(connection, _LAST_TEXTED, program_id=program_id, hashes=hashes)
    return str(rows[0].client_id) if rows else None
