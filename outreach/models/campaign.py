"""A campaign: a standing instruction of a program; an enrollment: a client in it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from outreach.models.base import Base, Id, new_id


class Campaign(Base):
    """`spec` is the campaign's part of the program file (programs/file.py: CampaignFile)."""

    __tablename__ = "campaign"
    __table_args__ = (UniqueConstraint("program_id", "slug"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    program_id: Mapped[str] = mapped_column(ForeignKey("program.id"))
    slug: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(32))
    spec: Mapped[dict[str, Any]]
    applied_at: Mapped[datetime]
    """When the file last changed this campaign: its first slot lies after it."""
    ended_at: Mapped[datetime | None]
    """Set when the campaign was taken out of the file; nothing is planned any more."""


class Enrollment(Base):
    """A client in a campaign; slots before `since` are never filled in."""

    __tablename__ = "enrollment"
    __table_args__ = (
        UniqueConstraint("campaign_id", "client_id"),
        Index("ix_enrollment_client", "client_id"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.id"))
    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"))
    since: Mapped[datetime]
    ended_at: Mapped[datetime | None]
