"""Who leads: at most one scheduler works at a time, and another takes over within seconds.

PostgreSQL: an advisory lock that ends with its connection. SQLite: a lock on a file beside the
database, which the kernel frees when the process dies. Should two lead at once after all, nothing
is doubled: every claim is decided in the database (law 2).
"""

import fcntl
from pathlib import Path
from typing import IO, Protocol

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from outreach.database import Database

_LOCK = 7_411_883_021
"""The advisory lock's key; any number that nobody else uses in this database."""


class Seat(Protocol):
    """The leader's seat."""

    def take(self) -> bool:
        """Sit down if the seat is free; True also when we sit already."""
        ...

    def still_mine(self) -> bool:
        """Whether we lead at this moment."""
        ...

    def leave(self) -> None:
        """Free the seat for another."""
        ...


def seat_of(database: Database) -> Seat:
    """The seat of this database's leader."""
    return _FileSeat(database) if database.is_sqlite else _PostgresSeat(database)


class _PostgresSeat:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: Connection | None = None

    def take(self) -> bool:
        if self._connection is not None:
            return self.still_mine()
        try:
            connection = self._database.engine.connect()
            connection = connection.execution_options(isolation_level="AUTOCOMMIT")
            won = connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": _LOCK})
        except SQLAlchemyError:
            return False  # the database is away: nobody leads
        if not won:
            connection.close()
            return False
        self._connection = connection
        return True

    def still_mine(self) -> bool:
        if self._connection is None:
            return False
        try:
            self._connection.execute(text("SELECT 1"))
        except SQLAlchemyError:
            self.leave()  # the server dropped the connection, and the lock with it
            return False
        return True

    def leave(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()  # ends the session: a pooled one would keep the lock
            connection.close()


class _FileSeat:
    def __init__(self, database: Database) -> None:
        self._path = Path(f"{database.engine.url.database}.leader")
        self._file: IO[bytes] | None = None

    def take(self) -> bool:
        if self._file is not None:
            return True
        file = self._path.open("wb")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        self._file = file
        return True

    def still_mine(self) -> bool:
        return self._file is not None

    def leave(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
