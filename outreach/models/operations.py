"""What the service knows about itself: heartbeats and rows that were set aside."""

from datetime import datetime

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from outreach.models.base import Base, Id, new_id


class Heartbeat(Base):
    """The last sign of life of a process or tick."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime]
    """The machine's own time, also in the demo."""


class SetAside(Base):
    """A row that could not be handled and no longer stops the others (law 12)."""

    __tablename__ = "set_aside"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(24))
    """Table of the row."""
    row_id: Mapped[str] = mapped_column(Id)
    error: Mapped[str] = mapped_column(String(200))
    """The error's type and code; never its text, which may quote a client."""
    at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Counter(Base):
    """A number that only grows, such as the references of flags per program."""

    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger, default=0)
