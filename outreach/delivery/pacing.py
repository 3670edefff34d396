"""Pace: how many segments a sender may hand over by when, and how long to wait after a refusal.

Pure. The carrier counts segments per second per sender, so a text of three segments takes three
turns. `free_at` is the instant at which the next segment may start; the transaction that claims
texts advances it, so every process together keeps the pace.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

LONGEST_WAIT = 60.0
"""Seconds; a carrier that is back is noticed within a minute."""

LONGEST_AHEAD = timedelta(minutes=20)
"""The carrier's longest wait (daily limit: 15 minutes), and a little more."""


@dataclass(slots=True)
class Pace:
    """The pace of one sender while texts are being claimed."""

    segments_per_second: float
    free_at: datetime

    @classmethod
    def at(cls, now: datetime, segments_per_second: float, free_at: datetime | None) -> "Pace":
        """The pace at `now`; time in which nothing was sent earns no credit.

        Nothing books further ahead than LONGEST_AHEAD: if it seems so, the clock was set back.
        """
        if free_at is None or not now < free_at <= now + LONGEST_AHEAD:
            free_at = now
        return cls(segments_per_second, free_at)

    def room(self, until: datetime) -> int:
        """How many segments may still start before or at `until`."""
        seconds = (until - self.free_at).total_seconds()
        return max(0, int(seconds * self.segments_per_second) + 1) if seconds >= 0 else 0

    def take(self, segments: int) -> datetime:
        """Use `segments` and return when the first of them may start."""
        start = self.free_at
        self.free_at = start + timedelta(seconds=segments / self.segments_per_second)
        return start


def wait_seconds(tries: int, first: float, noise: float) -> float:
    """Seconds before try number `tries` + 1: doubles from `first`, `noise` in [0, 1) spreads it.

    Between half and the whole of the doubled wait, never over a minute unless `first` is longer.
    """
    longest = max(first, LONGEST_WAIT)
    doubled = min(first * 2.0 ** min(tries, 30), longest)
    return doubled * (0.5 + noise / 2)
