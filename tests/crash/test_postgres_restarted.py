"""PostgreSQL restarts without a goodbye under load: each text arrives once, the service stays."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from outreach import migrations
from outreach.database import Database
from tests.carrier.process import carrier_process
from tests.crash.scene import Scene
from tests.crash.servers import PrivatePostgres, private_postgres

pytestmark = [pytest.mark.crash, pytest.mark.postgres]

TEXTS = 300
PACE = 60.0
"""Segments per second: slow enough that both restarts fall into the middle of the work."""


@pytest.fixture
def postgres(tmp_path: Path, free_port: Callable[[], int]) -> Iterator[PrivatePostgres]:
    with private_postgres(tmp_path, free_port()) as server:
        yield server


@pytest.fixture
def scene(postgres: PrivatePostgres, tmp_path: Path) -> Iterator[Scene]:
    database = Database(postgres.url)
    migrations.upgrade(database)
    with carrier_process(latency=0.05) as carrier:
        scene = Scene(database, carrier, tmp_path / "scheduler.log")
        yield scene
        scene.clear()
    database.dispose()


def test_when_postgres_restarts_twice_under_load_every_text_arrives_exactly_once(
    scene: Scene, postgres: PrivatePostgres
) -> None:
    scene.queue(TEXTS, pace=PACE)
    scene.start()
    _restart_after(TEXTS // 4, scene, postgres)
    _restart_after(TEXTS // 2, scene, postgres)
    scene.wait_until_arrived(within=45)

    scene.check_every_outcome()
    assert scene.scheduler is not None
    assert scene.scheduler.poll() is None, "the scheduler died"
    assert scene.stop() == 0


def _restart_after(texts: int, scene: Scene, postgres: PrivatePostgres) -> None:
    scene.wait_for(lambda: scene.posted() >= texts)
    postgres.restart_at_once()
    assert scene.posted() < TEXTS, "it was no longer under load"
