"""What replies told about a goal, a scale or an open question."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from outreach.models.base import Base, Id, Sealed, new_id


class ProgressRecord(Base):
    """One answer. A correction adds a new row that names the one it replaces."""

    __tablename__ = "progress_record"
    __table_args__ = (Index("ix_progress_record_client_at", "client_id", "at"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    program_id: Mapped[str] = mapped_column(ForeignKey("program.id"))
    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"))
    prompt_id: Mapped[str | None] = mapped_column(ForeignKey("prompt.id"))
    reply_id: Mapped[str | None] = mapped_column(ForeignKey("reply.id"))
    campaign_id: Mapped[str] = mapped_column(Id, default="")
    goal_id: Mapped[str | None] = mapped_column(ForeignKey("goal.id"))
    kind: Mapped[str] = mapped_column(String(16))
    """scale, goal or open."""
    score: Mapped[float | None]
    """0 to 10, for a scale."""
    done: Mapped[str | None] = mapped_column(String(8))
    """done, some or not_yet, for a goal."""
    words_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    asked_at: Mapped[datetime]
    """When the question went out: the day the answer speaks of."""
    at: Mapped[datetime]
    replaces_id: Mapped[str | None] = mapped_column(Id)
    replaced_at: Mapped[datetime | None]

    words = Sealed()
