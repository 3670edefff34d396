"""Claiming texts: which may be handed over now, decided in the transaction that claims them.

Law 1: consent in force is looked at here and nowhere later; only what the sender's pace lets go
within `horizon` is claimed. Law 2: `begin` writes the attempts, the point of no return.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import Row, Select, Table, and_, exists, insert, or_, select, text, update
from sqlalchemy.orm import Session, aliased

from outreach.delivery.asking import NO_ANSWER_AFTER
from outreach.delivery.carrier import SHORTEST_VALIDITY
from outreach.delivery.limits import over_limit
from outreach.delivery.pacing import Pace
from outreach.models import Attempt, Client, Consent, Message, Program, Sender, new_id
from outreach.vocabulary import ClientStatus, MessageKind, MessageState

LEASE = timedelta(seconds=10)
"""How long a claim holds without an attempt; the text then returns to the queue."""

URGENT_LANE = 1
"""Lanes up to this one (pages, safety, answers) do not wait for the pace; they still use it up."""

WITHOUT_CONSENT = (MessageKind.OPT_OUT, MessageKind.HELP, MessageKind.SAFETY, MessageKind.PAGE)
"""Law 1's exceptions, and texts to staff."""

DESPITE_PAUSE = (*WITHOUT_CONSENT, MessageKind.ANSWER, MessageKind.STAFF)
"""A client's pause stops what was planned, not what they ask for or what staff write."""

_URGENT_ROOM = 20
_HOLD = timedelta(minutes=10)

# Literal, not bound: both databases use a partial index only where the query spells it out.
_WAITING = text("message.state IN ('queued', 'claimed')")
_TWIN_UNRESOLVED = text("twin.state IN ('handing_over', 'unknown')")


class Fate(StrEnum):
    """What the claim does with one due text."""

    GO = "go"
    HOLD = "hold"
    CANCEL = "cancel"
    EXPIRE = "expire"


@dataclass(frozen=True, slots=True)
class HandingOver:
    """A text whose attempt is written: it must be sent now, once. Sealed until after the commit."""

    message_id: str
    attempt_id: str
    ordinal: int
    sender_id: str
    sender: str
    lane: int
    number_sealed: bytes
    body_sealed: bytes
    useful_until: datetime


def anything_due(session: Session, now: datetime) -> bool:
    """Whether a claim would find something; cheap, and takes no lock."""
    return session.execute(_due_senders(now).limit(1)).first() is not None


def claim(session: Session, *, now: datetime, room: int, horizon: timedelta) -> list[str]:
    """Lease up to `room` texts that may start within `horizon`; returns their ids in order.

    Every sender gets a fair share of the room, urgent lanes first. Texts that may not go are
    cancelled, expired or put off on the way.
    """
    senders = session.execute(_due_senders(now).with_for_update(of=Sender, skip_locked=True)).all()
    claimed: list[str] = []
    for position, sender in enumerate(senders):
        share = -(-(room - len(claimed)) // (len(senders) - position))
        claimed += _claim_from(session, sender, now=now, share=share, until=now + horizon)
    return claimed


def release_leases(session: Session, *, now: datetime) -> int:
    """Put back what was claimed but never begun before its lease ended."""
    result = session.execute(
        update(Message)
        .where(_WAITING, Message.state == MessageState.CLAIMED, Message.lease_until < now)
        .values(state=MessageState.QUEUED, lease_until=None)
        .execution_options(synchronize_session=False)
    )
    return int(getattr(result, "rowcount", 0))


def begin(session: Session, message_ids: Sequence[str], *, now: datetime) -> list[HandingOver]:
    """Write the attempts of claimed texts, in their order. Whoever is not returned is not sent.

    A text drops out when it was cancelled meanwhile, its lease ended, or a text with the same
    number and words still has an attempt that nobody knows the end of.
    """
    begun = {row.id: row for row in session.execute(_begin_statement(message_ids, now))}
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
    return texts


def fate(row: Row[Any], now: datetime) -> tuple[Fate, str]:
    """What may happen to one due text, and why. `row` is one of `_candidates`."""
    if row.useful_until <= now + timedelta(seconds=SHORTEST_VALIDITY):
        return Fate.EXPIRE, "too_late"
    if row.kind in WITHOUT_CONSENT:
        return Fate.GO, ""
    if not row.in_force:
        return Fate.CANCEL, "no_consent"
    if row.status not in {None, ClientStatus.ACTIVE}:
        return Fate.CANCEL, "client_not_active"
    if _paused(row, now) and row.kind not in DESPITE_PAUSE:
        return Fate.HOLD, "client_paused"
    return Fate.GO, ""


def _paused(row: Row[Any], now: datetime) -> bool:
    return row.paused_at is not None and (row.paused_until is None or row.paused_until > now)


def _due_senders(now: datetime) -> Select[*tuple[Any, ...]]:
    waiting = exists().where(
        Message.sender_id == Sender.id,
        _WAITING,
        Message.state == MessageState.QUEUED,
        Message.send_after <= now,
        or_(Program.paused_at.is_(None), Message.kind.in_(WITHOUT_CONSENT)),
    )
    return (
        select(
            Sender.id,
            Sender.segments_per_second,
            Sender.free_at,
            Program.paused_at.label("program_paused_at"),
        )
        .join(Program, Program.id == Sender.program_id)
        .where(Sender.stopped_at.is_(None), waiting)
        .order_by(Sender.free_at)
    )


def _claim_from(
    session: Session, sender: Row[Any], *, now: datetime, share: int, until: datetime
) -> list[str]:
    """Claim from one sender within its share and pace, and advance the pace."""
    pace = Pace.at(now, sender.segments_per_second, sender.free_at)
    rows = session.execute(_candidates(sender, now, min(share, pace.room(until)))).all()
    fates = [(row, *fate(row, now)) for row in rows]
    _end(session, fates, now)
    ready = [row for row, what, _ in fates if what is Fate.GO]
    ready = _without_twins(ready)
    held = over_limit(session, ready, now)
    _put_off(session, [row.id for row in ready if row.id in held], now + _HOLD)
    going = _within_pace([row for row in ready if row.id not in held], pace, until)
    return _lease(session, sender.id, going, pace, now)


def _within_pace(rows: list[Row[Any]], pace: Pace, until: datetime) -> list[Row[Any]]:
    """The texts that may start by `until`, their segments taken from the pace; urgent ones all."""
    going = []
    for row in rows:
        if row.lane <= URGENT_LANE or pace.free_at <= until:
            pace.take(row.segments)
            going.append(row)
    return going


def _candidates(sender: Row[Any], now: datetime, paced: int) -> Select[*tuple[Any, ...]]:
    """Due texts of a sender in their order; only urgent ones while its pace is used up."""
    twin = aliased(Message, name="twin")
    query = (
        select(
            Message.id,
            Message.program_id,
            Message.kind,
            Message.lane,
            Message.segments,
            Message.number_hash,
            Message.twin_hash,
            Message.useful_until,
            Consent.in_force,
            Client.status,
            Client.paused_at,
            Client.paused_until,
        )
        .outerjoin(
            Consent,
            and_(
                Consent.program_id == Message.program_id,
                Consent.number_hash == Message.number_hash,
            ),
        )
        .outerjoin(Client, Client.id == Message.client_id)
        .where(
            Message.sender_id == sender.id,
            _WAITING,
            Message.state == MessageState.QUEUED,
            Message.send_after <= now,
            ~exists().where(twin.twin_hash == Message.twin_hash, _TWIN_UNRESOLVED),
        )
        .order_by(Message.lane, Message.send_after)
        .limit(paced if paced > 0 else _URGENT_ROOM)
    )
    if sender.program_paused_at is not None:
        query = query.where(Message.kind.in_(WITHOUT_CONSENT))
    return query.where(Message.lane <= URGENT_LANE) if paced <= 0 else query


def _without_twins(rows: list[Row[Any]]) -> list[Row[Any]]:
    """The first of each group of the same number and words; the others wait for its end."""
    return list({row.twin_hash: row for row in reversed(rows)}.values())[::-1]


def _end(session: Session, fates: list[tuple[Row[Any], Fate, str]], now: datetime) -> None:
    """Expire, cancel and put off the texts that may not go."""
    ends = {Fate.EXPIRE: MessageState.EXPIRED, Fate.CANCEL: MessageState.CANCELLED}
    reasons = {(what, why) for _, what, why in fates if what in ends}
    for what, why in reasons:
        session.execute(
            update(Message)
            .where(
                Message.id.in_([row.id for row, *rest in fates if tuple(rest) == (what, why)]),
                Message.state == MessageState.QUEUED,
            )
            .values(state=ends[what], error=why, settled_at=now)
            .execution_options(synchronize_session=False)
        )
    _put_off(session, [row.id for row, what, _ in fates if what is Fate.HOLD], now + _HOLD)


def _put_off(session: Session, message_ids: list[str], until: datetime) -> None:
    if message_ids:
        session.execute(
            update(Message)
            .where(Message.id.in_(message_ids), Message.state == MessageState.QUEUED)
            .values(send_after=until)
            .execution_options(synchronize_session=False)
        )


def _lease(
    session: Session, sender_id: str, rows: list[Row[Any]], pace: Pace, now: datetime
) -> list[str]:
    if not rows:
        return []
    order = [row.id for row in rows]
    won = set(
        session.scalars(
            update(Message)
            .where(Message.id.in_(order), Message.state == MessageState.QUEUED)
            .values(state=MessageState.CLAIMED, lease_until=now + LEASE)
            .returning(Message.id)
            .execution_options(synchronize_session=False)
        )
    )
    session.execute(
        update(Sender)
        .where(Sender.id == sender_id)
        .values(free_at=pace.free_at)
        .execution_options(synchronize_session=False)
    )
    return [message_id for message_id in order if message_id in won]


def _begin_statement(message_ids: Sequence[str], now: datetime) -> Any:
    twin = aliased(Message, name="twin")
    return (
        update(Message)
        .where(
            Message.id.in_(message_ids),
            Message.state == MessageState.CLAIMED,
            Message.lease_until > now,
            ~exists().where(twin.twin_hash == Message.twin_hash, _TWIN_UNRESOLVED),
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
            Message.lane,
            Message.number_sealed,
            Message.body_sealed,
            Message.useful_until,
        )
        .execution_options(synchronize_session=False)
    )


def _addresses(session: Session, sender_ids: set[str]) -> dict[str, str]:
    rows = session.execute(select(Sender.id, Sender.address).where(Sender.id.in_(sender_ids)))
    return {row.id: row.address for row in rows}


def _handing_over(row: Row[Any], senders: dict[str, str]) -> HandingOver:
    return HandingOver(
        message_id=row.id,
        attempt_id=new_id(),
        ordinal=row.attempts,
        sender_id=row.sender_id,
        sender=senders[row.sender_id],
        lane=row.lane,
        number_sealed=row.number_sealed,
        body_sealed=row.body_sealed,
        useful_until=row.useful_until,
    )
