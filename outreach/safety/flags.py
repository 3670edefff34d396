"""Flags: opened or joined by replies and silences, then claimed, noted and closed by people.

One episode is one flag, its severity only rises, its history is only added to. What people do
goes through one UPDATE that names the version they saw; who comes second is told so.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from outreach.models import Client, Flag, FlagEvent, Page, new_id
from outreach.models.counting import add_one
from outreach.programs.file import ProgramFile
from outreach.safety.clocks import EPISODE, RECENT, is_paged, look_by, one_step_up
from outreach.vocabulary import Concern, FlagOutcome, FlagReason, FlagState, Severity

_EPISODE_REASONS = (
    FlagReason.CONCERN,
    FlagReason.UNMATCHED,
    FlagReason.UNSCREENED,
    FlagReason.LOW_SCORE,
    FlagReason.SILENCE,
)
"""These are about how a client is; several of them are one episode. Other reasons stay apart."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """Why a person must look. `details` hold rule ids, spans and ids; never words."""

    program_id: str
    reason: FlagReason
    severity: Severity
    concern: Concern = Concern.NONE
    client_id: str | None = None
    number_hash: str | None = None
    reply_id: str | None = None
    details: dict[str, Any] = field(default_factory=dict)


def open_or_join(session: Session, alarm: Alarm, file: ProgramFile, *, now: datetime) -> Flag:
    """The flag that holds this alarm: the open one of its episode, or a new one.

    The caller holds the client's lock, so two replies of one person never make two flags.
    """
    flag = _open_episode(session, alarm, now)
    if flag is not None:
        _join(session, flag, alarm, file, now)
        return flag
    severity = alarm.severity
    if alarm.reason in {FlagReason.CONCERN, FlagReason.UNMATCHED} and _was_recent(
        session, alarm, now
    ):
        severity = one_step_up(severity)
    return _open(session, alarm, severity, file, now)


def claim(session: Session, flag_id: str, staff_id: str, version: int, now: datetime) -> bool:
    """Make `staff_id` the owner; False if the flag changed since `version` or is closed.

    Whoever claims has seen it: paging stops.
    """
    values = {"state": FlagState.CLAIMED, "owner_id": staff_id, "page_at": None}
    if not _changed(session, flag_id, version, values):
        return False
    _end_pages(session, flag_id, now)
    add_event(session, flag_id, "claimed", now=now, staff_id=staff_id)
    return True


def release_claim(
    session: Session, flag_id: str, staff_id: str, version: int, now: datetime
) -> bool:
    """Put the flag back into the queue; an urgent one starts paging again."""
    flag = session.get(Flag, flag_id)
    urgent = flag is not None and is_paged(Severity(flag.severity))
    values = {
        "state": FlagState.OPEN,
        "owner_id": None,
        "page_at": now if urgent else None,
        "page_step": 0,
    }
    if not _changed(session, flag_id, version, values, Flag.state == FlagState.CLAIMED):
        return False
    add_event(session, flag_id, "released", now=now, staff_id=staff_id)
    return True


def add_note(
    session: Session, flag_id: str, staff_id: str, note: str, version: int, now: datetime
) -> bool:
    """Append a note; False if the flag changed since `version` or is closed."""
    if not _changed(session, flag_id, version, {}):
        return False
    add_event(session, flag_id, "note", now=now, staff_id=staff_id, note=note)
    return True


def close(
    session: Session,
    flag_id: str,
    staff_id: str,
    outcome: FlagOutcome,
    note: str | None,
    resume: bool,
    version: int,
    now: datetime,
) -> bool:
    """Close the flag; False if it changed since `version` or is closed already.

    Without `resume` the client stays paused until staff end the pause.
    """
    values = {
        "state": FlagState.CLOSED,
        "outcome": outcome,
        "closed_at": now,
        "page_at": None,
        "owner_id": staff_id,
    }
    if not _changed(session, flag_id, version, values):
        return False
    _end_pages(session, flag_id, now)
    _let_texts_go_on(session, flag_id, resume, now)
    details = {"outcome": outcome, "resume": resume}
    add_event(session, flag_id, "closed", now=now, staff_id=staff_id, details=details, note=note)
    return True


def add_event(
    session: Session,
    flag_id: str,
    what: str,
    *,
    now: datetime,
    staff_id: str | None = None,
    reply_id: str | None = None,
    details: dict[str, Any] | None = None,
    note: str | None = None,
) -> None:
    """Append one line to a flag's history; only `note` may hold words, and it is sealed."""
    event = FlagEvent(id=new_id(), flag_id=flag_id, at=now, what=what, staff_id=staff_id)
    event.reply_id, event.details = reply_id, details
    event.note = note or None
    session.add(event)


def lock_client(session: Session, client_id: str | None) -> None:
    """On PostgreSQL let nobody else open a flag about this client; SQLite has one writer anyway."""
    session.execute(select(Client.id).where(Client.id == client_id).with_for_update())


def about(alarm_client: str | None, number_hash: str | None) -> ColumnElement[bool]:
    """Flags of this client or of the number they text from; people may share a phone."""
    same = []
    if alarm_client:
        same.append(Flag.client_id == alarm_client)
    if number_hash:
        same.append(Flag.number_hash == number_hash)
    return or_(*same)


def _open_episode(session: Session, alarm: Alarm, now: datetime) -> Flag | None:
    query = select(Flag).where(
        Flag.program_id == alarm.program_id,
        Flag.state != FlagState.CLOSED,
        about(alarm.client_id, alarm.number_hash),
    )
    if alarm.reason in _EPISODE_REASONS:
        latest = func.coalesce(Flag.last_reply_at, Flag.opened_at)
        query = query.where(Flag.reason.in_(_EPISODE_REASONS), latest > now - EPISODE)
    else:
        query = query.where(Flag.reason == alarm.reason)
    return session.scalars(query.order_by(Flag.opened_at.desc()).limit(1)).first()


def _was_recent(session: Session, alarm: Alarm, now: datetime) -> bool:
    query = select(Flag.id).where(
        Flag.program_id == alarm.program_id,
        about(alarm.client_id, alarm.number_hash),
        Flag.reason.in_((FlagReason.CONCERN, FlagReason.UNMATCHED)),
        func.coalesce(Flag.last_reply_at, Flag.opened_at) > now - RECENT,
        func.coalesce(Flag.outcome, "") != FlagOutcome.FALSE_ALARM,
    )
    return session.execute(query.limit(1)).first() is not None


def _open(
    session: Session, alarm: Alarm, severity: Severity, file: ProgramFile, now: datetime
) -> Flag:
    flag = Flag(
        id=new_id(),
        program_id=alarm.program_id,
        client_id=alarm.client_id,
        number_hash=alarm.number_hash,
        reply_id=alarm.reply_id,
        ref=_next_ref(session, alarm.program_id),
        reason=alarm.reason,
        concern=alarm.concern,
        severity=severity,
        state=FlagState.OPEN,
        opened_at=now,
        last_reply_at=now if alarm.reply_id else None,
        due_at=look_by(severity, file, now),
        page_at=now if is_paged(severity) else None,
    )
    session.add(flag)
    session.flush()
    _tell(session, flag, "opened", alarm, now)
    return flag


def _join(session: Session, flag: Flag, alarm: Alarm, file: ProgramFile, now: datetime) -> None:
    before = Severity(flag.severity)
    rises = alarm.severity.rank > before.rank
    if rises:
        flag.severity, flag.concern = alarm.severity, alarm.concern
        flag.reason = alarm.reason
        flag.due_at = min(flag.due_at, look_by(alarm.severity, file, now))
        if is_paged(alarm.severity):
            # Also when somebody claimed it: they claimed something less urgent.
            flag.page_at, flag.page_step = now, 0
    if alarm.reply_id:
        flag.last_reply_at = now
    flag.version += 1
    _tell(session, flag, "raised" if rises else "joined", alarm, now)


def _tell(session: Session, flag: Flag, what: str, alarm: Alarm, now: datetime) -> None:
    details = {
        **alarm.details,
        "severity": alarm.severity,
        "concern": alarm.concern,
        "reason": alarm.reason,
    }
    if alarm.severity != flag.severity:
        details["flag_severity"] = flag.severity
    add_event(session, flag.id, what, now=now, reply_id=alarm.reply_id, details=details)


def _changed(
    session: Session,
    flag_id: str,
    version: int,
    values: dict[str, Any],
    *conditions: ColumnElement[bool],
) -> bool:
    """One UPDATE whose row count decides who was first (law 8)."""
    result = session.execute(
        update(Flag)
        .where(
            Flag.id == flag_id,
            Flag.version == version,
            Flag.state != FlagState.CLOSED,
            *conditions,
        )
        .values(version=version + 1, **values)
        .execution_options(synchronize_session="fetch")
    )
    return int(getattr(result, "rowcount", 0)) == 1


def _end_pages(session: Session, flag_id: str, now: datetime) -> None:
    session.execute(
        update(Page)
        .where(Page.flag_id == flag_id, Page.ended_at.is_(None))
        .values(ended_at=now, next_at=None)
        .execution_options(synchronize_session=False)
    )


def _let_texts_go_on(session: Session, flag_id: str, resume: bool, now: datetime) -> None:
    client_id = session.scalar(select(Flag.client_id).where(Flag.id == flag_id))
    if client_id is None:
        return
    values: dict[str, Any] = {"replan_since": now}
    if not resume:
        values |= {"paused_at": now, "paused_until": None, "paused_by": "staff"}
    session.execute(
        update(Client)
        .where(Client.id == client_id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def _next_ref(session: Session, program_id: str) -> str:
    """Q1, Q2, ...: unique in the program, short enough to be read out."""
    return f"Q{add_one(session, f'flag:{program_id}')}"
