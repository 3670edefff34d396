"""A second reader after the commit: a model or service that a program may plug in. Off by default.

It can only add or raise flags. It is never asked while a client waits for the answer, and whatever
happens to it, the flags of the rules stand.
"""

import importlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import select, update
from structlog import get_logger

from outreach.database import Database
from outreach.models import Reply
from outreach.models.counting import METRIC, add_one
from outreach.programs.loaded import load_program, load_programs
from outreach.safety.flags import Alarm, lock_client, open_or_join
from outreach.settings import Settings, SettingsError
from outreach.vocabulary import Concern, FlagReason, Severity

log = get_logger(__name__)

FAILED = "failed"
_LOOKS_BACK = timedelta(hours=6)
_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """What the second reader thinks that a person should look at, and how fast."""

    concern: Concern
    severity: Severity


class SecondReader(Protocol):
    """Reads one text; None if nobody needs to look. May be slow, may raise."""

    def read(self, text: str) -> SecondOpinion | None:
        """The opinion on one client's text."""
        ...


def second_reader(settings: Settings) -> SecondReader | None:
    """What OUTREACH_SECOND_READER (`module:callable`) makes; None if unset.

    Raises SettingsError if it cannot be made: who set it relies on it.
    """
    if settings.second_reader is None:
        return None
    module, _, name = settings.second_reader.partition(":")
    try:
        reader: SecondReader = getattr(importlib.import_module(module), name)()
    except Exception as error:
        raise SettingsError(
            f"OUTREACH_SECOND_READER cannot be made ({type(error).__name__}). It must be "
            "module:callable; the callable returns an object with read(text)."
        ) from error
    return reader


def read_again(database: Database, reader: SecondReader, *, now: datetime) -> int:
    """Have recent replies read once more; returns how many were. A failure is not tried again."""
    with database.read() as session:
        replies = session.scalars(
            select(Reply)
            .where(
                Reply.program_id.in_(load_programs(session)),
                Reply.received_at > now - _LOOKS_BACK,
                Reply.second_severity.is_(None),
            )
            .order_by(Reply.received_at)
            .limit(_AT_ONCE)
        ).all()
    for reply in replies:
        _read(database, reader, reply, now)
    return len(replies)


def _read(database: Database, reader: SecondReader, reply: Reply, now: datetime) -> None:
    try:
        opinion = reader.read(reply.body or "") or SecondOpinion(Concern.NONE, Severity.NONE)
        severity: str = opinion.severity
    except Exception as error:  # noqa: BLE001  it may be any program; its text may quote a client
        log.warning("second reader failed", reply_id=reply.id, error=type(error).__name__)
        opinion, severity = None, FAILED
    with database.write() as session:
        session.execute(update(Reply).where(Reply.id == reply.id).values(second_severity=severity))
        if opinion is None:
            add_one(session, f"{METRIC}second_reader_failed")
        elif opinion.severity.rank > Severity(reply.severity or Severity.NONE).rank:
            lock_client(session, reply.client_id)
            alarm = _alarm(reply, opinion)
            program = load_program(session, reply.program_id)
            open_or_join(session, alarm, program.file, now=now)


def _alarm(reply: Reply, opinion: SecondOpinion) -> Alarm:
    return Alarm(
        program_id=reply.program_id,
        reason=FlagReason.CONCERN,
        severity=opinion.severity,
        concern=opinion.concern,
        client_id=reply.client_id,
        number_hash=reply.number_hash,
        reply_id=reply.id,
        details={"why": "second_reader"},
    )
