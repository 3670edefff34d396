"""A daily sample of replies that nothing flagged, for staff to read and judge.

What the screener misses shows nowhere else: who only looks at flags never sees it.
"""

import hashlib
from datetime import date, datetime, time, timedelta
from heapq import nsmallest
from zoneinfo import ZoneInfo

from sqlalchemy import exists, insert, select, update
from sqlalchemy.orm import Session

from outreach.database import Database
from outreach.models import FlagEvent, Reply, SampledReply
from outreach.programs.file import ProgramFile
from outreach.programs.loaded import LoadedProgram, load_program, load_programs
from outreach.safety.flags import Alarm, lock_client, open_or_join
from outreach.vocabulary import FlagReason, SampleVerdict, Severity


def draw_samples(database: Database, *, now: datetime) -> int:
    """Draw yesterday's sample of every program that has none yet; returns how many replies."""
    with database.read() as session:
        drawn = {
            program.id: (yesterday(program.file, now), _draw(session, program, now))
            for program in load_programs(session).values()
            if program.file.daily_sample
        }
    rows = [
        {"reply_id": reply_id, "program_id": program_id, "day": day}
        for program_id, (day, ids) in drawn.items()
        for reply_id in ids
    ]
    if rows:
        with database.write() as session:
            session.execute(insert(SampledReply), rows)
    return len(rows)


def yesterday(file: ProgramFile, now: datetime) -> date:
    """The program's local day before the one that `now` lies in."""
    return now.astimezone(ZoneInfo(file.timezone)).date() - timedelta(days=1)


def judge(
    session: Session,
    reply_id: str,
    verdict: SampleVerdict,
    severity: Severity,
    *,
    staff_id: str,
    now: datetime,
) -> bool:
    """Store one verdict; False if somebody judged it before, or it was never drawn.

    What should have been flagged is flagged on the spot, with `severity`.
    """
    missed = verdict is SampleVerdict.MISSED
    values = {"verdict": verdict, "staff_id": staff_id, "at": now}
    result = session.execute(
        update(SampledReply)
        .where(SampledReply.reply_id == reply_id, SampledReply.verdict.is_(None))
        .values(severity=severity if missed else None, **values)
        .execution_options(synchronize_session=False)
    )
    if not getattr(result, "rowcount", 0):
        return False
    if missed:
        _flag(session, session.get_one(Reply, reply_id), severity, now)
    return True


def _draw(session: Session, program: LoadedProgram, now: datetime) -> list[str]:
    """Ids of the day's sample; none if it was drawn already."""
    day = yesterday(program.file, now)
    drawn = select(SampledReply.reply_id).where(
        SampledReply.program_id == program.id, SampledReply.day == day
    )
    if session.execute(drawn.limit(1)).first() is not None:
        return []
    begins, ends = _bounds(program.file, day)
    unflagged = session.scalars(
        select(Reply.id).where(
            Reply.program_id == program.id,
            Reply.received_at >= begins,
            Reply.received_at < ends,
            Reply.severity == Severity.NONE,
            ~exists().where(FlagEvent.reply_id == Reply.id),
        )
    )
    return nsmallest(program.file.daily_sample, unflagged, key=lambda each: _lot(day, each))


def _bounds(file: ProgramFile, day: date) -> tuple[datetime, datetime]:
    zone = ZoneInfo(file.timezone)
    return (
        datetime.combine(day, time(), zone),
        datetime.combine(day + timedelta(days=1), time(), zone),
    )


def _lot(day: date, reply_id: str) -> bytes:
    """As good as drawing lots, and the same for whoever draws again."""
    return hashlib.sha256(f"{day}:{reply_id}".encode()).digest()


def _flag(session: Session, reply: Reply, severity: Severity, now: datetime) -> None:
    lock_client(session, reply.client_id)
    alarm = Alarm(
        program_id=reply.program_id,
        reason=FlagReason.CONCERN,
        severity=severity,
        client_id=reply.client_id,
        number_hash=reply.number_hash,
        reply_id=reply.id,
        details={"why": "sampled"},
    )
    open_or_join(session, alarm, load_program(session, reply.program_id).file, now=now)
