"""The inbound road: load, understand, then one short write transaction, then the answer.

The raw reply is written first and everything it does in a savepoint after it. Whatever goes wrong
there is rolled back alone: the reply and an `unscreened` flag stay, the answer is empty, and a
tick reads it again (law 3). Nothing is computed while the write lock is held.
"""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, func, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from structlog import get_logger

from outreach.content.library import Library
from outreach.database import Database
from outreach.errors import OutreachError
from outreach.models import Client, Reply, SetAside, new_id, seal
from outreach.models.counting import METRIC, add_one
from outreach.replies.answers import Answer, answers_given
from outreach.replies.apply import apply
from outreach.replies.inbound import InboundText, inbound_text
from outreach.replies.load import load_situation
from outreach.replies.scene import Scene, raise_flag
from outreach.replies.screened import SCREENER, Screener
from outreach.replies.situation import Situation
from outreach.replies.understand import Understood, Unread, understand
from outreach.safety.acknowledging import acknowledge_by_text
from outreach.vocabulary import FlagReason

log = get_logger(__name__)

MOST_TRIES = 5
"""How often a reply that could not be applied is read again before it is set aside."""

_AT_ONCE = 50


_REPLIES = cast("Table", Reply.__table__)

_INSERT_ONCE = {
    name: dialect.insert(_REPLIES).on_conflict_do_nothing().returning(_REPLIES.c.id)
    for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql))
}

_LOCK = (
    select(Client.id)
    .where(Client.id.in_(bindparam("ids", expanding=True)))
    .order_by(Client.id)
    .with_for_update()
)

# PostgreSQL only: the same insert, once the lock is held, in one round trip.
_LOCK_AND_INSERT_ONCE = (
    postgresql.insert(_REPLIES)
    .from_select(
        list(_REPLIES.c.keys()),
        select(*(bindparam(name, None, column.type) for name, column in _REPLIES.c.items())).where(
            select(func.count()).select_from(_LOCK.subquery()).scalar_subquery() >= 0
        ),
    )
    .on_conflict_do_nothing()
    .returning(_REPLIES.c.id)
)


class UnknownSenderError(OutreachError):
    """The text was sent to a number or service that belongs to no program."""

    code = "unknown_sender"


def receive(
    database: Database,
    library: Library,
    inbound: InboundText,
    *,
    now: datetime,
    received_at: datetime | None = None,
    screener: Screener = SCREENER,
) -> list[Answer]:
    """Store, screen, read, apply and answer one inbound text; a repeat gets the same answer.

    `received_at` is given for a text found in the carrier's list, which no request waits for: what
    is still worth answering is queued instead of returned. Raises UnknownSenderError for nobody's
    number, and SQLAlchemyError when it could not be stored: then it must not be acknowledged.
    """
    with database.glance() as session:
        situation = load_situation(session, inbound, now=now)
    if situation is None:
        raise UnknownSenderError("This number belongs to no program.")
    understood = understand(situation, inbound, now=now, screener=screener)
    reply = _reply_row(situation, inbound, understood, received_at or now, now)
    scene = Scene(
        situation=situation,
        text=inbound,
        reply_id=reply["id"],
        person=understood.person,
        worry=understood.severity,
        now=now,
        received_at=reply["received_at"],
        is_waiting=received_at is None,
    )
    with database.write() as session:
        if not _store(session, situation, reply):
            return answers_given(session, _stored_id(session, inbound.sid))
        if understood.trouble:
            add_one(session, METRIC + understood.trouble)
        answers = _apply_or_undo(session, library, scene, understood)
    return answers if scene.is_waiting else []


def reread_unapplied(database: Database, library: Library, *, now: datetime) -> int:
    """Read again what could not be applied; returns how many were. Late answers are queued.

    After MOST_TRIES a reply is set aside for a person, whose flag has been open all along.
    """
    with database.read() as session:
        waiting = session.execute(
            select(Reply.id, Reply.tries)
            .where(Reply.applied_at.is_(None), Reply.tries < MOST_TRIES)
            .order_by(Reply.received_at)
            .limit(_AT_ONCE)
        ).all()
    return sum(_read_again(database, library, row.id, row.tries, now) for row in waiting)


def _apply_or_undo(
    session: Session, library: Library, scene: Scene, understood: Understood
) -> list[Answer]:
    try:
        with session.begin_nested():
            if acknowledge_by_text(session, scene.situation.program, scene.text, now=scene.now):
                return []
            return apply(session, library, scene, understood)
    except Exception:
        log.exception("reply not applied", reply_id=scene.reply_id)
    session.execute(update(Reply).where(Reply.id == scene.reply_id).values(applied_at=None))
    _flag_unapplied(session, scene, understood)
    return []


def _flag_unapplied(session: Session, scene: Scene, understood: Understood) -> None:
    """A person looks at it, at least as fast as what the screener saw in it demands."""
    unread = understood.unread or Unread.READER_FAILED
    severity = max(unread.severity, understood.severity, key=lambda each: each.rank)
    details = {"why": "not_applied", **(understood.screening_json() or {})}
    raise_flag(
        session,
        scene,
        FlagReason.UNSCREENED,
        severity,
        concern=understood.concern,
        details=details,
    )


def _read_again(
    database: Database, library: Library, reply_id: str, tries: int, now: datetime
) -> bool:
    """One more try at one stored reply; its failure must not stop the next one (law 12)."""
    try:
        return _apply_stored(database, library, reply_id, now)
    except Exception as error:
        log.exception("reply not applied again", reply_id=reply_id)
        with database.write() as session:
            _count_try(session, reply_id, tries + 1, type(error).__name__, now)
        return False


def _apply_stored(database: Database, library: Library, reply_id: str, now: datetime) -> bool:
    with database.read() as session:
        inbound = _stored_text(session, reply_id)
        received_at = session.scalars(select(Reply.received_at).where(Reply.id == reply_id)).one()
        situation = load_situation(session, inbound, now=now, but=reply_id)
    if situation is None:
        raise UnknownSenderError("The reply's program has another number now.")
    understood = understand(situation, inbound, now=now)
    scene = Scene(
        situation=situation,
        text=inbound,
        reply_id=reply_id,
        person=understood.person,
        worry=understood.severity,
        now=now,
        received_at=received_at,
        is_waiting=False,
    )
    with database.write() as session:
        _one_at_a_time(session, situation)
        first = session.execute(
            update(Reply)
            .where(Reply.id == reply_id, Reply.applied_at.is_(None))
            .values(applied_at=now, **_found(understood))
        )
        if not getattr(first, "rowcount", 0):
            return False
        apply(session, library, scene, understood)
    return True


def _count_try(session: Session, reply_id: str, tries: int, error: str, now: datetime) -> None:
    session.execute(update(Reply).where(Reply.id == reply_id).values(tries=tries))
    if tries >= MOST_TRIES:
        session.add(SetAside(kind="reply", row_id=reply_id, error=error, at=now))


def _stored_text(session: Session, reply_id: str) -> InboundText:
    """The inbound text as its row holds it."""
    reply = session.get_one(Reply, reply_id)
    form = json.loads(reply.fields or "[]")
    return replace(inbound_text(form), sid=reply.sid)


def _one_at_a_time(session: Session, situation: Situation) -> None:
    """On PostgreSQL lock the clients, or the number of nobody; SQLite has one writer anyway."""
    if session.get_bind().dialect.name != "postgresql":
        return
    if situation.people:
        session.connection().execute(_LOCK, {"ids": _ids(situation)})
    else:
        key = int(situation.number_hash[:15], 16)
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


def _store(session: Session, situation: Situation, reply: dict[str, Any]) -> bool:
    """Insert the raw reply, one at a time; False if this MessageSid is stored already."""
    dialect = session.get_bind().dialect.name
    statement, values = _INSERT_ONCE[dialect], reply
    if dialect == "postgresql" and situation.people:
        statement, values = _LOCK_AND_INSERT_ONCE, {**reply, "ids": _ids(situation)}
    else:
        _one_at_a_time(session, situation)
    return session.connection().execute(statement, values).first() is not None


def _ids(situation: Situation) -> list[str]:
    return [person.id for person in situation.people]


def _stored_id(session: Session, sid: str) -> str:
    return session.scalars(select(Reply.id).where(Reply.sid == sid)).one()


def _reply_row(
    situation: Situation,
    inbound: InboundText,
    understood: Understood,
    received_at: datetime,
    now: datetime,
) -> dict[str, Any]:
    """The columns of the reply, sealed before the write lock is taken."""
    reply_id = new_id()
    return {
        "id": reply_id,
        "sid": inbound.sid,
        "program_id": situation.program.id,
        "client_id": understood.person.id if understood.person else None,
        "number_sealed": seal(Reply, "number", reply_id, inbound.sender),
        "number_hash": situation.number_hash,
        "body_sealed": seal(Reply, "body", reply_id, inbound.body),
        "fields_sealed": seal(Reply, "fields", reply_id, inbound.fields),
        "media": inbound.media,
        "received_at": received_at,
        "applied_at": now,
        "tries": 0,
        **_found(understood),
    }


def _found(understood: Understood) -> dict[str, Any]:
    """What a reply's row keeps of the screening and the readings."""
    return {
        "concern": understood.concern,
        "severity": understood.severity if understood.screening else None,
        "screening": understood.screening_json(),
        "readings": understood.readings_json(),
    }
