"""Statements compiled once, whose rows go straight to the driver.

SQLAlchemy binds every row anew, which takes almost as long as SQLite takes to store it.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import repeat
from typing import Any, NamedTuple

from sqlalchemy import Dialect
from sqlalchemy.orm import Session

Rows = Sequence[dict[str, Any]]


class Bound(NamedTuple):
    """A statement and its rows in the driver's own words."""

    sql: str
    rows: list[Any]

    def run(self, session: Session) -> None:
        """Execute it once per row, past the ORM; nothing for no rows."""
        if self.rows:
            session.connection().exec_driver_sql(self.sql, self.rows)


def bind(statement: Any, rows: Rows, dialect: Dialect) -> Bound:
    """What `run` needs; made before a transaction begins, it is not in any writer's way.

    All rows have the same keys. `statement` is a constant of its module: it is compiled once.
    """
    if not rows:
        return Bound("", [])
    prepared = _prepared(statement, tuple(rows[0]), dialect)
    return Bound(prepared.sql, prepared.bound(rows))


def run(session: Session, statement: Any, rows: Rows) -> None:
    """Bind and execute."""
    bind(statement, rows, session.get_bind().dialect).run(session)


class _Prepared:
    """One statement for one driver."""

    def __init__(self, statement: Any, names: tuple[str, ...], dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=list(names))
        # SQLAlchemy would fill these in row by row.
        own = {column.key for column in compiled.insert_prefetch + compiled.update_prefetch}
        if own:
            raise ValueError(f"no row says what becomes of {sorted(own)}")
        self.sql: str = compiled.string
        self._positional = compiled.positiontup is not None
        types = {name: parameter.type for parameter, name in compiled.bind_names.items()}
        self._names: list[str] = compiled.positiontup or list(types)
        self._fixed = {name: compiled.params[name] for name in self._names if name not in names}
        self._processors = {
            name: kind.dialect_impl(dialect).bind_processor(dialect) for name, kind in types.items()
        }

    def bound(self, rows: Rows) -> list[Any]:
        """What the driver wants for each row."""
        columns = [self._column(name, rows) for name in self._names]
        values = zip(*columns, strict=True)
        if self._positional:
            return list(values)
        return [dict(zip(self._names, row, strict=True)) for row in values]

    def _column(self, name: str, rows: Rows) -> Iterable[Any]:
        process = self._processors[name]
        if name in self._fixed:
            value = self._fixed[name]
            return repeat(process(value) if process else value, len(rows))
        column = [row[name] for row in rows]
        return map(process, column) if process else column


_prepared = lru_cache(maxsize=256)(_Prepared)
