"""The counters of /metrics: kept as rows, because several processes count and any of them may die.

`metric:<family>:<label>:<label>` is one series. What could be counted is shown as zero until it is,
so that a rate over the first one is right.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, product

from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.delivery.carrier import Answer
from outreach.delivery.lateness import BEYOND, BUCKETS, LATENESS, SEGMENTS
from outreach.delivery.outbox import LANES
from outreach.delivery.states import LADDER
from outreach.models import Counter, Program, Sender
from outreach.models.counting import METRIC
from outreach.vocabulary import MessageKind

Series = Mapping[tuple[str, ...], int]


@dataclass(frozen=True, slots=True)
class Family:
    """A counter with labels: what it counts, and label -> the values it can have."""

    words: str
    labels: Mapping[str, Sequence[str]] = field(default_factory=dict)


_KINDS = tuple(MessageKind)

FAMILIES = {
    "claimed": Family("Texts claimed to be handed over"),
    "handovers": Family(
        "What the carrier answered to texts handed over; unknown is not sent again by itself",
        {"answer": tuple(set(Answer) - {Answer.ABSENT}), "kind": _KINDS},
    ),
    "not_sent": Family(
        "Due texts that were ended instead of handed over",
        {"reason": ("too_late", "no_consent", "client_not_active"), "kind": _KINDS},
    ),
    "reconcile": Family(
        "What looking up texts of unknown fate at the carrier told",
        {"result": ("found", "absent", "open")},
    ),
    "receipts": Family(
        "Receipts, repeated ones included, by what they make of a text",
        {"source": ("callback", "asked"), "status": (*LADDER, "other")},
    ),
}


def counters(session: Session) -> Iterator[Metric]:
    """Every counter, and the histogram of lateness."""
    families = _by_family(session)
    yield _lateness(families.pop(LATENESS, {}))
    yield _segments(session, families.pop(SEGMENTS, {}))
    for name, family in FAMILIES.items():
        yield _labelled(name, family, families.pop(name, {}))
    for name, series in families.items():
        value = series.get((), 0)
        yield CounterMetricFamily(f"outreach_{name}", name.replace("_", " "), value=value)


def _by_family(session: Session) -> dict[str, dict[tuple[str, ...], int]]:
    families: dict[str, dict[tuple[str, ...], int]] = {}
    rows = session.execute(
        select(Counter.name, Counter.value).where(Counter.name.startswith(METRIC))
    )
    for name, value in rows:
        family, *labels = name.removeprefix(METRIC).split(":")
        families.setdefault(family, {})[tuple(labels)] = value
    return families


def _labelled(name: str, family: Family, series: Series) -> CounterMetricFamily:
    shown = CounterMetricFamily(f"outreach_{name}", family.words, labels=list(family.labels))
    possible = dict.fromkeys(product(*(sorted(values) for values in family.labels.values())), 0)
    for labels, value in (possible | dict(series)).items():
        shown.add_metric(list(labels), value)
    return shown


def _lateness(series: Series) -> HistogramMetricFamily:
    """Without the sum of seconds, which nobody asks for."""
    shown = HistogramMetricFamily(
        f"outreach_{LATENESS}",
        "From the time a text was due to its hand-over to the carrier, by lane",
        labels=["lane"],
    )
    bounds = (*BUCKETS, BEYOND)
    for lane in sorted({str(lane) for lane in LANES.values()}):
        below = list(accumulate(series.get((lane, bound), 0) for bound in bounds))
        shown.add_metric([lane], list(zip(bounds, below, strict=True)), sum_value=None)
        shown.add_sample(f"outreach_{LATENESS}_count", {"lane": lane}, below[-1])
    return shown


def _segments(session: Session, series: Series) -> CounterMetricFamily:
    shown = CounterMetricFamily(
        "outreach_sender_segments", "Segments handed over, by program", labels=["program"]
    )
    senders = select(Sender.id, Program.slug).join(Program, Program.id == Sender.program_id)
    for sender_id, slug in session.execute(senders):
        shown.add_metric([slug], series.get((sender_id,), 0))
    return shown
