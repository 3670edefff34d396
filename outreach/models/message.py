"""An outbound text, the attempts to hand it over, and the receipts that came back."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from outreach.models.base import Base, Id, Sealed, new_id
from outreach.vocabulary import MessageState

_WAITING = text("state IN ('queued', 'claimed')")
_SAFETY = text("kind = 'safety'")
_UNRESOLVED = text("state IN ('handing_over', 'unknown')")


class Message(Base):
    """The recipient and the words are frozen here when the text is written."""

    __tablename__ = "message"
    __table_args__ = (
        Index(
            "ix_message_waiting",
            "sender_id",
            "lane",
            "send_after",
            sqlite_where=_WAITING,
            postgresql_where=_WAITING,
        ),
        Index(
            "uq_message_unresolved_twin",
            "twin_hash",
            unique=True,
            sqlite_where=_UNRESOLVED,
            postgresql_where=_UNRESOLVED,
        ),
        Index("ix_message_client_created", "client_id", "created_at"),
        Index("ix_message_number_created", "program_id", "number_hash", "created_at"),
        Index("ix_message_reply", "reply_id"),
        Index(
            "ix_message_safety",
            "created_at",
            sqlite_where=_SAFETY,
            postgresql_where=_SAFETY,
        ),
        Index("ix_message_touchpoint", "touchpoint_id"),
        Index(
            "ix_message_ask",
            "ask_at",
            sqlite_where=text("ask_at IS NOT NULL"),
            postgresql_where=text("ask_at IS NOT NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    program_id: Mapped[str] = mapped_column(ForeignKey("program.id"))
    sender_id: Mapped[str] = mapped_column(ForeignKey("sender.id"))
    client_id: Mapped[str | None] = mapped_column(ForeignKey("client.id"))
    touchpoint_id: Mapped[str | None] = mapped_column(Id)
    reply_id: Mapped[str | None] = mapped_column(Id)
    """The reply that this text answers."""
    kind: Mapped[str] = mapped_column(String(24))
    lane: Mapped[int]
    """0 goes first; delivery/outbox.py gives each kind its lane."""
    number_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    number_hash: Mapped[str] = mapped_column(String(32))
    body_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    twin_hash: Mapped[str] = mapped_column(String(32))
    """Keyed hash of number and body: no two unresolved attempts share it (law 2)."""
    text_id: Mapped[str | None] = mapped_column(String(64))
    """Which text of the library it was made from."""
    language: Mapped[str] = mapped_column(String(2))
    segments: Mapped[int]
    state: Mapped[str] = mapped_column(String(16), default=MessageState.QUEUED)
    error: Mapped[str | None] = mapped_column(String(48))
    """The carrier's error code, or our own word for why it ended."""
    sid: Mapped[str | None] = mapped_column(String(40), unique=True)
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    send_after: Mapped[datetime]
    useful_until: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    handed_over_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    """When the state last changed by an answer or a receipt of the carrier."""
    ask_at: Mapped[datetime | None]
    """When to ask the carrier about it next; empty while there is nothing to ask."""
    repeats_id: Mapped[str | None] = mapped_column(Id)
    """The text whose failed delivery this one repeats."""

    number = Sealed()
    body = Sealed()


class Attempt(Base):
    """Written and committed just before the carrier is called: the point of no return (law 2)."""

    __tablename__ = "attempt"
    __table_args__ = (UniqueConstraint("message_id", "ordinal"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    message_id: Mapped[str] = mapped_column(ForeignKey("message.id"))
    ordinal: Mapped[int]
    at: Mapped[datetime]
    outcome: Mapped[str | None] = mapped_column(String(16))
    """accepted, refused, retry (proven not taken), unknown, absent; empty while nobody knows."""
    error: Mapped[str | None] = mapped_column(String(48))
    settled_at: Mapped[datetime | None]


class Receipt(Base):
    """One status callback, kept without the number; late, repeated and shuffled ones included."""

    __tablename__ = "receipt"
    __table_args__ = (Index("ix_receipt_message", "message_id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    message_id: Mapped[str] = mapped_column(ForeignKey("message.id"))
    sid: Mapped[str | None] = mapped_column(String(40))
    status: Mapped[str] = mapped_column(String(24))
    error: Mapped[str | None] = mapped_column(String(16))
    source: Mapped[str] = mapped_column(String(8), default="callback")
    """`callback`, or `asked` when we looked it up at the carrier."""
    received_at: Mapped[datetime]


class TextUse(Base):
    """Which texts of a collection a client already got, oldest first: choice without repeats."""

    __tablename__ = "text_use"

    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"), primary_key=True)
    collection: Mapped[str] = mapped_column(String(64), primary_key=True)
    used: Mapped[str]
    """Ids of texts joined by commas, oldest first."""
