"""Where `now` comes from: the system, or in the demo a row that can run faster.

Everything below the shell takes `now` as an argument; only processes and web requests ask a clock.
"""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

from sqlalchemy import select

from outreach.database import Database
from outreach.models.demo import DemoClockRow

_CACHE_SECONDS = 0.25


class Clock(Protocol):
    """Tells the time: an aware UTC datetime."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Now, in UTC."""
        return datetime.now(UTC)


class DemoClock:
    """The demo's clock: a row says which demo instant belonged to which real one, and the speed.

    Every process of the demo reads the same row, at most four times a second.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._row: tuple[datetime, datetime, float] | None = None
        self._read_at = 0.0

    def now(self) -> datetime:
        """The demo's instant, in UTC; the system's while no row is there."""
        if time.monotonic() - self._read_at > _CACHE_SECONDS:
            self._row = self._load()
            self._read_at = time.monotonic()
        real = datetime.now(UTC)
        if self._row is None:
            return real
        real_anchor, demo_anchor, speed = self._row
        return demo_anchor + (real - real_anchor) * speed

    def set(self, now: datetime, speed: float) -> None:
        """Make it `now` and let time run `speed` times as fast from here."""
        with self._database.write() as session:
            row = session.get(DemoClockRow, 1) or DemoClockRow(id=1)
            row.real_at, row.demo_at, row.speed = datetime.now(UTC), now, speed
            session.add(row)
        self._read_at = 0.0

    def speed(self) -> float:
        """How many demo seconds pass in a real one."""
        row = self._load()
        return row[2] if row else 1.0

    def skip(self, by: timedelta) -> None:
        """Jump ahead by `by`, keeping the speed."""
        self.set(self.now() + by, self.speed())

    def _load(self) -> tuple[datetime, datetime, float] | None:
        with self._database.read() as session:
            found = session.execute(
                select(DemoClockRow.real_at, DemoClockRow.demo_at, DemoClockRow.speed)
            ).first()
        return None if found is None else (found.real_at, found.demo_at, found.speed)


def clock_for(database: Database, *, demo: bool) -> Clock:
    """The clock of this process; the demo's only in the demo."""
    return DemoClock(database) if demo else SystemClock()
