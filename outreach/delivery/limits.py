"""A last guard against loops: nobody gets 20 texts alike or 100 of any kind within an hour."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from outreach.delivery.given import among
from outreach.models import Message

ALIKE = 20
ANY = 100
WINDOW = timedelta(hours=1)

_OLDEST = timedelta(days=7)
"""Texts written longer ago are not looked for, which keeps the look-up short."""


def over_limit(session: Session, rows: Sequence[Row[Any]], now: datetime) -> set[str]:
    """Ids of those `rows` (one program's due texts) that would exceed a limit; in order."""
    if not rows:
        return set()
    alike, anything = _recent(session, rows, now)
    held = set()
    for row in rows:
        if alike[row.twin_hash] >= ALIKE or anything[row.number_hash] >= ANY:
            held.add(row.id)
            continue
        alike[row.twin_hash] += 1
        anything[row.number_hash] += 1
    return held


def _recent(
    session: Session, rows: Sequence[Row[Any]], now: datetime
) -> tuple[Counter[str], Counter[str]]:
    """How many texts went to these numbers within the hour: alike by twin hash, any by number."""
    counted = session.execute(
        select(Message.number_hash, Message.twin_hash, func.count().label("texts"))
        .where(
            Message.program_id == rows[0].program_id,
            among(Message.number_hash, {row.number_hash for row in rows}),
            Message.created_at > now - _OLDEST,
            Message.handed_over_at > now - WINDOW,
        )
        .group_by(Message.number_hash, Message.twin_hash)
    )
    alike: Counter[str] = Counter()
    anything: Counter[str] = Counter()
    for row in counted:
        alike[row.twin_hash] += row.texts
        anything[row.number_hash] += row.texts
    return alike, anything
