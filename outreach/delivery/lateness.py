"""Lateness: how long after its due time a text was handed over, counted in buckets for /metrics.

Counted in the transaction that writes the attempts, so every process that sends adds to the same
histogram, and a text counts exactly when it was handed over. Retries count from their new date.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row

LATENESS = "lateness_seconds"
SEGMENTS = "segments"

BUCKETS = ("0.1", "0.25", "0.5", "1", "2", "5", "10", "30", "60", "120", "300", "900", "3600")
"""Upper bounds in seconds, as /metrics shows them; 2 is what we promise below the pace."""

BEYOND = "+Inf"
_BOUNDS = [float(bound) for bound in BUCKETS]


def handed_over(rows: Sequence[Row[Any]], now: datetime) -> Counter[str]:
    """What to count for texts that begin at `now`: lateness by lane, segments by sender."""
    counts: Counter[str] = Counter()
    for row in rows:
        late = (now - row.send_after).total_seconds()
        counts[f"{LATENESS}:{row.lane}:{_bucket(late)}"] += 1
        counts[f"{SEGMENTS}:{row.sender_id}"] += row.segments
    return counts


def _bucket(seconds: float) -> str:
    place = bisect_left(_BOUNDS, seconds)
    return BUCKETS[place] if place < len(BUCKETS) else BEYOND
