"""Noticing that the machine's clock was set: waiting times measured across a step prove nothing.

A clock set forward by an hour would make every attempt look an hour old, and its absence at the
carrier a proof, while the call may still be on its way.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

TOLERANCE = timedelta(seconds=2)
"""Clocks that are kept right by small steps drift less than this between two looks."""


class SteadyClock:
    """Compares the wall clock with one that nobody can set."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._offset: timedelta | None = None
        self._stepped_at: datetime | None = None

    def since(self, now: datetime) -> datetime | None:
        """When (UTC) the clock was last seen to have been set; None if it never was."""
        epoch = datetime.fromtimestamp(0, now.tzinfo)
        offset = now - epoch - timedelta(seconds=self._monotonic())
        if self._offset is not None and abs(offset - self._offset) > TOLERANCE:
            self._stepped_at = now
        self._offset = offset
        return self._stepped_at
