"""Silence as a signal: check-ins that stay unanswered, and no word after a safety reply.

Silent is who sent nothing at all; an unanswered question beside other texts is no silence.
"""

from datetime import datetime, timedelta

from sqlalchemy import Row, Select, exists, func, select, update
from sqlalchemy.orm import Session, aliased

from outreach.database import Database
from outreach.models import Client, Flag, FlagEvent, Message, Prompt, Reply
from outreach.programs.loaded import LoadedProgram, load_programs
from outreach.safety.flags import Alarm, add_event, open_or_join
from outreach.vocabulary import (
    ClientStatus,
    FlagReason,
    FlagState,
    MessageKind,
    PromptKind,
    Severity,
)

AFTER_SAFETY = timedelta(hours=2)
"""Without a word for this long after a safety reply, the flag's history says so, and an urgent
flag that nobody has pages at once."""

WORRIED_FOR = timedelta(days=14)
"""Silence this soon after a worrying reply is looked at the same day."""

_CHECK_INS = (PromptKind.SCALE, PromptKind.GOAL, PromptKind.OPEN)
_LOOKS_BACK = timedelta(hours=24)
_AT_ONCE = 500

_Asked = Row[str, str, str, datetime]
"""client_id, program_id, number_hash and closed_at of `_unanswered`."""


def watch_silence(database: Database, *, now: datetime) -> int:
    """Open flags for clients who fell silent; returns how many flags were opened or told."""
    with database.read() as session:
        candidates = session.execute(_unanswered(now)).all()
        unanswered_safety = session.execute(_no_word_after_safety(now)).all()
        programs = load_programs(session, sorted({row.program_id for row in candidates}))
        silent = [row for row in candidates if _is_silent(session, row, programs, now)]
    told = 0
    for row in silent:
        with database.write() as session:
            told += _flag(session, row, programs[row.program_id], now)
    for flag_id, reply_id in unanswered_safety:
        with database.write() as session:
            _note_no_word(session, flag_id, reply_id, now)
    return told + len(unanswered_safety)


def _unanswered(now: datetime) -> Select[str, str, str, datetime]:
    """Active clients with a check-in that closed lately without any text since it was asked."""
    texted = exists().where(Reply.client_id == Client.id, Reply.received_at >= Prompt.opened_at)
    return (
        select(
            Client.id.label("client_id"),
            Client.program_id,
            Client.number_hash,
            func.max(Prompt.closes_at).label("closed_at"),
        )
        .join(Client, Client.id == Prompt.client_id)
        .where(
            Prompt.closes_at > now - _LOOKS_BACK,
            Prompt.closes_at <= now,
            Prompt.answered_at.is_(None),
            Prompt.kind.in_(_CHECK_INS),
            Client.status == ClientStatus.ACTIVE,
            ~texted,
        )
        .group_by(Client.id, Client.program_id, Client.number_hash)
        .limit(_AT_ONCE)
    )


def _is_silent(
    session: Session, row: _Asked, programs: dict[str, LoadedProgram], now: datetime
) -> bool:
    """Whether the program's number of check-ins in a row got no word, and nobody was told yet."""
    wanted = programs[row.program_id].file.silence_after
    if wanted is None:
        return False
    asked = session.execute(_last_check_ins(row.client_id, wanted, now)).all()
    if len(asked) < wanted or any(each.answered_at is not None for each in asked):
        return False
    since = min(each.opened_at for each in asked)
    last_word = session.scalar(
        select(func.max(Reply.received_at)).where(Reply.client_id == row.client_id)
    )
    if last_word is not None and last_word >= since:
        return False
    return not _was_flagged(session, row.client_id, last_word)


def _last_check_ins(client_id: str, count: int, now: datetime) -> Select[datetime, datetime | None]:
    return (
        select(Prompt.opened_at, Prompt.answered_at)
        .where(Prompt.client_id == client_id, Prompt.kind.in_(_CHECK_INS), Prompt.closes_at <= now)
        .order_by(Prompt.opened_at.desc())
        .limit(count)
    )


def _was_flagged(session: Session, client_id: str, last_word: datetime | None) -> bool:
    """Whether this very silence has its flag: one opened since the last word."""
    query = select(Flag.id).where(Flag.client_id == client_id, Flag.reason == FlagReason.SILENCE)
    if last_word is not None:
        query = query.where(Flag.opened_at > last_word)
    return session.scalar(query.limit(1)) is not None


def _flag(session: Session, row: _Asked, program: LoadedProgram, now: datetime) -> bool:
    worried = session.scalar(
        select(Flag.id)
        .where(
            Flag.client_id == row.client_id,
            Flag.reason == FlagReason.CONCERN,
            Flag.opened_at > now - WORRIED_FOR,
        )
        .limit(1)
    )
    alarm = Alarm(
        program_id=row.program_id,
        reason=FlagReason.SILENCE,
        severity=Severity.MODERATE if worried else Severity.LOW,
        client_id=row.client_id,
        number_hash=row.number_hash,
        details={"unanswered": program.file.silence_after},
    )
    flag = open_or_join(session, alarm, program.file, now=now)
    return flag.opened_at == now


def _note_no_word(session: Session, flag_id: str, reply_id: str | None, now: datetime) -> None:
    add_event(session, flag_id, "no_word", now=now, reply_id=reply_id)
    session.execute(
        update(Flag)
        .where(Flag.id == flag_id, Flag.state == FlagState.OPEN, Flag.page_at > now)
        .values(page_at=now)
        .execution_options(synchronize_session=False)
    )


def _no_word_after_safety(now: datetime) -> Select[str, str | None]:
    """Open flags whose safety reply was followed by no text, and whose history lacks the line."""
    texted = exists().where(
        Reply.number_hash == Message.number_hash,
        Reply.program_id == Message.program_id,
        Reply.received_at > Message.created_at,
    )
    line = aliased(FlagEvent)
    noted = exists().where(line.flag_id == Flag.id, line.what == "no_word")
    return (
        select(Flag.id.label("flag_id"), Message.reply_id)
        .join(FlagEvent, FlagEvent.flag_id == Flag.id)
        .join(Message, Message.reply_id == FlagEvent.reply_id)
        .where(
            Flag.state != FlagState.CLOSED,
            Flag.opened_at > now - _LOOKS_BACK,
            Message.kind == MessageKind.SAFETY,
            Message.created_at <= now - AFTER_SAFETY,
            ~texted,
            ~noted,
        )
        .distinct()
        .limit(_AT_ONCE)
    )
