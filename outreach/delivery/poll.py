"""Receipts that never came: ask the carrier, ever more seldom, so that `sent` is not for ever."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from outreach.database import Database
from outreach.delivery.asking import ask_again
from outreach.delivery.carrier import Carrier, CarrierText, LookUpError
from outreach.delivery.receipts import record_receipt
from outreach.models import Message
from outreach.vocabulary import MessageState

_ON_THE_WAY = (MessageState.ACCEPTED, MessageState.SENT)
_LOOKERS = 8
_PAGE = 100
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Question:
    message_id: str
    sid: str
    handed_over_at: datetime


def poll_receipts(database: Database, carrier: Carrier, *, now: datetime) -> int:
    """Ask about one page of texts on their way whose question is due; returns how many."""
    with database.read() as session:
        questions = _due(session, now)
    if not questions:
        return 0
    with ThreadPoolExecutor(_LOOKERS, thread_name_prefix="poll") as lookers:
        answers = lookers.map(lambda question: _ask(carrier, question), questions)
        for question, answer in zip(questions, answers, strict=True):
            with database.write() as session:
                _note(session, question, answer, now)
    return len(questions)


def _due(session: Session, now: datetime) -> Sequence[_Question]:
    rows = session.execute(
        select(Message.id, Message.sid, Message.handed_over_at, Message.created_at)
        .where(Message.ask_at <= now, Message.state.in_(_ON_THE_WAY), Message.sid.is_not(None))
        .order_by(Message.ask_at)
        .limit(_PAGE)
    )
    return [_Question(row.id, row.sid, row.handed_over_at or row.created_at) for row in rows]


def _ask(carrier: Carrier, question: _Question) -> CarrierText | None:
    try:
        return carrier.status(question.sid)
    except LookUpError as error:
        _log.warning("receipt_look_up_failed", message_id=question.message_id, code=str(error))
        return None


def _note(session: Session, question: _Question, answer: CarrierText | None, now: datetime) -> None:
    """Keep the answer as a receipt, and say when to ask again if the text is still on its way."""
    if answer is not None:
        record_receipt(
            session,
            message_id=question.message_id,
            sid=question.sid,
            status=answer.status,
            error=answer.error,
            now=now,
            source="asked",
        )
    session.execute(
        update(Message)
        .where(Message.id == question.message_id, Message.state.in_(_ON_THE_WAY))
        .values(ask_at=ask_again(question.handed_over_at, now))
        .execution_options(synchronize_session=False)
    )
