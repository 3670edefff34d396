"""Whether the process that sends texts shows signs of life; staff must know when it does not."""

from datetime import timedelta

from sqlalchemy.orm import Session

from outreach.clock import SystemClock
from outreach.models import Heartbeat

SILENT_AFTER = timedelta(seconds=60)
"""Twelve missed beats; /readyz draws the same line."""


def is_silent(session: Session) -> bool:
    """Whether nothing was heard of the scheduler for a minute of the machine's own time."""
    beat = session.get(Heartbeat, "scheduler")
    return beat is None or SystemClock().now() - beat.at > SILENT_AFTER
