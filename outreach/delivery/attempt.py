"""The attempt: written and committed just before the carrier is called, the point of no return.

Whoever finds an attempt does not send; only proof of absence allows another (law 2).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Row, Table, and_, exists, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from outreach.database import Database
from outreach.delivery.asking import NO_ANSWER_AFTER
from outreach.delivery.given import among
from outreach.delivery.lateness import handed_over
from outreach.models import Attempt, Message, Sender, new_id
from outreach.models.counting import count_metrics
from outreach.vocabulary import MessageState

_TWIN = aliased(Message, name="twin")
UNRESOLVED_TWIN = exists().where(
    _TWIN.twin_hash == Message.twin_hash,
    # Literal, not bound: so that both databases use the partial index.
    text("twin.state IN ('handing_over', 'unknown')"),
)
"""Whether a text with the same number and words has an attempt that nobody knows the end of."""


@dataclass(frozen=True, slots=True)
class HandingOver:
    """A text whose attempt is written: it must be sent now, once. Sealed until after the commit."""

    message_id: str
    attempt_id: str
    ordinal: int
    sender_id: str
    sender: str
    kind: str
    lane: int
    number_sealed: bytes
    body_sealed: bytes
    useful_until: datetime


def begin(
    session: Session, message_ids: Sequence[str], *, now: datetime, just_chosen: bool = False
) -> list[HandingOver]:
    """Write the attempts of claimed texts, in their order. Whoever is not returned is not sent.

    `just_chosen` texts come straight out of the queue, in the transaction that chose them. A text
    drops out when it was cancelled meanwhile, its lease ended, or a text with the same number and
    words still has an attempt that nobody knows the end of. Raises IntegrityError if twins are
    among `message_ids`, or another process begins one at this moment.
    """
    ready = _IN_QUEUE if just_chosen else _leased(now)
    begun = {row.id: row for row in session.execute(_begin_statement(message_ids, ready, now))}
    senders = _addresses(session, {row.sender_id for row in begun.values()})
    texts = [_handing_over(begun[key], senders) for key in message_ids if key in begun]
    if texts:
        session.execute(
            insert(cast("Table", Attempt.__table__)),
            [
                {"id": t.attempt_id, "message_id": t.message_id, "ordinal": t.ordinal, "at": now}
                for t in texts
            ],
        )
        count_metrics(session, handed_over(list(begun.values()), now))
    return texts


def begin_claimed(
    database: Database, message_ids: Sequence[str], *, now: datetime
) -> list[HandingOver]:
    """`begin` in a transaction of its own; one by one where twins are in each other's way."""
    try:
        with database.write() as session:
            return begin(session, message_ids, now=now)
    except IntegrityError:
        if len(message_ids) == 1:
            return []
        return [text for one in message_ids for text in begin_claimed(database, [one], now=now)]


_IN_QUEUE = Message.state == MessageState.QUEUED


def _leased(now: datetime) -> ColumnElement[bool]:
    return and_(Message.state == MessageState.CLAIMED, Message.lease_until > now)


def _begin_statement(message_ids: Sequence[str], ready: ColumnElement[bool], now: datetime) -> Any:
    return (
        update(Message)
        .where(
            among(Message.id, message_ids),
            ready,
            ~UNRESOLVED_TWIN,
        )
        .values(
            state=MessageState.HANDING_OVER,
            handed_over_at=now,
            attempts=Message.attempts + 1,
            lease_until=None,
            ask_at=now + NO_ANSWER_AFTER,
        )
        .returning(
            Message.id,
            Message.attempts,
            Message.sender_id,
            Message.kind,
            Message.lane,
            Message.segments,
            Message.send_after,
            Message.number_sealed,
            Message.body_sealed,
            Message.useful_until,
        )
        .execution_options(synchronize_session=False)
    )


def _addresses(session: Session, sender_ids: set[str]) -> dict[str, str]:
    rows = session.execute(select(Sender.id, Sender.address).where(among(Sender.id, sender_ids)))
    return {row.id: row.address for row in rows}


def _handing_over(row: Row[Any], senders: dict[str, str]) -> HandingOver:
    return HandingOver(
        message_id=row.id,
        attempt_id=new_id(),
        ordinal=row.attempts,
        sender_id=row.sender_id,
        sender=senders[row.sender_id],
        kind=row.kind,
        lane=row.lane,
        number_sealed=row.number_sealed,
        body_sealed=row.body_sealed,
        useful_until=row.useful_until,
    )
