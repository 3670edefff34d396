"""Counters that only grow, in one statement each, so that no two callers get the same number."""

from collections.abc import Mapping
from typing import cast

from sqlalchemy import Table, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from outreach.models.operations import Counter

METRIC = "metric:"
"""Counters whose names begin like this are shown on /metrics as `outreach_<name>_total`.

Values of labels follow the name, each after a colon; webhooks/metrics.py says what they mean.
"""


def add_one(session: Session, name: str) -> int:
    """Count `name` up by one and return what it is now; the first is 1."""
    return add(session, name, 1)


def add(session: Session, name: str, count: int) -> int:
    """Count `name` up by `count` and return what it is now."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    value = session.scalar(
        dialect.insert(Counter)
        .values(name=name, value=count)
        .on_conflict_do_update(index_elements=["name"], set_={"value": Counter.value + count})
        .returning(Counter.value)
    )
    return value or 0


def count_metrics(session: Session, counts: Mapping[str, int]) -> None:
    """Count metrics up, several in one go, always in the same order: two callers never deadlock.

    Do it last in a transaction: on PostgreSQL whoever counts the same waits for its end.
    """
    if not counts:
        return
    rows = [{"metric": METRIC + name, "by": counts[name]} for name in sorted(counts)]
    session.connection().execute(_COUNT[session.get_bind().dialect.name], rows)


_TABLE = cast("Table", Counter.__table__)
_COUNT = {
    name: dialect.insert(_TABLE)
    .values(name=bindparam("metric"), value=bindparam("by"))
    .on_conflict_do_update(
        index_elements=["name"], set_={"value": _TABLE.c.value + bindparam("by")}
    )
    for name, dialect in (("postgresql", postgresql), ("sqlite", sqlite))
}
