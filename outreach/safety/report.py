"""How good the screener is on labelled texts: sensitivity, specificity and Wilson intervals."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import sqrt

from outreach.vocabulary import Concern, Severity

_Z95 = 1.959964


@dataclass(frozen=True, slots=True)
class Labelled:
    """One text's label and what the screener said."""

    language: str
    concern: Concern
    severity: Severity
    found: Severity


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `total`, in a group (a concern, severity or language) and for a question."""

    group: str
    question: str
    hits: int
    total: int

    @property
    def interval(self) -> tuple[float, float]:
        """The 95% Wilson interval of the share."""
        return wilson(self.hits, self.total)


def report(rows: Iterable[Labelled]) -> list[Share]:
    """Shares of all rows, then by language, severity and concern; empty groups are left out."""
    rows = list(rows)
    groups: dict[str, list[Labelled]] = {"all": rows}
    for kind in ("language", "severity", "concern"):
        for value in dict.fromkeys(getattr(row, kind) for row in rows):
            groups[f"{kind} {value}"] = [row for row in rows if getattr(row, kind) == value]
    shares = (share for name, members in groups.items() for share in _shares(name, members))
    return [share for share in shares if share.total]


def wilson(hits: int, total: int) -> tuple[float, float]:
    """The 95% Wilson score interval of `hits` out of `total` (0 and 1 when there are none)."""
    if not total:
        return 0.0, 1.0
    share, square = hits / total, _Z95**2 / total
    middle = share + square / 2
    spread = _Z95 * sqrt(share * (1 - share) / total + square / total / 4)
    return max(0.0, (middle - spread) / (1 + square)), min(1.0, (middle + spread) / (1 + square))


def _shares(group: str, rows: list[Labelled]) -> list[Share]:
    high = Severity.HIGH.rank
    urgent = [row for row in rows if row.severity.rank >= high]
    lesser = [row for row in rows if row.severity in {Severity.LOW, Severity.MODERATE}]
    benign = [row for row in rows if row.severity is Severity.NONE]
    return [
        _share(group, "high and imminent flagged", urgent, lambda row: row.found.rank > 0),
        _share(
            group,
            "high and imminent graded high+",
            urgent,
            lambda row: row.found.rank >= high,
        ),
        _share(group, "low and moderate flagged", lesser, lambda row: row.found.rank > 0),
        _share(group, "benign not flagged", benign, lambda row: row.found.rank == 0),
        _share(group, "benign never paged", benign, lambda row: row.found.rank < high),
    ]


def _share(
    group: str, question: str, rows: list[Labelled], holds: Callable[[Labelled], bool]
) -> Share:
    return Share(group, question, sum(map(holds, rows)), len(rows))
