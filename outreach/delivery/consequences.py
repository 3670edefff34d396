"""What a carrier's error means beyond its text: for the person, the sender, the staff.

errors.yaml says which; this carries it out, inside the transaction that settled the text. The
conditional UPDATEs see to it that a fault of a sender opens one flag and not a thousand.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, select, true, update
from sqlalchemy.orm import Session

from outreach.consent import ConsentFact, record
from outreach.delivery.errors import CarrierError, codes, error_of
from outreach.delivery.repeat import repeat
from outreach.models import Client, Message, Sender
from outreach.programs.loaded import load_program
from outreach.safety.flags import Alarm, open_or_join
from outreach.vocabulary import (
    ConsentKind,
    ConsentSource,
    FlagReason,
    MessageKind,
    MessageState,
    Severity,
)

STREAK = 3
"""So many texts in a row that did not reach a phone are a staff task."""

_ENDED = (MessageState.DELIVERED, MessageState.UNDELIVERED, MessageState.FAILED)


def follow(session: Session, message_id: str, code: str | None, *, now: datetime) -> None:
    """Act on the error with which the text `message_id` ended or was put back."""
    error = error_of(code)
    message = session.get(Message, message_id, populate_existing=True)
    if message is None:
        return
    if error.stops in {"sender", "account"}:
        _stop_senders(session, message, error, now)
        return
    if message.kind == MessageKind.PAGE or error.outcome != "failed":
        return  # a page escalates by itself; what was put back has not ended
    if error.consent == "revoked":
        _revoke(session, message, error, now)
    elif error.stops == "number":
        _stop_client(session, message, now)
    if error.task == "now" or (error.task == "unreachable" and _unreachable(session, message)):
        _open_task(session, message, error, now)
    elif error.again:
        repeat(session, message, error.again, now=now)


def _revoke(session: Session, message: Message, error: CarrierError, now: datetime) -> None:
    """The carrier's word ends consent; what waits is cancelled in this same transaction."""
    fact = ConsentFact(
        program_id=message.program_id,
        number_hash=message.number_hash,
        kind=ConsentKind.REVOKED,
        source=ConsentSource.CARRIER,
        at=now,
        proof=f"carrier error {error.code} for message {message.id}",
        client_id=message.client_id,
    )
    record(session, fact, now=now)


def _stop_client(session: Session, message: Message, now: datetime) -> None:
    """Pause whoever has this number until staff act: more texts would only harm the sender."""
    session.execute(
        update(Client)
        .where(
            Client.program_id == message.program_id,
            Client.number_hash == message.number_hash,
            Client.paused_at.is_(None),
        )
        .values(paused_at=now, paused_until=None, paused_by="carrier")
        .execution_options(synchronize_session=False)
    )


def _stop_senders(session: Session, message: Message, error: CarrierError, now: datetime) -> None:
    """Stop this sender, or all of them; whoever stopped one tells its program, once."""
    which: ColumnElement[bool] = Sender.id == message.sender_id
    if error.stops == "account":
        which = true()
    stopped = session.execute(
        update(Sender)
        .where(which, Sender.stopped_at.is_(None))
        .values(stopped_at=now, stopped_code=error.code)
        .returning(Sender.id, Sender.program_id)
        .execution_options(synchronize_session=False)
    ).all()
    for sender in stopped:
        alarm = Alarm(
            program_id=sender.program_id,
            reason=FlagReason.DELIVERY,
            severity=Severity.HIGH,
            number_hash=sender.id,  # what the flag is about: nobody's number, but this sender
            details={"code": error.code, "sender_id": sender.id},
        )
        open_or_join(session, alarm, load_program(session, sender.program_id).file, now=now)


def _unreachable(session: Session, message: Message) -> bool:
    """Whether the last texts to this number all failed to reach a phone."""
    counting = {code for code in codes() if error_of(code).task == "unreachable"}
    last = session.execute(_last_ended(message)).all()
    return len(last) == STREAK and all(
        row.state != MessageState.DELIVERED and row.error in counting for row in last
    )


def _last_ended(message: Message) -> Select[str, str | None]:
    return (
        select(Message.state, Message.error)
        .where(
            Message.program_id == message.program_id,
            Message.number_hash == message.number_hash,
            Message.state.in_(_ENDED),
        )
        .order_by(Message.created_at.desc())
        .limit(STREAK)
    )


def _open_task(session: Session, message: Message, error: CarrierError, now: datetime) -> None:
    unreachable = error.task == "unreachable" or error.stops == "number"
    alarm = Alarm(
        program_id=message.program_id,
        reason=FlagReason.UNREACHABLE if unreachable else FlagReason.DELIVERY,
        severity=Severity.LOW,
        client_id=message.client_id,
        number_hash=message.number_hash,
        details={"code": error.code, "message_id": message.id},
    )
    open_or_join(session, alarm, load_program(session, message.program_id).file, now=now)
