"""Unflagged replies that staff read, to learn what the screener misses."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from outreach.models.base import Base


class SampledReply(Base):
    """One drawn reply, and a staff member's verdict once somebody read it."""

    __tablename__ = "sampled_reply"
    __table_args__ = (
        Index("ix_sampled_reply_day", "program_id", "day"),
        Index(
            "ix_sampled_reply_unread",
            "program_id",
            "day",
            sqlite_where=text("verdict IS NULL"),
            postgresql_where=text("verdict IS NULL"),
        ),
    )

    reply_id: Mapped[str] = mapped_column(ForeignKey("reply.id"), primary_key=True)
    program_id: Mapped[str] = mapped_column(ForeignKey("program.id"))
    day: Mapped[date]
    """The program's local day on which the reply came."""
    verdict: Mapped[str | None] = mapped_column(String(24))
    severity: Mapped[str | None] = mapped_column(String(10))
    """What it should have been flagged as."""
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime | None]
