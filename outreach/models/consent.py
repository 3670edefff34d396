"""Consent per program and number: an append-only list of events, and what follows from it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from outreach.models.base import Base, Id, Sealed, new_id


class ConsentEvent(Base):
    """One event; rows are only ever added. `proof` says where it can be checked."""

    __tablename__ = "consent_event"
    __table_args__ = (Index("ix_consent_event_number", "program_id", "number_hash"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    program_id: Mapped[str] = mapped_column(ForeignKey("program.id"))
    number_hash: Mapped[str] = mapped_column(String(32))
    client_id: Mapped[str | None] = mapped_column(ForeignKey("client.id"))
    kind: Mapped[str] = mapped_column(String(16))
    source: Mapped[str] = mapped_column(String(16))
    proof_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    at: Mapped[datetime]
    """When it happened, as the source says."""
    recorded_at: Mapped[datetime]

    proof = Sealed()


class Consent(Base):
    """The state that the events add up to (policy/consent.py); what every claim checks (law 1)."""

    __tablename__ = "consent"

    program_id: Mapped[str] = mapped_column(ForeignKey("program.id"), primary_key=True)
    number_hash: Mapped[str] = mapped_column(String(32), primary_key=True)
    in_force: Mapped[bool]
    kind: Mapped[str] = mapped_column(String(16))
    source: Mapped[str] = mapped_column(String(16))
    since: Mapped[datetime]
