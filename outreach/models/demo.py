"""The demo's clock and the simulated phone network."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from outreach.models.base import Base, Id, Sealed, new_id


class DemoClockRow(Base):
    """One row: at the real instant `real_at` the demo's clock showed `demo_at`."""

    __tablename__ = "demo_clock"

    id: Mapped[int] = mapped_column(primary_key=True)
    real_at: Mapped[datetime]
    demo_at: Mapped[datetime]
    speed: Mapped[float]


class SimulatedText(Base):
    """One text in the simulated phone network, in either direction."""

    __tablename__ = "simulated_text"
    __table_args__ = (
        Index("ix_simulated_text_phone", "phone_hash", "at"),
        Index("ix_simulated_text_due", "next_at"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    sid: Mapped[str] = mapped_column(String(40), unique=True)
    outbound: Mapped[bool]
    """True when the service sent it, False when the phone did."""
    sender: Mapped[str] = mapped_column(String(64))
    """The program's number."""
    phone_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    phone_hash: Mapped[str] = mapped_column(String(32))
    body_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[str] = mapped_column(String(16))
    error: Mapped[str | None] = mapped_column(String(8))
    callback: Mapped[str | None] = mapped_column(String(300))
    at: Mapped[datetime]
    next_at: Mapped[datetime | None]
    """When its next status is due; empty once final."""

    phone = Sealed()
    body = Sealed()
