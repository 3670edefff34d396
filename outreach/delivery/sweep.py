"""Housekeeping of the queue: leases that ended go back, texts that came too late expire."""

from datetime import datetime

from sqlalchemy import and_, select, text, update
from sqlalchemy.orm import Session

from outreach.database import Database
from outreach.delivery.claim import lease_ended, release_leases
from outreach.delivery.pacing import LONGEST_AHEAD
from outreach.delivery.welcome import owe_again
from outreach.models import Message
from outreach.vocabulary import MessageState

_BATCH = 500
_WAITING = text("message.state IN ('queued', 'claimed')")
_UNRESOLVED = text("message.state IN ('handing_over', 'unknown')")


def sweep(database: Database, *, now: datetime) -> int:
    """Put back ended leases and expire what no longer makes sense; returns how many expired.

    The claim expires what it meets; this finds the texts of stopped senders and paused programs.
    """
    with database.read() as session:
        ended = _lease_ended(session, now)
    if ended:
        with database.write() as session:
            release_leases(session, now=now)
    expired = 0
    while batch := _stale(database, now):
        with database.write() as session:
            session.execute(
                update(Message)
                .where(Message.id.in_(batch), Message.state == MessageState.QUEUED)
                .values(state=MessageState.EXPIRED, error="too_late", settled_at=now)
                .execution_options(synchronize_session=False)
            )
            owe_again(session, batch, now=now)
        expired += len(batch)
    return expired


def shorten_waits(database: Database, *, now: datetime) -> None:
    """After the clock was set back: what was put off by the wrong clock waits no longer than usual.

    Else a retry or a question at the carrier would rest until that wrong time comes.
    """
    with database.write() as session:
        for which, date in (
            (_UNRESOLVED, Message.ask_at),
            (and_(_WAITING, Message.attempts > 0), Message.send_after),
        ):
            session.execute(
                update(Message)
                .where(which, date > now + LONGEST_AHEAD)
                .values({date: now})
                .execution_options(synchronize_session=False)
            )


def _lease_ended(session: Session, now: datetime) -> bool:
    """Looked at first because it takes no lock."""
    ended = select(Message.id).where(_WAITING, lease_ended(now))
    return session.execute(ended.limit(1)).first() is not None


def _stale(database: Database, now: datetime) -> list[str]:
    with database.read() as session:
        return list(
            session.scalars(
                select(Message.id)
                .where(_WAITING, Message.state == MessageState.QUEUED, Message.useful_until <= now)
                .limit(_BATCH)
            )
        )
