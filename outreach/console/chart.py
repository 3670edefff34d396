"""The progress chart: answers to scales and goals as figures that a template draws. Pure.

The picture needs no script, prints, and reads without colour; its table stands beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

WIDTH, HEIGHT = 1040, 250
LEFT, RIGHT, TOP, BOTTOM = 34, 12, 14, 30
TOP_SCORE = 10.0
_SHORTEST_SPAN = timedelta(days=14)
_FEWEST_PIXELS_PER_LABEL = 150


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer on a scale: when it was asked (UTC), and 0 to 10."""

    at: datetime
    score: float


@dataclass(frozen=True, slots=True)
class Dot:
    """Where an answer stands in the picture, and what it says."""

    x: float
    y: float
    score: float
    at: datetime


@dataclass(frozen=True, slots=True)
class Mark:
    """A label on an axis and where it stands."""

    at: float
    words: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture of WIDTH x HEIGHT: dots, the line through them, axes, and the low band's top."""

    dots: tuple[Dot, ...]
    line: str
    days: tuple[Mark, ...]
    scores: tuple[Mark, ...]
    low_top: float | None
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    floor: int = HEIGHT - BOTTOM


def chart(answers: Sequence[Answer], *, zone: str, low_score: float | None) -> Chart | None:
    """The picture of these answers, oldest first, with days in `zone`; None without answers."""
    if not answers:
        return None
    first, last = answers[0].at, answers[-1].at
    first = min(first, last - _SHORTEST_SPAN)
    dots = tuple(
        Dot(_x(answer.at, first, last), _y(answer.score), answer.score, answer.at)
        for answer in answers
    )
    return Chart(
        dots=dots,
        line=" ".join(f"{dot.x:g},{dot.y:g}" for dot in dots),
        days=_days(first, last, ZoneInfo(zone)),
        scores=tuple(Mark(_y(score), f"{score:g}") for score in (0, 5, 10)),
        low_top=None if low_score is None else _y(low_score),
    )


def _x(at: datetime, first: datetime, last: datetime) -> float:
    share = (at - first) / (last - first)
    return round(LEFT + 6 + share * (WIDTH - LEFT - RIGHT - 12), 1)


def _y(score: float) -> float:
    height = HEIGHT - TOP - BOTTOM
    return round(TOP + height * (1 - min(max(score, 0.0), TOP_SCORE) / TOP_SCORE), 1)


def _days(first: datetime, last: datetime, zone: ZoneInfo) -> tuple[Mark, ...]:
    """Evenly spread days, as many as fit without touching."""
    count = max(2, (WIDTH - LEFT - RIGHT) // _FEWEST_PIXELS_PER_LABEL)
    step = (last - first) / (count - 1)
    instants = [first + step * index for index in range(count)]
    return tuple(Mark(_x(at, first, last), f"{at.astimezone(zone):%-d %b}") for at in instants)
