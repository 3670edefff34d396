"""A conversation as staff read it: both directions in order, evidence marked, state in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from outreach.console import people, words
from outreach.console.scope import Scope
from outreach.delivery.error_words import words_of
from outreach.models import AuditEvent, Client, Message, Reply
from outreach.vocabulary import MessageKind, MessageState, Severity

RECENT = 40
"""Texts of each direction on a page; older ones are a link away."""

_TROUBLE = {MessageState.UNKNOWN, MessageState.FAILED, MessageState.UNDELIVERED}
_NEVER_SENT = {MessageState.EXPIRED, MessageState.CANCELLED}


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text; `marked` parts are the words that raised a flag."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Bubble:
    """One text of the conversation, newest last."""

    id: str
    at: datetime
    inbound: bool
    pieces: tuple[Piece, ...]
    language: str
    label: str
    state: str = ""
    trouble: bool = False
    never_sent: bool = False
    severity: str = Severity.NONE
    media: int = 0


@dataclass(frozen=True, slots=True)
class Party:
    """Whose conversation: a client, or an unknown number of a program."""

    program_id: str
    number_hash: str
    client: Client | None = None


def state_of(session: Session, scope: Scope, party: Party) -> tuple[Any, ...]:
    """What changes whenever the conversation does; two index look-ups."""
    replies = session.execute(
        _narrow(scope, Reply, party, func.count(), func.max(Reply.id), func.max(Reply.applied_at))
    ).one()
    messages = session.execute(
        _narrow(scope, Message, party, func.count(), func.max(Message.settled_at))
    ).one()
    return (*replies, *messages)


def conversation(
    session: Session, scope: Scope, party: Party, *, longest: int = RECENT
) -> list[Bubble]:
    """The last texts of both directions, oldest first."""
    replies = session.scalars(
        _narrow(scope, Reply, party).order_by(Reply.received_at.desc()).limit(longest)
    )
    messages = session.scalars(
        _narrow(scope, Message, party).order_by(Message.created_at.desc()).limit(longest)
    ).all()
    writers = _writers(session, messages)
    language = party.client.speaks if party.client else "en"
    bubbles = [_inbound(reply, language) for reply in replies]
    bubbles += [_outbound(message, writers) for message in messages]
    return sorted(bubbles, key=lambda bubble: (bubble.at, not bubble.inbound))[-longest:]


def number_of(session: Session, scope: Scope, party: Party) -> str | None:
    """The number an unknown person last texted from."""
    query = _narrow(scope, Reply, party).order_by(Reply.received_at.desc()).limit(1)
    reply: Reply | None = session.scalars(query).first()
    return reply.number if reply else None


def marked(text: str, spans: Iterable[Sequence[Any]]) -> tuple[Piece, ...]:
    """The text cut at the spans `(start, end, ...)`; overlaps join, what lies outside is left."""
    flagged = [False] * len(text)
    for start, end, *_ in spans:
        for index in range(max(0, start), min(end, len(text))):
            flagged[index] = True
    pieces: list[Piece] = []
    begin = 0
    for index in range(1, len(text) + 1):
        if index == len(text) or flagged[index] != flagged[begin]:
            pieces.append(Piece(text[begin:index], flagged[begin]))
            begin = index
    return tuple(pieces)


def _narrow(scope: Scope, table: Any, party: Party, *columns: Any) -> Any:
    """Texts with the client, and those of their number that no client was found for."""
    query = select(*columns) if columns else select(table)
    query = query.where(table.program_id.in_(scope.program_ids))
    by_number = and_(
        table.program_id == party.program_id,
        table.number_hash == party.number_hash,
        table.client_id.is_(None),
    )
    if party.client is None:
        return query.where(by_number)
    return query.where(or_(table.client_id == party.client.id, by_number))


def _inbound(reply: Reply, language: str) -> Bubble:
    screening = reply.screening or {}
    body = reply.body or ""
    return Bubble(
        id=reply.id,
        at=reply.received_at,
        inbound=True,
        pieces=marked(body, screening.get("spans", ())),
        language=language,
        label=_read_as(reply),
        severity=reply.severity or Severity.NONE,
        media=reply.media,
    )


def _read_as(reply: Reply) -> str:
    if reply.applied_at is None:
        return "Not read yet"
    intents = dict.fromkeys(reading["intent"] for reading in reply.readings or ())
    return f"Read as {', '.join(intents).replace('_', ' ')}" if intents else ""


def _outbound(message: Message, writers: dict[str, str]) -> Bubble:
    state = MessageState(message.state)
    kind = words.MESSAGE_KIND[MessageKind(message.kind)]
    return Bubble(
        id=message.id,
        at=message.handed_over_at or message.created_at,
        inbound=False,
        pieces=marked(message.body or "", ()),
        language=message.language,
        label=writers.get(message.id, kind),
        state=_state_words(message),
        trouble=state in _TROUBLE,
        never_sent=state in _NEVER_SENT,
    )


def _state_words(message: Message) -> str:
    state = words.MESSAGE_STATE[MessageState(message.state)]
    return f"{state}. {words_of(message.error)}" if message.error else state


def _writers(session: Session, messages: Sequence[Message]) -> dict[str, str]:
    """Message id -> the name of the staff member who wrote it."""
    by_staff = [message.id for message in messages if message.kind == MessageKind.STAFF]
    if not by_staff:
        return {}
    found = session.execute(
        select(AuditEvent.subject_id, AuditEvent.staff_id).where(
            AuditEvent.action == "wrote text", AuditEvent.subject_id.in_(by_staff)
        )
    ).all()
    names = people.names(session, (staff_id for _, staff_id in found))
    return {str(message): names.get(staff_id or "", "Staff") for message, staff_id in found}
