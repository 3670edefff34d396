"""Staff members, what they may reach, and the record of what they did."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from outreach.models.base import Base, Id, Sealed, new_id


class Staff(Base):
    """A person who signs in to the console. The address is looked up by its keyed hash."""

    __tablename__ = "staff"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    email_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    email_hash: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(100), default="")
    password_hash: Mapped[str | None] = mapped_column(String(200))
    """argon2id; empty until the one-use link was used."""
    session_version: Mapped[int] = mapped_column(default=1)
    """Raised to end every session of this person."""
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    email = Sealed()


class Membership(Base):
    """What a staff member may do in a program; no row, no access."""

    __tablename__ = "membership"

    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    program_id: Mapped[str] = mapped_column(ForeignKey("program.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(12))


class PasswordLink(Base):
    """A one-use link to set a password."""

    __tablename__ = "password_link"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class AuditEvent(Base):
    """What a staff member saw or did (law 9); rows are only ever added."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_program_at", "program_id", "at"),
        Index("ix_audit_event_subject", "subject_id"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    at: Mapped[datetime]
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    program_id: Mapped[str | None] = mapped_column(ForeignKey("program.id"))
    action: Mapped[str] = mapped_column(String(40))
    """A verb and a noun, such as `saw client` or `closed flag`."""
    subject_id: Mapped[str | None] = mapped_column(Id)
    details: Mapped[dict[str, Any] | None]
