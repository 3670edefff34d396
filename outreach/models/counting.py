"""Counters that only grow, in one statement each, so that no two callers get the same number."""

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from outreach.models.operations import Counter

METRIC = "metric:"
"""Counters whose names begin like this are shown on /metrics as `outreach_<name>_total`."""


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
