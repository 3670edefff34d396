"""Reconcile: learning from the carrier what became of texts whose answer was lost (law 2).

Proof that the carrier has a text: a receipt with our id (receipts.py), or its list shows one to the
same number with the same words from the time of the attempt. Proof that it has not: a complete list
drawn after OUTREACH_RECONCILE_AFTER. Without proof the text stays unknown and is not sent again.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from outreach.database import Database
from outreach.delivery.asking import ASK_ABOUT_UNKNOWN
from outreach.delivery.carrier import Answer, Carrier, CarrierText, Listing, LookUpError
from outreach.delivery.receipts import record_receipt
from outreach.delivery.welcome import owe_again
from outreach.models import Attempt, Message, unseal
from outreach.models.counting import count_metrics
from outreach.vocabulary import MessageState

MARGIN = timedelta(minutes=2)
"""The carrier's clock and ours may differ by so much."""

_CLOCK_WRONG_BY = timedelta(hours=25)
"""So wrong our clock may have been at the attempt: a text with the very words counts as found."""

_SLOWEST = timedelta(minutes=5)
_LOOKERS = 8
_BATCH = 200
_UNRESOLVED = text("message.state IN ('handing_over', 'unknown')")
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Unknown:
    """A text that may or may not have reached the carrier."""

    message_id: str
    number: str
    body: str
    handed_over_at: datetime
    attempts: int
    useful_until: datetime


def lose_hope(session: Session, *, now: datetime, at_once: bool = False) -> int:
    """Call attempts without a live owner unknown: overdue ones, or (`at_once`) all of them.

    A process that starts as the only sender may say at once: every attempt it finds was left
    behind. An answer that comes after all is still taken.
    """
    overdue = update(Message).where(_UNRESOLVED, Message.state == MessageState.HANDING_OVER)
    if not at_once:
        overdue = overdue.where(Message.ask_at <= now)
    result = session.execute(
        overdue.values(state=MessageState.UNKNOWN, error="crashed", ask_at=now).execution_options(
            synchronize_session=False
        )
    )
    return int(getattr(result, "rowcount", 0))


def reconcile(
    database: Database,
    carrier: Carrier,
    *,
    after: int,
    now: datetime,
    clock_set_at: datetime | None = None,
    leaping_clock: bool = False,
) -> int:
    """Ask the carrier about every unknown text that is due for a question; returns how many.

    `after` is OUTREACH_RECONCILE_AFTER, in seconds; it counts from the attempt, or from when the
    clock was last set. A failed look-up leaves the text unknown. With a `leaping_clock` (the
    demo's) age says nothing: only a start finds attempts without an owner.
    """
    with database.read() as session:
        left_behind = not leaping_clock and _overdue(session, now)
    if left_behind:
        with database.write() as session:
            lose_hope(session, now=now)
    with database.read() as session:
        unknown = _due(session, now)
    if not unknown:
        return 0
    with ThreadPoolExecutor(_LOOKERS, thread_name_prefix="reconcile") as lookers:
        listings = lookers.map(lambda one: _listing(carrier, one), unknown)
        for one, listing in zip(unknown, listings, strict=True):
            with database.write() as session:
                began = _waiting_since(one, clock_set_at, now)
                _conclude(session, one, listing, began + timedelta(seconds=after), now)
    return len(unknown)


def _waiting_since(one: Unknown, clock_set_at: datetime | None, now: datetime) -> datetime:
    """From when the waiting time counts; an attempt in the future was dated by a wrong clock."""
    if clock_set_at is None:
        return one.handed_over_at
    return clock_set_at if one.handed_over_at > now else max(one.handed_over_at, clock_set_at)


def _overdue(session: Session, now: datetime) -> bool:
    """Looked at first because it takes no lock."""
    overdue = select(Message.id).where(
        _UNRESOLVED, Message.state == MessageState.HANDING_OVER, Message.ask_at <= now
    )
    return session.execute(overdue.limit(1)).first() is not None


def _due(session: Session, now: datetime) -> Sequence[Unknown]:
    rows = session.scalars(
        select(Message)
        .where(_UNRESOLVED, Message.state == MessageState.UNKNOWN, Message.ask_at <= now)
        .order_by(Message.lane, Message.ask_at)
        .limit(_BATCH)
    )
    return [
        Unknown(
            message_id=row.id,
            number=unseal(Message, "number", row.id, row.number_sealed) or "",
            body=unseal(Message, "body", row.id, row.body_sealed) or "",
            handed_over_at=row.handed_over_at or row.created_at,
            attempts=row.attempts,
            useful_until=row.useful_until,
        )
        for row in rows
    ]


def _listing(carrier: Carrier, one: Unknown) -> Listing | None:
    """What the carrier has for this number since the attempt; None if it could not be asked."""
    try:
        return carrier.find(one.number, one.handed_over_at - _CLOCK_WRONG_BY)
    except LookUpError as error:
        _log.warning("reconcile_look_up_failed", message_id=one.message_id, code=str(error))
        return None


def _conclude(
    session: Session, one: Unknown, listing: Listing | None, proof_from: datetime, now: datetime
) -> None:
    found = None if listing is None else _match(session, one, listing.texts)
    proven_absent = listing is not None and listing.complete and now >= proof_from
    result = "found" if found else "absent" if proven_absent else "open"
    count_metrics(session, {f"reconcile:{result}": 1})
    if found is not None:
        record_receipt(
            session,
            message_id=one.message_id,
            sid=found.sid,
            status=found.status,
            error=found.error,
            now=now,
            source="asked",
        )
    elif proven_absent:
        _absent(session, one, now)
    else:
        _ask_later(session, one, proof_from, now)


def _match(session: Session, one: Unknown, texts: Sequence[CarrierText]) -> CarrierText | None:
    """The text of this attempt in the carrier's list: nobody else's, and nearest in time.

    Redacted lists show no words; then the time alone must do, and has to fit.
    """
    since = one.handed_over_at - MARGIN
    alike = [
        text
        for text in texts
        if not text.inbound
        and text.to == one.number
        and (text.body == one.body or (text.body == "" and text.created_at >= since))
    ]
    taken = set(
        session.scalars(select(Message.sid).where(Message.sid.in_([text.sid for text in alike])))
    )
    free = [text for text in alike if text.sid not in taken]
    return min(free, key=lambda text: abs(text.created_at - one.handed_over_at), default=None)


def _absent(session: Session, one: Unknown, now: datetime) -> None:
    """Proven absent: back into the queue while it is useful, else expired."""
    useful = one.useful_until > now
    moved = session.execute(
        update(Message)
        .where(
            Message.id == one.message_id,
            Message.state == MessageState.UNKNOWN,
            Message.attempts == one.attempts,
        )
        .values(
            state=MessageState.QUEUED if useful else MessageState.EXPIRED,
            error="absent" if useful else "too_late",
            settled_at=now,
            ask_at=None,
        )
        .execution_options(synchronize_session=False)
    )
    if getattr(moved, "rowcount", 0):
        session.execute(
            update(Attempt)
            .where(Attempt.message_id == one.message_id, Attempt.ordinal == one.attempts)
            .values(outcome=Answer.ABSENT, settled_at=now)
            .execution_options(synchronize_session=False)
        )
        if not useful:
            owe_again(session, [one.message_id], now=now)


def _ask_later(session: Session, one: Unknown, proof_from: datetime, now: datetime) -> None:
    """Again when absence begins to count as proof; then ever more seldom, but never give up."""
    overdue = now - proof_from
    wait = -overdue if overdue < timedelta(0) else min(max(overdue, ASK_ABOUT_UNKNOWN), _SLOWEST)
    session.execute(
        update(Message)
        .where(Message.id == one.message_id, Message.state == MessageState.UNKNOWN)
        .values(ask_at=now + wait)
        .execution_options(synchronize_session=False)
    )
