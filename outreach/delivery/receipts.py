"""Receipts: kept one by one, and folded into the state in whatever order they come.

The address of a receipt carries our own message id, so one that is faster than the answer to our
call, or that comes after a crash, still finds its text.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, insert, literal, select, update
from sqlalchemy.orm import Session

from outreach.delivery.asking import ASK_ABOUT_ACCEPTED
from outreach.delivery.consequences import follow
from outreach.delivery.states import before, from_carrier
from outreach.models import Attempt, Instant, Message, Receipt, new_id
from outreach.models.counting import count_metrics
from outreach.vocabulary import MessageState

_PROVEN_BY_RECEIPT = (MessageState.HANDING_OVER, MessageState.UNKNOWN)
_FAILED = (MessageState.FAILED, MessageState.UNDELIVERED)
_FINAL = (*_FAILED, MessageState.DELIVERED)


@dataclass(frozen=True, slots=True)
class _Said:
    """One receipt, within the widths of its columns: it comes from outside."""

    message_id: str
    sid: str | None
    status: str
    error: str | None


def record_receipt(
    session: Session,
    *,
    message_id: str,
    sid: str | None,
    status: str,
    error: str | None,
    now: datetime,
    source: str = "callback",
) -> bool:
    """Append one receipt and move its message up the ladder of states, never down.

    `status` and `error` are the carrier's words; an unknown status is kept and moves nothing.
    Returns False if there is no such message, in which case nothing is written.
    """
    if session.scalar(select(Message.id).where(Message.id == message_id)) is None:
        return False
    said = _Said(message_id, (sid or None) and str(sid)[:40], status[:24], error and error[:16])
    session.execute(
        insert(Receipt).values(
            id=new_id(),
            message_id=said.message_id,
            sid=said.sid,
            status=said.status,
            error=said.error,
            source=source,
            received_at=now,
        )
    )
    _fold(session, said, now)
    count_metrics(session, {f"receipts:{source}:{from_carrier(said.status) or 'other'}": 1})
    return True


def _fold(session: Session, said: _Said, now: datetime) -> None:
    state = from_carrier(said.status)
    if state is None:
        return
    _keep_sid(session, said)
    _close_attempt(session, said.message_id, now)
    moved = session.execute(
        update(Message)
        .where(Message.id == said.message_id, Message.state.in_(before(state)))
        .values(
            state=state,
            error=said.error if state in _FAILED else None,
            settled_at=now,
            lease_until=None,
            ask_at=_ask_next(state, now),
        )
        .execution_options(synchronize_session=False)
    )
    if getattr(moved, "rowcount", 0) and state in _FAILED:
        follow(session, said.message_id, said.error, now=now)


def _ask_next(state: MessageState, now: datetime) -> ColumnElement[datetime | None] | None:
    """Final states need no question any more; the others keep the date they have, or get one."""
    if state in _FINAL:
        return None
    return func.coalesce(Message.ask_at, literal(now + ASK_ABOUT_ACCEPTED, Instant()))


def _keep_sid(session: Session, said: _Said) -> None:
    """Bind the carrier's sid where we do not know it yet and no other message has it."""
    if said.sid is None:
        return
    taken = select(func.count()).select_from(Message).where(Message.sid == said.sid)
    session.execute(
        update(Message)
        .where(
            Message.id == said.message_id,
            Message.sid.is_(None),
            taken.correlate(None).scalar_subquery() == 0,
        )
        .values(sid=said.sid)
        .execution_options(synchronize_session=False)
    )


def _close_attempt(session: Session, message_id: str, now: datetime) -> None:
    """A receipt proves that the last attempt reached the carrier, whatever we knew of it."""
    unresolved = select(Message.attempts).where(
        Message.id == message_id, Message.state.in_(_PROVEN_BY_RECEIPT)
    )
    session.execute(
        update(Attempt)
        .where(
            Attempt.message_id == message_id,
            Attempt.ordinal == unresolved.scalar_subquery(),
        )
        .values(outcome="accepted", error=None, settled_at=now)
        .execution_options(synchronize_session=False)
    )
