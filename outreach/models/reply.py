"""An inbound text as it came, and the questions it may answer."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from outreach.models.base import Base, Id, Sealed, new_id


class Reply(Base):
    """Stored raw, once per carrier sid, before anything else happens to it (law 3)."""

    __tablename__ = "reply"
    __table_args__ = (
        UniqueConstraint("sid"),
        Index("ix_reply_client_received", "client_id", "received_at"),
        Index("ix_reply_number_received", "program_id", "number_hash", "received_at"),
        Index("ix_reply_program_received", "program_id", "received_at"),
        Index(
            "ix_reply_unapplied",
            "received_at",
            sqlite_where=text("applied_at IS NULL"),
            postgresql_where=text("applied_at IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    sid: Mapped[str] = mapped_column(String(40))
    program_id: Mapped[str] = mapped_column(ForeignKey("program.id"))
    client_id: Mapped[str | None] = mapped_column(ForeignKey("client.id"))
    number_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    number_hash: Mapped[str] = mapped_column(String(32))
    body_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    fields_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    """Every field of the webhook as JSON."""
    media: Mapped[int] = mapped_column(default=0)
    received_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]
    """Empty while a tick must still read it (again)."""
    tries: Mapped[int] = mapped_column(default=0)
    concern: Mapped[str | None] = mapped_column(String(16))
    severity: Mapped[str | None] = mapped_column(String(10))
    screening: Mapped[dict[str, Any] | None]
    """Rule ids, spans, context and ruleset version; no words."""
    second_severity: Mapped[str | None] = mapped_column(String(10))
    """What a second reader thought, or `failed`; empty while none was asked."""
    readings: Mapped[list[Any] | None]
    """What it was read as, per prompt: intent, value, also, prompt id; no words."""

    number = Sealed()
    body = Sealed()
    fields = Sealed()


class Prompt(Base):
    """A question left open until the visit, the next one of its campaign, or 72 h later."""

    __tablename__ = "prompt"
    __table_args__ = (
        Index("ix_prompt_client_opened", "client_id", "opened_at"),
        Index("ix_prompt_message", "message_id"),
        Index(
            "ix_prompt_unanswered",
            "closes_at",
            sqlite_where=text("answered_at IS NULL"),
            postgresql_where=text("answered_at IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    program_id: Mapped[str] = mapped_column(ForeignKey("program.id"))
    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"))
    message_id: Mapped[str] = mapped_column(ForeignKey("message.id"))
    campaign_id: Mapped[str] = mapped_column(Id, default="")
    kind: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(String(32), default="")
    """Id of the appointment or goal asked about."""
    opened_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
