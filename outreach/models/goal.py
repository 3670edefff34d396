"""What a client works towards, and the small steps on the way."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from outreach.models.base import Base, Id, Sealed, new_id


class Goal(Base):
    """A goal belongs to a dimension: health, home, purpose, community."""

    __tablename__ = "goal"
    __table_args__ = (
        UniqueConstraint("program_id", "external_id"),
        Index("ix_goal_client", "client_id"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    program_id: Mapped[str] = mapped_column(ForeignKey("program.id"))
    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"))
    external_id: Mapped[str] = mapped_column(String(100))
    title_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    imported_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    dimension: Mapped[str] = mapped_column(String(16))
    times_per_week: Mapped[int | None]
    starts_on: Mapped[date | None]
    ended_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    title = Sealed()
    imported = Sealed()


class Step(Base):
    """One small step of a goal."""

    __tablename__ = "step"
    __table_args__ = (Index("ix_step_goal", "goal_id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    goal_id: Mapped[str] = mapped_column(ForeignKey("goal.id"))
    title_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    done_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    title = Sealed()
