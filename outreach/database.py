"""The database: one engine, one way to write, one way to read.

SQLite by default (WAL, synchronous=FULL: a commit that returned survives a power cut), PostgreSQL
through psycopg. Writers on SQLite begin IMMEDIATE, so two of them queue instead of failing late.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, InvalidatePoolError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from outreach.settings import SettingsError

PING_AFTER = 1.0
"""Seconds of rest after which a pooled connection to a server is tried before it is used."""

_READ_ONLY = {"outreach_read": True}


class Database:
    """Transactions on one database. Cheap to pass around; make one per process, after forking."""

    def __init__(self, url: str | URL, *, pool_size: int = 5) -> None:
        self.engine = make_engine(url, pool_size=pool_size)
        self._reader = self.engine.execution_options(**_READ_ONLY)
        self._glancer = self._reader
        if not self.is_sqlite:
            self._glancer = self._reader.execution_options(isolation_level="AUTOCOMMIT")

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One write transaction: commits when the block ends, rolls back when it raises.

        Compute, decrypt and call out before entering: on SQLite every other writer waits.
        """
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One read transaction; never blocks a writer."""
        with Session(self._reader, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def glance(self) -> Iterator[Session]:
        """`read` for a few short queries that are asked all the time.

        PostgreSQL gives each query a snapshot of its own anyway; without a transaction around them
        two round trips fall away. Not for results that are fetched in parts, which need one.
        """
        with Session(self._glancer, expire_on_commit=False) as session:
            yield session

    def checkpoint(self) -> int:
        """Copy SQLite's write-ahead log into the file; how many pages are in the file after it.

        Blocks nobody. The scheduler does it every few seconds, so that no reply waits for it.
        """
        if not self.is_sqlite:
            return 0
        connection = self.engine.raw_connection()
        try:
            _busy, _logged, copied = (
                connection.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            )
        finally:
            connection.close()
        return int(copied)

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def make_engine(url: str | URL, *, pool_size: int = 5) -> Engine:
    """An engine with the house's settings. Raises SettingsError if the address is malformed."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise SettingsError("OUTREACH_DATABASE_URL is not a database address.") from None
    if parsed.get_backend_name() not in {"postgres", "postgresql", "sqlite"}:
        raise SettingsError("OUTREACH_DATABASE_URL must begin with sqlite:/// or postgresql://")
    if parsed.drivername in {"postgres", "postgresql"}:
        parsed = parsed.set(drivername="postgresql+psycopg")
    # hide_parameters: a failing statement must not print a client's data (law 6).
    options: dict[str, Any] = {"hide_parameters": True}
    if parsed.get_backend_name() == "sqlite":
        _make_folder(parsed)
        engine = create_engine(parsed, pool_size=pool_size, max_overflow=20, **options)
        event.listen(engine, "connect", _sqlite_connection)
        event.listen(engine, "begin", _sqlite_begin)
        return engine
    engine = create_engine(parsed, pool_size=pool_size, max_overflow=20, **options)
    _ping_what_rested(engine)
    return engine


def _ping_what_rested(engine: Engine) -> None:
    """A server may close a connection while it rests in the pool. One that was just used is not
    asked: half of the work of a short transaction would be questions whether it may begin.
    """

    def rests(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info["rests_since"] = time.monotonic()

    def wakes(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
        rests_since = record.info.get("rests_since")
        if rests_since is None or time.monotonic() - rests_since < PING_AFTER:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error

    event.listen(engine, "checkin", rests)
    event.listen(engine, "checkout", wakes)


def _make_folder(url: URL) -> None:
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)


def _sqlite_connection(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver must not open transactions by itself
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=5000",
        "temp_store=MEMORY",
        # By default every 1,000 pages one unlucky commit copies them all into the file, for up to
        # a third of a second. The scheduler does that (checkpoint); this is for when none runs.
        "wal_autocheckpoint=16000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _sqlite_begin(connection: Connection) -> None:
    read = connection.get_execution_options().get("outreach_read", False)
    connection.exec_driver_sql("BEGIN" if read else "BEGIN IMMEDIATE")
