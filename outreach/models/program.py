"""A program: an organisation with its own sender, clients, staff and rules."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from outreach.models.base import Base, Id, Sealed, new_id


class Program(Base):
    """`file` is the program file as validated JSON (programs/file.py reads it).

    It is sealed because it names staff members' numbers.
    """

    __tablename__ = "program"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    slug: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    timezone: Mapped[str] = mapped_column(String(64))
    file_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    version: Mapped[int] = mapped_column(default=1)
    """Counts the changes of the file, so that a process knows when to read it again."""
    paused_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    file = Sealed()


class Sender(Base):
    """The number or messaging service a program sends from; belongs to one program only."""

    __tablename__ = "sender"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    program_id: Mapped[str] = mapped_column(ForeignKey("program.id"), unique=True)
    address: Mapped[str] = mapped_column(String(64), unique=True)
    """E.164 number, or the sid of a messaging service (MG...)."""
    segments_per_second: Mapped[float] = mapped_column(default=1.0)
    free_at: Mapped[datetime | None]
    """When the pace allows the next segment; advanced by the claiming transaction."""
    stopped_at: Mapped[datetime | None]
    stopped_code: Mapped[str | None] = mapped_column(String(16))
    """The carrier's error that stopped this sender, until a person starts it again."""
