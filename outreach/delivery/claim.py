"""Claiming texts: which may be handed over now, decided in the transaction that claims them.

Law 1: consent in force is looked at here and nowhere later; only what the sender's pace lets go
within `horizon` is claimed. Law 2: `begin` writes the attempts, the point of no return.
"""

from collections import Counter
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    TextClause,
    and_,
    exists,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from outreach.delivery.attempt import UNRESOLVED_TWIN
from outreach.delivery.carrier import SHORTEST_VALIDITY
from outreach.delivery.given import among
from outreach.delivery.limits import over_limit
from outreach.delivery.pacing import Pace
from outreach.delivery.welcome import owe_again
from outreach.models import Client, Consent, Message, Program, Sender
from outreach.models.counting import count_metrics
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


class Fate(StrEnum):
    """What the claim does with one due text."""

    GO = "go"
    HOLD = "hold"
    CANCEL = "cancel"
    EXPIRE = "expire"


def anything_due(session: Session, now: datetime) -> bool:
    """Whether a claim would find something; cheap, and takes no lock."""
    return session.execute(_due_senders(now).limit(1)).first() is not None


def claim(session: Session, *, now: datetime, room: int, horizon: timedelta) -> list[str]:
    """Lease up to `room` texts that may start within `horizon`; returns their ids in order."""
    chosen = choose(session, now=now, room=room, horizon=horizon)
    return _lease(session, chosen, now) if chosen else []


def choose(session: Session, *, now: datetime, room: int, horizon: timedelta) -> list[str]:
    """The ids of texts that may go, in order, for this very transaction to lease or to begin.

    Every sender gets a fair share of the room, urgent lanes first, and stays locked. Texts that
    may not go are cancelled, expired or put off on the way.
    """
    senders = session.execute(_due_senders(now).with_for_update(of=Sender, skip_locked=True)).all()
    chosen: list[str] = []
    twins: set[str] = set()
    for position, sender in enumerate(senders):
        share = -(-(room - len(chosen)) // (len(senders) - position))
        chosen += _choose_from(
            session, sender, now=now, share=share, until=now + horizon, twins=twins
        )
    if chosen:
        count_metrics(session, {"claimed": len(chosen)})
    return chosen


def release_leases(session: Session, *, now: datetime) -> int:
    """Put back what was claimed but never begun before its lease ended."""
    result = session.execute(
        update(Message)
        .where(_WAITING, lease_ended(now))
        .values(state=MessageState.QUEUED, lease_until=None)
        .execution_options(synchronize_session=False)
    )
    return int(getattr(result, "rowcount", 0))


def lease_ended(now: datetime) -> ColumnElement[bool]:
    """Claims that lapsed; one far ahead was made before the clock was set back."""
    return and_(
        Message.state == MessageState.CLAIMED,
        or_(Message.lease_until < now, Message.lease_until > now + 2 * LEASE),
    )


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
    """Senders with something to claim; of a paused program only what goes out despite that."""
    waiting = exists().where(*_due_from(Sender.id, now))
    return (
        select(
            Sender.id,
            Sender.segments_per_second,
            Sender.free_at,
            Program.paused_at.label("program_paused_at"),
        )
        .join(Program, Program.id == Sender.program_id)
        .where(
            Sender.stopped_at.is_(None),
            or_(
                and_(Program.paused_at.is_(None), waiting),
                and_(Program.paused_at.is_not(None), waiting.where(*_DESPITE_PROGRAM_PAUSE)),
            ),
        )
        .order_by(Sender.free_at)
    )


def _due_from(
    sender_id: InstrumentedAttribute[str] | str, now: datetime
) -> tuple[ColumnElement[bool] | TextClause, ...]:
    return (
        Message.sender_id == sender_id,
        _WAITING,
        Message.state == MessageState.QUEUED,
        Message.send_after <= now,
    )


_DESPITE_PROGRAM_PAUSE = (Message.lane <= URGENT_LANE, Message.kind.in_(WITHOUT_CONSENT))
"""The lane is there for the index: a paused program's blast is not walked through."""


def _choose_from(
    session: Session,
    sender: Row[Any],
    *,
    now: datetime,
    share: int,
    until: datetime,
    twins: set[str],
) -> list[str]:
    """Choose from one sender within its share and pace, and advance the pace."""
    pace = Pace.at(now, sender.segments_per_second, sender.free_at)
    rows = session.execute(_candidates(sender, now, min(share, pace.room(until)))).all()
    fates = [(row, *fate(row, now)) for row in rows]
    _end(session, fates, now)
    ready = [row for row, what, _ in fates if what is Fate.GO]
    ready = _without_twins(ready, twins)
    held = over_limit(session, ready, now)
    _put_off(session, [row.id for row in ready if row.id in held], now + _HOLD)
    going = _within_pace([row for row in ready if row.id not in held], pace, until)
    if going:
        _keep_pace(session, sender.id, pace)
    return [row.id for row in going]


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
            *_due_from(sender.id, now),
            ~UNRESOLVED_TWIN,
        )
        .order_by(Message.lane, Message.send_after)
        .limit(paced if paced > 0 else _URGENT_ROOM)
    )
    if sender.program_paused_at is not None:
        query = query.where(*_DESPITE_PROGRAM_PAUSE)
    return query.where(Message.lane <= URGENT_LANE) if paced <= 0 else query


def _without_twins(rows: list[Row[Any]], seen: set[str]) -> list[Row[Any]]:
    """The first of each group of the same number and words; the others wait for its end.

    `seen` spans the senders of one claim: two programs may say the same to the same person.
    """
    first = []
    for row in rows:
        if row.twin_hash not in seen:
            seen.add(row.twin_hash)
            first.append(row)
    return first


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
    ended = [row for row, what, _ in fates if what in ends]
    not_sent = Counter(f"not_sent:{why}:{row.kind}" for row, what, why in fates if what in ends)
    count_metrics(session, not_sent)
    if any(row.kind == MessageKind.WELCOME for row in ended):
        owe_again(session, [row.id for row in ended], now=now)
    _put_off(session, [row.id for row, what, _ in fates if what is Fate.HOLD], now + _HOLD)


def _put_off(session: Session, message_ids: list[str], until: datetime) -> None:
    if message_ids:
        session.execute(
            update(Message)
            .where(among(Message.id, message_ids), Message.state == MessageState.QUEUED)
            .values(send_after=until)
            .execution_options(synchronize_session=False)
        )


def _keep_pace(session: Session, sender_id: str, pace: Pace) -> None:
    session.execute(
        update(Sender)
        .where(Sender.id == sender_id)
        .values(free_at=pace.free_at)
        .execution_options(synchronize_session=False)
    )


def _lease(session: Session, message_ids: list[str], now: datetime) -> list[str]:
    leased = set(
        session.scalars(
            update(Message)
            .where(among(Message.id, message_ids), Message.state == MessageState.QUEUED)
            .values(state=MessageState.CLAIMED, lease_until=now + LEASE)
            .returning(Message.id)
            .execution_options(synchronize_session=False)
        )
    )
    return [message_id for message_id in message_ids if message_id in leased]
