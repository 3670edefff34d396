"""`/sample`: yesterday's unflagged replies, one at a time, for a person's verdict."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from outreach.console import access, audit, here
from outreach.console.scope import Scope
from outreach.models import Program, Reply, SampledReply
from outreach.safety.sample import judge
from outreach.safety.screening_report import ScreeningReport, screening_report
from outreach.vocabulary import SampleVerdict, Severity

pages = Blueprint("sample", __name__, url_prefix="/sample")

REPORTED = timedelta(days=30)

GRADES = (Severity.IMMINENT, Severity.HIGH, Severity.MODERATE, Severity.LOW)


@dataclass(frozen=True, slots=True)
class SamplePage:
    """The next reply to read, how many wait with it, and each program's figures."""

    reply: Reply | None
    program: Program | None
    waiting: int
    reports: Sequence[tuple[Program, ScreeningReport]]


@pages.get("")
@access.open_to(access.READERS)
def show() -> ResponseReturnValue:
    """The next reply nobody judged yet, oldest day first."""
    return _page()


@pages.post("/<reply_id>")
@access.open_to(access.WORKERS)
def verdict(reply_id: str) -> ResponseReturnValue:
    """Store the verdict; what should have been flagged is flagged at once."""
    says, grade = request.form.get("verdict", ""), request.form.get("severity", "")
    if says not in list(SampleVerdict):
        return _page("Choose a verdict.", 422)
    if says == SampleVerdict.MISSED and grade not in GRADES:
        return _page("Choose how fast a person should have looked.", 422)
    scope = access.scope()
    severity = Severity(grade) if says == SampleVerdict.MISSED else Severity.NONE
    with here.database().write() as session:
        reply = scope.one(session, Reply, reply_id)
        won = judge(
            session,
            reply.id,
            SampleVerdict(says),
            severity,
            staff_id=scope.staff_id,
            now=here.now(),
        )
        if won:
            audit.add(
                session,
                "judged sample",
                now=here.now(),
                program_id=reply.program_id,
                subject_id=reply.id,
                details={"verdict": says, "severity": severity},
            )
    if not won:
        return _page("Somebody else was faster; here is the next one.", 409)
    return redirect(url_for("sample.show"), 303)


def _page(problem: str | None = None, status: int = 200) -> ResponseReturnValue:
    with here.database().read() as session:
        page = _load(session, access.scope())
    if page.reply is not None:
        audit.saw("sample", program_id=page.reply.program_id, subject_id=page.reply.id)
    html = render_template("sample.html", page=page, problem=problem, grades=GRADES)
    return html, status


def _load(session: Session, scope: Scope) -> SamplePage:
    programs = scope.programs(session)
    unread = scope.select(SampledReply).where(SampledReply.verdict.is_(None))
    oldest = unread.order_by(SampledReply.day, SampledReply.reply_id).limit(1)
    sampled = session.scalars(oldest).first()
    reply = scope.one(session, Reply, sampled.reply_id) if sampled else None
    since = here.now() - REPORTED
    return SamplePage(
        reply=reply,
        program=programs[reply.program_id] if reply else None,
        waiting=session.scalar(select(func.count()).select_from(unread.subquery())) or 0,
        reports=[
            (program, screening_report(session, program.id, since=since))
            for program in programs.values()
        ],
    )
