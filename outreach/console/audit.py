"""The append-only record of what staff see and do (law 9)."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from outreach.console import access, here
from outreach.models import AuditEvent, new_id


def saw(what: str, *, program_id: str | None = None, subject_id: str | None = None) -> None:
    """Record that the member is shown something; raising here keeps it from being shown."""
    with here.database().write() as session:
        add(session, f"saw {what}", now=here.now(), program_id=program_id, subject_id=subject_id)


def add(
    session: Session,
    action: str,
    *,
    now: datetime,
    program_id: str | None = None,
    subject_id: str | None = None,
    details: dict[str, Any] | None = None,
    event_id: str | None = None,
) -> None:
    """Record, in the caller's transaction, that the signed-in member did something.

    `details` holds codes and counts, never a client's words. A one-time `event_id` makes a repeated
    form fail on the primary key instead of acting twice.
    """
    session.add(
        AuditEvent(
            id=event_id or new_id(),
            at=now,
            staff_id=access.scope().staff_id,
            program_id=program_id,
            action=action,
            subject_id=subject_id,
            details=details,
        )
    )
