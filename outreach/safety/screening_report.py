"""How screening did on a program's real replies: what staff found missed, and false alarms."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from outreach.models import Flag, FlagEvent, Reply, SampledReply
from outreach.safety.report import wilson
from outreach.vocabulary import FlagOutcome, FlagReason, FlagState, SampleVerdict, Severity


@dataclass(frozen=True, slots=True)
class RuleRecord:
    """Of the closed flags that a rule had a part in, how many were false alarms."""

    rule: str
    closed: int
    false_alarms: int


@dataclass(frozen=True, slots=True)
class ScreeningReport:
    """Figures since a day: replies screened, flagged by the screener, drawn, read and missed."""

    replies: int
    flagged: int
    drawn: int
    read: int
    missed: int
    rules: tuple[RuleRecord, ...]

    @property
    def miss_rate(self) -> float | None:
        """The share of unflagged replies that should have been flagged; None before any was read.

        Days with few replies weigh more than those with many: the same number is drawn each day.
        """
        return self.missed / self.read if self.read else None

    @property
    def interval(self) -> tuple[float, float]:
        """The 95% Wilson interval of `miss_rate`."""
        return wilson(self.missed, self.read)


def screening_report(session: Session, program_id: str, *, since: datetime) -> ScreeningReport:
    """The report of one program about replies received, and flags closed, since `since` (UTC)."""
    screened = select(func.count()).where(
        Reply.program_id == program_id, Reply.received_at >= since, Reply.severity.is_not(None)
    )
    drawn = (
        select(func.count())
        .join_from(SampledReply, Reply, Reply.id == SampledReply.reply_id)
        .where(SampledReply.program_id == program_id, Reply.received_at >= since)
    )
    return ScreeningReport(
        replies=session.scalar(screened) or 0,
        flagged=session.scalar(screened.where(Reply.severity != Severity.NONE)) or 0,
        drawn=session.scalar(drawn) or 0,
        read=session.scalar(drawn.where(SampledReply.verdict.is_not(None))) or 0,
        missed=session.scalar(drawn.where(SampledReply.verdict == SampleVerdict.MISSED)) or 0,
        rules=_rules(session, program_id, since),
    )


def _rules(session: Session, program_id: str, since: datetime) -> tuple[RuleRecord, ...]:
    """Worst first. A flag counts once for every rule that spoke in its history."""
    rows = session.execute(
        select(Flag.id, Flag.outcome, FlagEvent.details)
        .join(FlagEvent, FlagEvent.flag_id == Flag.id)
        .where(
            Flag.program_id == program_id,
            Flag.state == FlagState.CLOSED,
            Flag.closed_at >= since,
            Flag.reason.in_((FlagReason.CONCERN, FlagReason.UNMATCHED)),
        )
    )
    spoke = {
        (flag_id, rule, outcome)
        for flag_id, outcome, details in rows
        for rule in (details or {}).get("rules", ())
    }
    closed = Counter(rule for _, rule, _ in spoke)
    false = Counter(rule for _, rule, outcome in spoke if outcome == FlagOutcome.FALSE_ALARM)
    worst = sorted(closed, key=lambda rule: (-false[rule], rule))
    return tuple(RuleRecord(rule, closed[rule], false[rule]) for rule in worst)
