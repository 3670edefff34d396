"""A visit a client has planned with the program."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from outreach.models.base import Base, Id, Sealed, new_id
from outreach.vocabulary import AppointmentStatus


class Appointment(Base):
    """`told_*` is what a reminder last told the client; a later change owes one notice."""

    __tablename__ = "appointment"
    __table_args__ = (
        UniqueConstraint("program_id", "external_id"),
        Index("ix_appointment_client_starts", "client_id", "starts_at"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    program_id: Mapped[str] = mapped_column(ForeignKey("program.id"))
    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"))
    external_id: Mapped[str] = mapped_column(String(100))
    starts_at: Mapped[datetime]
    timezone: Mapped[str] = mapped_column(String(64))
    """The visit's own zone: reminders show its wall time."""
    duration_minutes: Mapped[int | None]
    who_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    location_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    imported_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    status: Mapped[str] = mapped_column(String(20), default=AppointmentStatus.BOOKED)
    told_starts_at: Mapped[datetime | None]
    """The start a reminder last announced; empty while nothing was announced."""
    notice_owed: Mapped[str | None] = mapped_column(String(16))
    """`moved` or `cancelled` until the notice about it is released."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    who = Sealed()
    location = Sealed()
    imported = Sealed()
