"""A client: a person who gets and answers texts. Several may share a phone."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from outreach.models.base import Base, Id, Sealed, new_id
from outreach.vocabulary import ClientStatus


class Client(Base):
    """`chosen_*` is what the client asked for by text; no file ever changes it."""

    __tablename__ = "client"
    __table_args__ = (
        UniqueConstraint("program_id", "external_id"),
        Index("ix_client_number", "program_id", "number_hash"),
        Index(
            "ix_client_replan",
            "replan_since",
            sqlite_where=text("replan_since IS NOT NULL"),
            postgresql_where=text("replan_since IS NOT NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    program_id: Mapped[str] = mapped_column(ForeignKey("program.id"))
    external_id: Mapped[str] = mapped_column(String(100))
    number_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    number_hash: Mapped[str] = mapped_column(String(32))
    name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    emergency_contact_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    imported_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The last imported row as JSON: an import changes only what differs from it."""
    status: Mapped[str] = mapped_column(String(16), default=ClientStatus.ACTIVE)
    language: Mapped[str] = mapped_column(String(2), default="en")
    timezone: Mapped[str | None] = mapped_column(String(64))
    zones: Mapped[list[Any]] = mapped_column(default=list)
    """The IANA zones policy must respect: the one of `timezone`, or every candidate."""
    tags: Mapped[list[Any]] = mapped_column(default=list)
    safe_to_call: Mapped[bool | None]
    chosen_language: Mapped[str | None] = mapped_column(String(2))
    chosen_time: Mapped[str | None] = mapped_column(String(5))
    chosen_window: Mapped[str | None] = mapped_column(String(16))
    chosen_days: Mapped[str | None] = mapped_column(String(32))
    """`-SA,SU` (not on) or `+MO,WE` (only on), as the interpreter writes it."""
    chosen_frequency: Mapped[str | None] = mapped_column(String(8))
    paused_at: Mapped[datetime | None]
    paused_until: Mapped[datetime | None]
    """With `paused_at` set and this empty the pause has no end."""
    paused_by: Mapped[str | None] = mapped_column(String(16))
    """`text` or `staff`: a client's own "resume" does not end a pause that staff made."""
    welcomed_at: Mapped[datetime | None]
    replan_since: Mapped[datetime | None]
    """Set by whoever changed what moves this client's touchpoints; cleared by the planner."""
    created_at: Mapped[datetime]

    number = Sealed()
    name = Sealed()
    emergency_contact = Sealed()
    imported = Sealed()

    @property
    def speaks(self) -> str:
        """The language texts to this client are written in: the chosen one, else the enrolled."""
        return self.chosen_language or self.language
