"""Safety replies: what a worrying text is answered with, and making sure that it arrived.

At most one per episode unless its severity rises. A text says that staff were told only when a
page was accepted. One without a receipt after two minutes is looked up at the carrier, then sent
again by REST, and staff are paged; so they are when one failed.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, insert, select, text, update
from sqlalchemy.orm import Session
from structlog import get_logger

from outreach.content.crisis_lines import crisis_variables, safety_text_id
from outreach.content.library import Library
from outreach.database import Database
from outreach.delivery.carrier import Carrier, CarrierText, LookUpError
from outreach.delivery.outbox import Outbound, message_row
from outreach.delivery.receipts import record_receipt
from outreach.models import Flag, FlagEvent, Message, Page
from outreach.programs.loaded import load_program
from outreach.safety.clocks import RECEIPT_WITHIN
from outreach.safety.flags import Alarm, add_event, open_or_join
from outreach.vocabulary import (
    Concern,
    FlagReason,
    FlagState,
    MessageKind,
    MessageState,
    Severity,
)

log = get_logger(__name__)

_LOOKS_BACK = timedelta(hours=24)
_STAYS_USEFUL = timedelta(hours=1)
_CLOCKS_DIFFER = timedelta(minutes=5)
_AT_ONCE = 50
_NO_RECEIPT = "no_receipt"
_ASK_FOR = timedelta(minutes=10)
# Literal, not bound: both databases use a partial index only where the query spells it out.
_IS_SAFETY = text("message.kind = 'safety'")
_LOST = (MessageState.FAILED, MessageState.UNDELIVERED, MessageState.EXPIRED)


def safety_words(
    session: Session, flag: Flag, country: str, language: str
) -> tuple[str, Mapping[str, str]]:
    """(text id, variables) of the safety reply for this flag's concern and severity."""
    told = session.scalar(
        select(Page.id).where(Page.flag_id == flag.id, Page.accepted_at.is_not(None)).limit(1)
    )
    text_id = safety_text_id(
        Concern(flag.concern), Severity(flag.severity), staff_told=told is not None
    )
    return text_id, crisis_variables(country, language)


def chase_safety_replies(
    database: Database, carrier: Carrier, _library: Library, *, now: datetime
) -> int:
    """See to safety replies that nobody knows to have left; returns how many were seen to.

    No text is chosen anew: the words are sent again exactly as they were.
    """
    with database.read() as session:
        silent = session.scalars(_silent(now)).all()
        lost = session.scalars(_lost(now)).all()
    for message in silent:
        _look_up(database, carrier, message, now)
    told = 0
    for message in lost:
        with database.write() as session:
            told += tell_staff(session, message, "safety_failed", now)
    return len(silent) + told


def _silent(now: datetime) -> Select[Any]:
    """Answered in a response, and no receipt since."""
    return _recent(now).where(
        Message.state == MessageState.ANSWERED, Message.created_at <= now - RECEIPT_WITHIN
    )


def _lost(now: datetime) -> Select[Any]:
    """Failed, and staff were not told yet. What was sent again is judged by its second try."""
    told = (
        select(FlagEvent.id)
        .where(FlagEvent.reply_id == Message.reply_id, FlagEvent.what == "safety_failed")
        .exists()
    )
    return _recent(now).where(
        Message.state.in_(_LOST), func.coalesce(Message.error, "") != _NO_RECEIPT, ~told
    )


def _recent(now: datetime) -> Select[Any]:
    return (
        select(Message)
        .where(_IS_SAFETY, Message.created_at > now - _LOOKS_BACK, Message.reply_id.is_not(None))
        .order_by(Message.created_at)
        .limit(_AT_ONCE)
    )


def _look_up(database: Database, carrier: Carrier, message: Message, now: datetime) -> None:
    """Ask the carrier, outside any transaction; only a complete list proves absence."""
    number, body = message.number or "", message.body or ""
    since = message.created_at - _CLOCKS_DIFFER
    try:
        listing = carrier.find(number, since)
    except LookUpError as error:
        log.warning("safety reply not looked up", message_id=message.id, code=str(error))
        _tell_if_old(database, message, now)
        return
    found = _match(listing.texts, body, since)
    with database.write() as session:
        if found is not None:
            record_receipt(
                session,
                message_id=message.id,
                sid=found.sid,
                status=found.status,
                error=found.error,
                now=now,
                source="asked",
            )
        elif listing.complete:
            _send_again(session, message, number, body, now)
    if found is None and not listing.complete:
        _tell_if_old(database, message, now)


def _match(texts: Sequence[CarrierText], body: str, since: datetime) -> CarrierText | None:
    """The newest outbound text with these words; a redacted one counts by its time."""
    fitting = [
        text
        for text in texts
        if not text.inbound and text.created_at >= since and text.body in {body, ""}
    ]
    return max(fitting, key=lambda text: text.created_at, default=None)


def _send_again(session: Session, message: Message, number: str, body: str, now: datetime) -> None:
    """The carrier never had it: queue the same words, and page."""
    ended = session.execute(
        update(Message)
        .where(Message.id == message.id, Message.state == MessageState.ANSWERED)
        .values(state=MessageState.FAILED, error=_NO_RECEIPT, settled_at=now)
        .execution_options(synchronize_session=False)
    )
    if not getattr(ended, "rowcount", 0):
        return  # its receipt came meanwhile
    again = message_row(
        Outbound(
            program_id=message.program_id,
            sender_id=message.sender_id,
            number=number,
            number_hash=message.number_hash,
            body=body,
            kind=MessageKind.SAFETY,
            language=message.language,
            send_after=now,
            useful_until=now + _STAYS_USEFUL,
            client_id=message.client_id,
            reply_id=message.reply_id,
            text_id=message.text_id,
        ),
        now=now,
    )
    session.execute(insert(Message), {**again, "repeats_id": message.id})
    tell_staff(session, message, "safety_resent", now)


def _tell_if_old(database: Database, message: Message, now: datetime) -> None:
    """The carrier cannot be asked for long: a person must not wait for it."""
    if now - message.created_at > _ASK_FOR:
        with database.write() as session:
            tell_staff(session, message, "safety_unproven", now)


def tell_staff(session: Session, message: Message, what: str, now: datetime) -> bool:
    """Page about a safety reply that may not have arrived, once per reason and reply."""
    flag = session.scalars(
        select(Flag)
        .join(FlagEvent, FlagEvent.flag_id == Flag.id)
        .where(FlagEvent.reply_id == message.reply_id)
        .order_by(Flag.opened_at.desc())
        .limit(1)
    ).first()
    if flag is None or flag.state == FlagState.CLOSED:
        flag = _delivery_flag(session, message, now)
    known = session.scalar(
        select(FlagEvent.id)
        .where(FlagEvent.flag_id == flag.id, FlagEvent.what == what)
        .where(FlagEvent.reply_id == message.reply_id)
    )
    if known is not None:
        return False
    details = {"message_id": message.id}
    add_event(session, flag.id, what, now=now, reply_id=message.reply_id, details=details)
    flag.page_at, flag.version = now, flag.version + 1
    return True


def _delivery_flag(session: Session, message: Message, now: datetime) -> Flag:
    alarm = Alarm(
        program_id=message.program_id,
        reason=FlagReason.DELIVERY,
        severity=Severity.HIGH,
        client_id=message.client_id,
        number_hash=message.number_hash,
        reply_id=message.reply_id,
    )
    return open_or_join(session, alarm, load_program(session, message.program_id).file, now=now)
