"""The database fills up, or cuts its connections under load: still each text arrives once."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from outreach.database import Database
from outreach.vocabulary import MessageState
from tests.carrier.process import carrier_process
from tests.crash.scene import Scene

pytestmark = pytest.mark.crash

TEXTS = 400
ARRIVED = {MessageState.ACCEPTED, MessageState.SENT, MessageState.DELIVERED}


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
    scene.wait_for(lambda: "failed" in scene.log.read_text())
    time.sleep(3)
    stuck = scene.posted()
    time.sleep(2)
    assert scene.posted() == stuck < TEXTS, "it went on sending without writing attempts"
    scene.kill()
    scene.start()
    scene.wait_for(lambda: set(scene.states()) <= ARRIVED)

    assert scene.arrivals() == dict.fromkeys(scene.ids, 1)


@pytest.mark.postgres
def test_when_the_server_cuts_every_connection_again_and_again(postgres_scene: Scene) -> None:
    scene = postgres_scene
    scene.queue(TEXTS)
    scene.start()
    scene.wait_for(lambda: scene.posted() >= 20)
    for _ in range(4):
        _cut_connections(scene.database)
        time.sleep(1)
    scene.wait_for(lambda: set(scene.states()) <= ARRIVED)

    assert scene.arrivals() == dict.fromkeys(scene.ids, 1)


def _cut_connections(database: Database) -> None:
    with database.write() as session:
        session.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
