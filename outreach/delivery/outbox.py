"""Writing an outbound text into the outbox: the one way a message row comes to be.

The recipient and the words are frozen and sealed here; lanes say who goes first.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from outreach import vault
from outreach.content.segments import segments
from outreach.models import Message, new_id, seal
from outreach.vocabulary import MessageKind, MessageState

LANES = {
    MessageKind.PAGE: 0,
    MessageKind.SAFETY: 0,
    MessageKind.OPT_OUT: 1,
    MessageKind.HELP: 1,
    MessageKind.ANSWER: 1,
    MessageKind.STAFF: 1,
    MessageKind.NOTICE: 2,
    MessageKind.APPOINTMENT_REMINDER: 2,
    MessageKind.WELCOME: 3,
    MessageKind.GOAL_CHECK_IN: 4,
    MessageKind.HOPE: 5,
}
"""Kind -> lane; a lower lane never waits behind a higher one of the same sender."""


@dataclass(frozen=True, slots=True)
class Outbound:
    """A text to be written: who, what, when, and what it belongs to."""

    program_id: str
    sender_id: str
    number: str
    number_hash: str
    body: str
    kind: MessageKind
    language: str
    send_after: datetime
    useful_until: datetime
    client_id: str | None = None
    touchpoint_id: str | None = None
    reply_id: str | None = None
    text_id: str | None = None


def message_row(
    text: Outbound, *, now: datetime, state: MessageState = MessageState.QUEUED
) -> dict[str, Any]:
    """The columns of a new message row, sealed; insert it with Core or `Message(**row)`."""
    message_id = new_id()
    return {
        "id": message_id,
        "program_id": text.program_id,
        "sender_id": text.sender_id,
        "client_id": text.client_id,
        "touchpoint_id": text.touchpoint_id,
        "reply_id": text.reply_id,
        "kind": text.kind,
        "lane": LANES[text.kind],
        "number_sealed": seal(Message, "number", message_id, text.number),
        "number_hash": text.number_hash,
        "body_sealed": seal(Message, "body", message_id, text.body),
        "twin_hash": vault.current().fingerprint(f"{text.number}\n{text.body}"),
        "text_id": text.text_id,
        "language": text.language,
        "segments": segments(text.body).count,
        "state": state,
        "attempts": 0,
        "created_at": now,
        "send_after": text.send_after,
        "useful_until": text.useful_until,
    }
