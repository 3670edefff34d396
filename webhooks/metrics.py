"""Figures for Prometheus: counted where they happen, and read from the database when asked.

Several processes serve this app, so what must be exact lives in the database.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from prometheus_client.core import CollectorRegistry, GaugeMetricFamily, Metric
from prometheus_client.exposition import generate_latest
from sqlalchemy import Executable, Select, TextClause, func, select, text, union_all
from sqlalchemy.orm import Session

from outreach.database import Database
from outreach.delivery.pacing import Pace
from outreach.models import (
    Flag,
    Heartbeat,
    Message,
    Program,
    Reply,
    Sender,
    SetAside,
    Touchpoint,
)
from outreach.models.counting import METRIC, add_one
from outreach.vocabulary import FlagState, MessageState
from webhooks.counted import counters

# Literal, not bound: both databases use a partial index only where the query spells it out.
_NOT_CLOSED = text("flag.state <> 'closed'")
_WAITING = text("message.state IN ('queued', 'claimed')")
_UNRESOLVED = text("message.state IN ('handing_over', 'unknown')")
_UNSETTLED = (
    MessageState.QUEUED,
    MessageState.CLAIMED,
    MessageState.HANDING_OVER,
    MessageState.UNKNOWN,
)
_PLANNED = text("touchpoint.state = 'planned'")


def count_forever(database: Database, name: str) -> None:
    """Add one to the counter `outreach_<name>_total`."""
    with database.write() as session:
        add_one(session, METRIC + name)


def exposition(database: Database, now: datetime) -> bytes:
    """Every figure in Prometheus' text format; no ids, numbers or words, only programs' names."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures(database, now))
    return generate_latest(registry)


class _Figures:
    """Reads all figures in one transaction each time it is asked."""

    def __init__(self, database: Database, now: datetime) -> None:
        self._database = database
        self._now = now

    def collect(self) -> Iterator[Metric]:
        with self._database.read() as session:
            yield from counters(session)
            yield from _gauges(session, self._now)


def _gauges(session: Session, now: datetime) -> Iterator[Metric]:
    flags = select(Flag.severity, func.count()).where(_NOT_CLOSED).group_by(Flag.severity)
    yield _by_label(session, "flags_open", "Flags not closed", "severity", flags)
    # Only what is on its way: final states are most of the table, and no index counts them.
    unsettled = union_all(*(_states(which) for which in (_WAITING, _UNRESOLVED)))
    yield _by_label(
        session, "messages", "Messages on their way, by state", "state", unsettled, zero=_UNSETTLED
    )
    yield from _paces(session, now)
    for name, (words, counted) in _counts(now).items():
        yield GaugeMetricFamily(f"outreach_{name}", words, value=session.scalar(counted) or 0)
    for name, (words, oldest) in _ages().items():
        since = session.scalar(oldest)
        age = max(0.0, (now - since).total_seconds()) if since else 0.0
        yield GaugeMetricFamily(f"outreach_{name}", words, value=age)
    beat = session.scalar(select(Heartbeat.at).where(Heartbeat.name == "scheduler"))
    yield GaugeMetricFamily(
        "outreach_scheduler_last_beat_timestamp_seconds",
        "The scheduler's last sign of life, in the machine's time",
        value=beat.timestamp() if beat else 0,
    )


def _paces(session: Session, now: datetime) -> Iterator[GaugeMetricFamily]:
    allowed = GaugeMetricFamily(
        "outreach_sender_segments_per_second", "The pace of a sender's program", labels=["program"]
    )
    ahead = GaugeMetricFamily(
        "outreach_sender_pace_ahead_seconds",
        "For how long a sender's pace is used up already",
        labels=["program"],
    )
    rows = session.execute(
        select(Program.slug, Sender.segments_per_second, Sender.free_at).join(
            Program, Program.id == Sender.program_id
        )
    )
    for slug, segments_per_second, free_at in rows:
        pace = Pace.at(now, segments_per_second, free_at)
        allowed.add_metric([slug], segments_per_second)
        ahead.add_metric([slug], (pace.free_at - now).total_seconds())
    yield allowed
    yield ahead


def _ages() -> dict[str, tuple[str, Select[datetime]]]:
    """Name -> words and query of the oldest thing that waits: how late the service is."""
    return {
        "oldest_due_touchpoint_age_seconds": (
            "How long the oldest planned touchpoint has been due",
            select(func.min(Touchpoint.due_at)).where(_PLANNED),
        ),
        "oldest_waiting_message_age_seconds": (
            "How long the oldest text could have been handed over",
            select(func.min(Message.send_after)).where(_WAITING),
        ),
    }


def _by_label(
    session: Session,
    name: str,
    words: str,
    label: str,
    query: Executable,
    zero: Sequence[str] = (),
) -> GaugeMetricFamily:
    """One gauge by label; those of `zero` are shown even while there are none."""
    gauge = GaugeMetricFamily(f"outreach_{name}", words, labels=[label])
    counts = {str(value): count for value, count in session.execute(query)}
    for value, count in (dict.fromkeys(zero, 0) | counts).items():
        gauge.add_metric([value], count)
    return gauge


def _states(which: TextClause) -> Select[str, int]:
    return select(Message.state, func.count()).where(which).group_by(Message.state)


def _counts(now: datetime) -> dict[str, tuple[str, Select[int]]]:
    """Name -> words and query of what should be zero, or soon be."""
    return {
        "flags_overdue": (
            "Unclaimed flags past their clock",
            select(func.count(Flag.id)).where(
                _NOT_CLOSED, Flag.state == FlagState.OPEN, Flag.due_at < now
            ),
        ),
        "pages_due": (
            "Flags whose paging step is due",
            select(func.count(Flag.id)).where(Flag.page_at < now),
        ),
        "replies_unapplied": (
            "Replies that wait to be read again",
            select(func.count(Reply.id)).where(Reply.applied_at.is_(None)),
        ),
        "touchpoints_due": (
            "Planned touchpoints whose time has come",
            select(func.count(Touchpoint.id)).where(_PLANNED, Touchpoint.due_at <= now),
        ),
        "messages_due": (
            "Texts that could be handed over now",
            select(func.count(Message.id)).where(_WAITING, Message.send_after <= now),
        ),
        "senders_stopped": (
            "Senders stopped by an error of the carrier",
            select(func.count(Sender.id)).where(Sender.stopped_at.is_not(None)),
        ),
        "set_aside": (
            "Rows set aside for a person",
            select(func.count(SetAside.id)).where(SetAside.ended_at.is_(None)),
        ),
    }
