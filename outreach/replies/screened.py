"""Screening a text on the inbound road: together with the last ones, timed, and never raising."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from structlog import get_logger

from outreach.replies.situation import Earlier
from outreach.safety import screen as _rules
from outreach.safety.screen import Screening

log = get_logger(__name__)

SLOW = 0.25
"""Seconds of screening that are worth counting; hostile text of full length takes under 0.05.

There is no hard timeout: Python cannot stop a thread, so one would only leave the work running
beside the next request. What bounds the work is the text itself: the body of a request is capped,
and it is read in windows by rules whose cost was measured on hostile input (bench/screening.py).
"""


class Screener(Protocol):
    """What screens texts: the module `outreach.safety.screen`, unless a test brings another."""

    def screen(self, text: str) -> Screening:
        """One text by itself."""
        ...

    def screen_together(self, texts: Sequence[str]) -> Screening:
        """Texts of one person as one."""
        ...


SCREENER: Screener = _rules


@dataclass(frozen=True, slots=True)
class Screened:
    """What was found; None if the screener failed. `joined` are replies it was found with."""

    screening: Screening | None
    joined: tuple[str, ...]
    seconds: float

    @property
    def trouble(self) -> str | None:
        """The counter this text belongs to, if screening failed or was slow."""
        if self.screening is None:
            return "screenings_failed"
        return "screenings_slow" if self.seconds > SLOW else None


def screened(screener: Screener, body: str, earlier: Sequence[Earlier]) -> Screened:
    """Screen `body` alone and with the replies of the last minutes; never raises."""
    started = time.perf_counter()
    try:
        screening, joined = _graver(screener, body, earlier)
    except Exception:
        log.exception("screener failed")
        screening, joined = None, ()
    return Screened(screening, joined, time.perf_counter() - started)


def _graver(
    screener: Screener, body: str, earlier: Sequence[Earlier]
) -> tuple[Screening, tuple[str, ...]]:
    """The graver of the text alone and together with the earlier ones.

    Together counts only if it is graver than each of its parts: an old cry is not a new one.
    """
    alone = screener.screen(body)
    if not earlier:
        return alone, ()
    together = screener.screen_together([*(reply.body for reply in earlier), body])
    parts = max(alone.severity.rank, *(reply.severity.rank for reply in earlier))
    if together.severity.rank > parts:
        return together, tuple(reply.id for reply in earlier)
    return alone, ()
