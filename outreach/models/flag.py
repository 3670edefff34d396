"""A reply (or a silence) that a person must look at, its history, and the pages about it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from outreach.models.base import Base, Id, Sealed, new_id
from outreach.vocabulary import FlagState

_NOT_CLOSED = text("state <> 'closed'")
_CLOSED = text("state = 'closed'")
_PAGING = text("page_at IS NOT NULL")


class Flag(Base):
    """One episode; replies that belong together join it. Says how fast, never what was said."""

    __tablename__ = "flag"
    __table_args__ = (
        Index(
            "ix_flag_queue",
            "program_id",
            "due_at",
            sqlite_where=_NOT_CLOSED,
            postgresql_where=_NOT_CLOSED,
        ),
        Index(
            "ix_flag_closed",
            "program_id",
            "closed_at",
            sqlite_where=_CLOSED,
            postgresql_where=_CLOSED,
        ),
        Index("ix_flag_client", "client_id", "opened_at"),
        Index("ix_flag_number", "program_id", "number_hash", "opened_at"),
        Index("ix_flag_paging", "page_at", sqlite_where=_PAGING, postgresql_where=_PAGING),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    program_id: Mapped[str] = mapped_column(ForeignKey("program.id"))
    client_id: Mapped[str | None] = mapped_column(ForeignKey("client.id"))
    number_hash: Mapped[str | None] = mapped_column(String(32))
    reply_id: Mapped[str | None] = mapped_column(ForeignKey("reply.id"))
    """The reply that opened it."""
    ref: Mapped[str] = mapped_column(String(12))
    """Short name that pages may say aloud, such as Q17; unique per program."""
    reason: Mapped[str] = mapped_column(String(16))
    concern: Mapped[str] = mapped_column(String(16))
    severity: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(8), default=FlagState.OPEN)
    opened_at: Mapped[datetime]
    last_reply_at: Mapped[datetime | None]
    """An episode lasts until the flag is closed, or 12 h without a new concerning reply."""
    due_at: Mapped[datetime]
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    version: Mapped[int] = mapped_column(default=1)
    """Counts changes; an edit that names an older version loses (409)."""
    safety_severity: Mapped[str | None] = mapped_column(String(10))
    """The severity the last safety text answered: one per episode unless it rises."""
    page_step: Mapped[int] = mapped_column(default=0)
    """Which of the program's paging steps comes next."""
    page_at: Mapped[datetime | None]
    """When that step is due; empty while nobody has to be paged."""
    outcome: Mapped[str | None] = mapped_column(String(16))
    closed_at: Mapped[datetime | None]


class FlagEvent(Base):
    """Append-only history of a flag: opened, joined, raised, paged, claimed, note, closed ..."""

    __tablename__ = "flag_event"
    __table_args__ = (
        Index("ix_flag_event_flag", "flag_id", "at"),
        Index("ix_flag_event_reply", "reply_id"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    flag_id: Mapped[str] = mapped_column(ForeignKey("flag.id"))
    at: Mapped[datetime]
    what: Mapped[str] = mapped_column(String(20))
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    reply_id: Mapped[str | None] = mapped_column(ForeignKey("reply.id"))
    details: Mapped[dict[str, Any] | None]
    """Severity, rule ids, spans, outcome code; never words."""
    note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)

    note = Sealed()


class Page(Base):
    """Telling one staff member about a flag: at least once, unlike texts to clients."""

    __tablename__ = "page"
    __table_args__ = (
        Index("ix_page_flag", "flag_id"),
        Index(
            "ix_page_waiting",
            "next_at",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    program_id: Mapped[str] = mapped_column(ForeignKey("program.id"))
    flag_id: Mapped[str] = mapped_column(ForeignKey("flag.id"))
    person: Mapped[str] = mapped_column(String(64))
    """The name under `on_call: people:`."""
    step: Mapped[int]
    channel: Mapped[str] = mapped_column(String(8))
    """sms, email or webhook."""
    message_id: Mapped[str | None] = mapped_column(Id)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the one-use link's token."""
    created_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    """The carrier took it. Only then may a safety text say that somebody was told."""
    acknowledged_at: Mapped[datetime | None]
    next_at: Mapped[datetime | None]
    """When the next step is due unless somebody acknowledged."""
    ended_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(String(48))
