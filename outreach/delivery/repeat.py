"""A delivery that the carrier says failed, worth one more text later: a new row, not an old one.

The failed text keeps its state and its receipts, so they stay in any order. Only what is still
useful then is repeated, and only what somebody waits for.
"""

from datetime import datetime
from typing import cast

from sqlalchemy import Table, insert, update
from sqlalchemy.orm import Session

from outreach.delivery.errors import Repeat
from outreach.delivery.outbox import Outbound, message_row
from outreach.models import Message, Prompt, Touchpoint
from outreach.vocabulary import MessageKind

WORTH_REPEATING = (
    MessageKind.APPOINTMENT_REMINDER,
    MessageKind.NOTICE,
    MessageKind.GOAL_CHECK_IN,
    MessageKind.WELCOME,
    MessageKind.STAFF,
    MessageKind.SAFETY,
)
"""A missed word of hope is followed by tomorrow's; an answer hours later answers nothing."""


def repeat(session: Session, failed: Message, rule: Repeat, *, now: datetime) -> str | None:
    """Queue the text once more; returns the new message's id, or None if it makes no sense."""
    send_after = now + rule.after
    if failed.kind not in WORTH_REPEATING or send_after >= failed.useful_until:
        return None
    if _repeats_so_far(session, failed, rule.times) >= rule.times:
        return None
    row = message_row(_again(failed, send_after), now=now) | {"repeats_id": failed.id}
    session.execute(insert(cast("Table", Message.__table__)), [row])
    message_id: str = row["id"]
    _hand_on(session, failed.id, message_id)
    return message_id


def _again(failed: Message, send_after: datetime) -> Outbound:
    return Outbound(
        program_id=failed.program_id,
        sender_id=failed.sender_id,
        number=failed.number or "",
        number_hash=failed.number_hash,
        body=failed.body or "",
        kind=MessageKind(failed.kind),
        language=failed.language,
        send_after=send_after,
        useful_until=failed.useful_until,
        client_id=failed.client_id,
        touchpoint_id=failed.touchpoint_id,
        reply_id=failed.reply_id,
        text_id=failed.text_id,
    )


def _repeats_so_far(session: Session, failed: Message, most: int) -> int:
    count, message = 0, failed
    while message.repeats_id is not None and count < most:
        earlier = session.get(Message, message.repeats_id)
        if earlier is None:
            break
        count, message = count + 1, earlier
    return count


def _hand_on(session: Session, old: str, new: str) -> None:
    """What the old text stood for, the new one stands for now: its touchpoint and its question."""
    session.execute(
        update(Touchpoint)
        .where(Touchpoint.message_id == old)
        .values(message_id=new)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(Prompt)
        .where(Prompt.message_id == old)
        .values(message_id=new)
        .execution_options(synchronize_session=False)
    )
