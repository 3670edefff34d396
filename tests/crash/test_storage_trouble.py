"""The database fills up, or cuts its connections under load: still each text arrives once."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event, text

from outreach.clock import SystemClock
from outreach.database import Database
from outreach.delivery.carriers import carrier_for
from outreach.delivery.dispatcher import Dispatcher
from outreach.settings import load_settings
from tests.carrier.process import CarrierProcess, carrier_process
from tests.crash.scene import Scene

pytestmark = pytest.mark.crash

TEXTS = 400
REFUSED = 2
"""Times the disk says no before it counts as full, and again while nothing may go out."""


@pytest.fixture
def sqlite_scene(sqlite_database: Database, tmp_path: Path) -> Iterator[Scene]:
    with carrier_process(latency=0.05) as carrier:
        scene = Scene(sqlite_database, carrier, tmp_path / "scheduler.log")
        yield scene
        scene.clear()


@pytest.fixture
def postgres_scene(postgres_url: str, tmp_path: Path) -> Iterator[Scene]:
    database = Database(postgres_url)
    with carrier_process(latency=0.05) as carrier:
        scene = Scene(database, carrier, tmp_path / "scheduler.log")
        yield scene
        scene.clear()
    database.dispose()


def test_on_a_full_disk_nothing_is_sent_blindly(sqlite_scene: Scene) -> None:
    scene = sqlite_scene
    scene.queue(TEXTS)
    with scene.database.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    size = Path(scene.database.engine.url.database or "").stat().st_size
    scene.start(largest_file=max(size // 4, 200_000))  # the log of a few turns, and no more
    check_that_nothing_goes_out(scene, lambda: scene.log.read_text().count("failed"))
    scene.kill()
    scene.start()
    scene.wait_until_arrived()

    scene.check_every_outcome()


def test_a_database_that_may_not_grow_sends_nothing_blindly_and_goes_on_when_it_may(
    sqlite_scene: Scene,
) -> None:
    """The other kind of full: SQLite itself refuses a page (max_page_count)."""
    scene = sqlite_scene
    scene.queue(TEXTS)
    disk = Disk(scene.database)
    with dispatching(disk.database, scene.carrier):
        check_that_nothing_goes_out(scene, lambda: disk.refused)
        disk.full = False
        scene.wait_until_arrived()

    scene.check_every_outcome()


def check_that_nothing_goes_out(scene: Scene, refused: Callable[[], int]) -> None:
    """Between two times at which the disk has `refused` again and again, no text arrives."""
    scene.wait_for(lambda: refused() >= REFUSED)
    stuck, already = scene.posted(), refused()
    scene.wait_for(lambda: refused() >= already + REFUSED)
    assert scene.posted() == stuck < TEXTS, "it went on sending without writing attempts"


class Disk:
    """A second way into a database, in which no page can be added while it is `full`.

    `refused` counts the statements that it had no room for.
    """

    def __init__(self, database: Database) -> None:
        self.full = True
        self.refused = 0
        self.database = Database(database.engine.url)
        event.listen(self.database.engine, "checkout", self._limit)
        event.listen(self.database.engine, "handle_error", self._count)

    def _limit(self, connection: sqlite3.Connection, *_: object) -> None:
        pages = 1 if self.full else 2**30  # never less than there are
        connection.execute(f"PRAGMA max_page_count = {pages}")

    def _count(self, _context: object) -> None:
        self.refused += 1


@contextmanager
def dispatching(database: Database, twilio: CarrierProcess) -> Iterator[None]:
    """A dispatcher at work in this process, ended cleanly."""
    carrier = carrier_for(load_settings(environ=twilio.settings()), database, SystemClock())
    stop = threading.Event()
    dispatcher = Dispatcher(database, carrier, SystemClock(), concurrency=64)
    thread = threading.Thread(target=dispatcher.run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(40)
        database.dispose()


@pytest.mark.postgres
def test_when_the_server_cuts_every_connection_again_and_again(postgres_scene: Scene) -> None:
    scene = postgres_scene
    scene.queue(TEXTS)
    scene.start()
    scene.wait_for(lambda: scene.posted() >= 20)
    for _ in range(4):
        _cut_connections(scene.database)
        time.sleep(1)
    scene.wait_until_arrived()

    scene.check_every_outcome()


def _cut_connections(database: Database) -> None:
    with database.write() as session:
        session.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
