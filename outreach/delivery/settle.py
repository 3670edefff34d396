"""Settling: writing down what the carrier answered, many texts at a time.

An answer moves only the attempt it belongs to: a text that was proven absent meanwhile and has a
newer attempt is left alone by a late refusal, while a late "accepted" always counts.
"""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, or_, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from outreach.database import Database
from outreach.delivery.asking import ASK_ABOUT_ACCEPTED, ASK_ABOUT_UNKNOWN
from outreach.delivery.attempt import HandingOver
from outreach.delivery.carrier import Answer, Handover
from outreach.delivery.consequences import follow
from outreach.delivery.errors import error_of
from outreach.delivery.given import among, pairs
from outreach.delivery.pacing import wait_seconds
from outreach.delivery.states import before
from outreach.errors import OutreachError
from outreach.models import Attempt, Message, Sender, SetAside, new_id
from outreach.models.counting import count_metrics
from outreach.vocabulary import MessageState

_MESSAGES = cast("Table", Message.__table__)
_ATTEMPTS = cast("Table", Attempt.__table__)
_OPEN = (MessageState.HANDING_OVER, MessageState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Finished:
    """A text that was handed over, and the carrier's answer."""

    text: HandingOver
    handover: Handover


def settle(session: Session, finished: Sequence[Finished], *, now: datetime) -> None:
    """Move every text by its answer, close its attempt, and act on what the errors mean."""
    if not finished:
        return
    by_answer: dict[Answer, list[Finished]] = {answer: [] for answer in Answer}
    for one in finished:
        by_answer[one.handover.answer].append(one)
    _accept(session, by_answer[Answer.ACCEPTED], now)
    _fail(session, by_answer[Answer.REFUSED], now)
    _put_back(session, by_answer[Answer.RETRY], now)
    _leave_unknown(session, by_answer[Answer.UNKNOWN], now)
    _close_attempts(session, finished, now)
    for one in by_answer[Answer.REFUSED] + by_answer[Answer.RETRY]:
        follow(session, one.text.message_id, one.handover.code, now=now)
    answers = Counter(f"handovers:{one.handover.answer}:{one.text.kind}" for one in finished)
    count_metrics(session, answers)


def settle_one_by_one(database: Database, finished: Sequence[Finished], *, now: datetime) -> None:
    """Settle each text in a transaction of its own and set aside those that cannot be (law 12).

    Such a text keeps its attempt without an answer, so nobody sends it again: reconcile asks.
    """
    for one in finished:
        try:
            with database.write() as session:
                settle(session, [one], now=now)
        except (SQLAlchemyError, OutreachError) as error:
            with database.write() as session:
                session.add(
                    SetAside(
                        id=new_id(),
                        kind="message",
                        row_id=one.text.message_id,
                        error=f"settle: {type(error).__name__}",
                        at=now,
                    )
                )


def _accept(session: Session, accepted: list[Finished], now: datetime) -> None:
    if not accepted:
        return
    sids = pairs({one.text.message_id: one.handover.sid for one in accepted})
    name = update(_MESSAGES).values(sid=sids.c.value).where(_MESSAGES.c.id == sids.c.key)
    moved = session.execute(
        name.where(_MESSAGES.c.state.in_(before(MessageState.ACCEPTED))).values(
            state=MessageState.ACCEPTED,
            error=None,
            lease_until=None,
            settled_at=now,
            ask_at=now + ASK_ABOUT_ACCEPTED,
        )
    )
    if cast("Any", moved).rowcount != len(accepted):
        # A receipt was faster than our own answer: the state stands, the sid may be missing.
        session.execute(name.where(_MESSAGES.c.sid.is_(None)))


def _fail(session: Session, refused: list[Finished], now: datetime) -> None:
    for one in refused:
        _move(
            session,
            one,
            state=MessageState.FAILED,
            error=one.handover.code,
            settled_at=now,
            ask_at=None,
        )


def _put_back(session: Session, proven_not_taken: list[Finished], now: datetime) -> None:
    """Back into the queue after a wait that grows; the sender as a whole waits as long."""
    waits: dict[str, float] = {}
    for one in proven_not_taken:
        seconds = _wait(one)
        sender = one.text.sender_id
        asked = max(one.handover.after or 0.0, error_of(one.handover.code).after)
        waits[sender] = max(waits.get(sender, 0.0), min(seconds, asked))
        _move(
            session,
            one,
            state=MessageState.QUEUED,
            error=one.handover.code,
            send_after=now + timedelta(seconds=seconds),
            ask_at=None,
        )
    for sender, seconds in waits.items():
        _slow_down(session, sender, now + timedelta(seconds=seconds))


def _wait(one: Finished) -> float:
    error = error_of(one.handover.code)
    noise = random.random()  # noqa: S311  spreads retries, guards nothing
    return max(one.handover.after or 0.0, wait_seconds(one.text.ordinal - 1, error.after, noise))


def _slow_down(session: Session, sender_id: str, until: datetime) -> None:
    session.execute(
        update(Sender)
        .where(Sender.id == sender_id, or_(Sender.free_at.is_(None), Sender.free_at < until))
        .values(free_at=until)
        .execution_options(synchronize_session=False)
    )


def _leave_unknown(session: Session, unknown: list[Finished], now: datetime) -> None:
    for one in unknown:
        _move(
            session,
            one,
            state=MessageState.UNKNOWN,
            error=one.handover.code,
            ask_at=now + ASK_ABOUT_UNKNOWN,
        )


def _move(session: Session, one: Finished, **values: Any) -> None:
    """Move the text of this very attempt, unless something stronger already did."""
    session.execute(
        update(_MESSAGES)
        .where(
            _MESSAGES.c.id == one.text.message_id,
            _MESSAGES.c.state.in_(_OPEN),
            _MESSAGES.c.attempts == one.text.ordinal,
        )
        .values(**values)
    )


def _close_attempts(session: Session, finished: Sequence[Finished], now: datetime) -> None:
    """One statement per kind of answer, which is nearly always one statement."""
    alike: dict[tuple[Answer, str | None], list[str]] = {}
    for one in finished:
        ending = (one.handover.answer, one.handover.code)
        alike.setdefault(ending, []).append(one.text.attempt_id)
    for (answer, code), attempt_ids in alike.items():
        session.execute(
            update(_ATTEMPTS)
            .where(
                among(_ATTEMPTS.c.id, attempt_ids),
                # A receipt that was faster has the last word.
                or_(_ATTEMPTS.c.outcome.is_(None), _ATTEMPTS.c.outcome != Answer.ACCEPTED),
            )
            .values(outcome=answer, error=code, settled_at=now)
        )
