"""After a long silence: was it an outage, or are we a backup that was put back?

A restored database has forgotten texts that it sent. The carrier has not: if its list shows texts
of ours that we lack, every program starts paused, and people decide. What was planned for those
people in the silence may be just what they got, so it does not go out again. Otherwise it was an
outage, and what is still useful simply goes out.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from outreach import vault
from outreach.database import Database
from outreach.delivery.carrier import Carrier, CarrierText
from outreach.delivery.receipts import record_receipt
from outreach.models import Client, Decision, Message, Program, Sender, Touchpoint
from outreach.policy.reasons import Reason
from outreach.programs.loaded import load_programs
from outreach.safety.flags import Alarm, open_or_join
from outreach.vocabulary import FlagReason, MessageState, Severity, TouchpointState, Verdict

GAP = timedelta(minutes=15)
"""A silence of the scheduler that is longer than this is looked into."""

MARGIN = timedelta(minutes=2)
_SOME = 500
_log = structlog.get_logger()


def look_for_forgotten(
    database: Database, carrier: Carrier, *, silent_since: datetime, now: datetime
) -> int:
    """Compare the carrier's list since `silent_since` with ours; returns how many texts we lack.

    Those that still wait in the queue are bound to what the carrier has and are not sent again; for
    the others what was planned since then is skipped. If any is lacking, all programs are paused
    and each is told. Raises LookUpError.
    """
    since = silent_since - MARGIN
    listed = list(carrier.outbound_since(since))
    with database.write() as session:
        forgotten = _forgotten(session, listed)
        unbound = [text for text in forgotten if not _bind(session, text, now)]
        for text in unbound:
            _skip_planned(session, text, since, now)
        if forgotten:
            _pause_everything(session, len(forgotten), now)
    if forgotten:
        _log.error("database_was_restored", count=len(forgotten))
    return len(forgotten)


def _forgotten(session: Session, listed: Sequence[CarrierText]) -> list[CarrierText]:
    """Texts from our senders whose sid no message has and that no open attempt explains."""
    ours = set(session.scalars(select(Sender.address)))
    mine = [text for text in listed if text.from_ in ours or text.service in ours]
    known: set[str | None] = set()
    for some in _pieces([text.sid for text in mine]):
        known.update(session.scalars(select(Message.sid).where(Message.sid.in_(some))))
    return [text for text in mine if text.sid not in known and not _is_open_attempt(session, text)]


def _is_open_attempt(session: Session, text: CarrierText) -> bool:
    """A crash, not a backup: reconcile binds it."""
    open_attempt = select(Message.id).where(
        Message.twin_hash.in_(_twin_hashes(text)),
        Message.state.in_((MessageState.HANDING_OVER, MessageState.UNKNOWN)),
    )
    return session.execute(open_attempt.limit(1)).first() is not None


def _bind(session: Session, text: CarrierText, now: datetime) -> bool:
    """The same words to the same number still wait here: they went out, so they wait no more."""
    waiting = session.scalar(
        select(Message.id)
        .where(
            Message.twin_hash.in_(_twin_hashes(text)),
            Message.state.in_((MessageState.QUEUED, MessageState.CLAIMED)),
        )
        .order_by(Message.created_at)
        .limit(1)
    )
    if waiting is not None:
        record_receipt(
            session,
            message_id=waiting,
            sid=text.sid,
            status=text.status,
            error=text.error,
            now=now,
            source="asked",
        )
    return waiting is not None


def _skip_planned(session: Session, text: CarrierText, since: datetime, now: datetime) -> None:
    """The text went to this number; which of the planned ones it was, nobody can tell any more."""
    reached = session.scalars(
        select(Client.id)
        .join(Sender, Sender.program_id == Client.program_id)
        .where(
            Client.number_hash.in_(vault.current().fingerprints(text.to)),
            or_(Sender.address == text.from_, Sender.address == text.service),
        )
    ).all()
    skipped = session.execute(
        update(Touchpoint)
        .where(
            Touchpoint.client_id.in_(reached),
            Touchpoint.state == TouchpointState.PLANNED,
            Touchpoint.planned_at.between(since, now),
        )
        .values(state=TouchpointState.SKIPPED, reason=Reason.MAY_HAVE_GONE, decided_at=now)
        .returning(Touchpoint.id)
        .execution_options(synchronize_session=False)
    )
    session.add_all(
        Decision(touchpoint_id=each, at=now, verdict=Verdict.SKIP, reason=Reason.MAY_HAVE_GONE)
        for each in skipped.scalars().all()
    )
    session.execute(
        update(Client)
        .where(Client.id.in_(reached))
        .values(
            replan_since=now,
            # No text goes out before the welcome, so it had gone out too.
            welcomed_at=func.coalesce(Client.welcomed_at, text.created_at),
        )
        .execution_options(synchronize_session=False)
    )


def _pause_everything(session: Session, count: int, now: datetime) -> None:
    session.execute(
        update(Program)
        .where(Program.paused_at.is_(None))
        .values(paused_at=now)
        .execution_options(synchronize_session=False)
    )
    for program in load_programs(session).values():
        alarm = Alarm(
            program_id=program.id,
            reason=FlagReason.DELIVERY,
            severity=Severity.HIGH,
            number_hash=program.sender_id,  # what the flag is about: nobody's number
            details={"why": "restored", "count": count},
        )
        open_or_join(session, alarm, program.file, now=now)


def _twin_hashes(text: CarrierText) -> tuple[str, ...]:
    return vault.current().fingerprints(f"{text.to}\n{text.body}")


def _pieces(sids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (sids[start : start + _SOME] for start in range(0, len(sids), _SOME))
