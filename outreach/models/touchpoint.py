"""The due table and the ledger of what became of each touchpoint."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from outreach.models.base import Base, Id, new_id
from outreach.vocabulary import TouchpointState


class Touchpoint(Base):
    """One moment at which a campaign owes one client a message.

    Unique per campaign, client, subject and slot, so that a change of zone never doubles one.
    `subject` is the id of the appointment or goal, else empty; the service's own welcome has the
    campaign_id empty and the subject `welcome`.
    """

    __tablename__ = "touchpoint"
    __table_args__ = (
        UniqueConstraint("client_id", "campaign_id", "subject", "slot"),
        Index(
            "ix_touchpoint_due",
            "due_at",
            sqlite_where=text("state = 'planned'"),
            postgresql_where=text("state = 'planned'"),
        ),
        Index(
            "ix_touchpoint_waiting",
            "client_id",
            sqlite_where=text("state = 'planned'"),
            postgresql_where=text("state = 'planned'"),
        ),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    program_id: Mapped[str] = mapped_column(ForeignKey("program.id"))
    campaign_id: Mapped[str] = mapped_column(Id, default="")
    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"))
    subject: Mapped[str] = mapped_column(String(32), default="")
    slot: Mapped[str] = mapped_column(String(40))
    """Client-local date `2026-11-21`; for reminders offset and start: `1d@2026-11-22T15:00`."""
    kind: Mapped[str] = mapped_column(String(24))
    planned_at: Mapped[datetime]
    """The instant the plan means; never changes. Lateness is counted from it."""
    due_at: Mapped[datetime]
    """When to look at it next: `planned_at`, or later when policy holds it."""
    useful_until: Mapped[datetime]
    """After this instant the text makes no sense any more and expires."""
    state: Mapped[str] = mapped_column(String(12), default=TouchpointState.PLANNED)
    reason: Mapped[str | None] = mapped_column(String(48))
    """The code of the last decision's reason (policy/reasons.py has the words)."""
    decided_at: Mapped[datetime | None]
    message_id: Mapped[str | None] = mapped_column(Id)


class Decision(Base):
    """One verdict of policy on one touchpoint; rows are only ever added."""

    __tablename__ = "decision"
    __table_args__ = (Index("ix_decision_touchpoint", "touchpoint_id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    touchpoint_id: Mapped[str] = mapped_column(ForeignKey("touchpoint.id"))
    at: Mapped[datetime]
    verdict: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str] = mapped_column(String(48))
    until: Mapped[datetime | None]
    details: Mapped[dict[str, Any] | None]
    """Figures behind the reason, such as {"cap": 3}; never a client's words or number."""
