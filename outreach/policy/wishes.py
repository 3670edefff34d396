"""What a client asked for by text: a time, a part of the day, days, and how often."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

WINDOWS = {"morning": (9 * 60, 12 * 60), "afternoon": (12 * 60, 17 * 60), "evening": (1020, 1200)}
"""Part of the day -> [from, to) in minutes after midnight (contract, "Schedules")."""

WIDEST = (8 * 60, 20 * 60)
"""A client's own time may widen the program's hours to these and never past them."""

EVERY_DAY = frozenset(range(7))
_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True, slots=True)
class Wishes:
    """`time` in minutes after midnight; `days` are the weekdays (Monday 0) that are welcome."""

    time: int | None = None
    window: tuple[int, int] | None = None
    days: frozenset[int] = EVERY_DAY
    frequency: Literal["less", "more"] | None = None

    @property
    def own_hours(self) -> tuple[int, int] | None:
        """The hours that the client's own choice opens, in minutes: [from, to)."""
        if self.time is not None:
            return _within_widest(self.time, self.time + 60)
        return _within_widest(*self.window) if self.window else None


@lru_cache(maxsize=4096)
def wishes_of(
    time: str | None, window: str | None, days: str | None, frequency: str | None
) -> Wishes:
    """Wishes as the interpreter writes them: `08:30`, `morning`, `-SA,SU` or `+MO`, `less`."""
    minutes = None
    if time:
        hour, _, minute = time.partition(":")
        minutes = int(hour) * 60 + int(minute)
    often = frequency if frequency in {"less", "more"} else None
    return Wishes(minutes, WINDOWS.get(window or ""), _days(days), often)  # type: ignore[arg-type]


def _days(written: str | None) -> frozenset[int]:
    if not written:
        return EVERY_DAY
    named = frozenset(_CODES.index(code) for code in written[1:].split(",") if code in _CODES)
    return named if written.startswith("+") else EVERY_DAY - named


def _within_widest(start: int, end: int) -> tuple[int, int] | None:
    start, end = max(start, WIDEST[0]), min(end, WIDEST[1])
    return (start, end) if start < end else None
