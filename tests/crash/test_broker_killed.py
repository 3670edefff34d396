"""The broker dies with every task it held: each text still arrives once, and nobody else dies."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from outreach import migrations
from outreach.database import Database
from tests.carrier.process import carrier_process
from tests.crash.scene import Scene
from tests.crash.servers import PrivateRedis, private_postgres, private_redis

pytestmark = [pytest.mark.crash, pytest.mark.broker, pytest.mark.postgres]

TEXTS = 300
PACE = 60.0
"""Segments per second: slow enough that the broker dies in the middle of the work."""

AWAY = 2.0
"""Seconds without a broker."""


@pytest.fixture
def broker(tmp_path: Path, free_port: Callable[[], int]) -> Iterator[PrivateRedis]:
    with private_redis(tmp_path, free_port()) as redis:
        yield redis


@pytest.fixture
def scene(broker: PrivateRedis, tmp_path: Path, free_port: Callable[[], int]) -> Iterator[Scene]:
    with private_postgres(tmp_path, free_port()) as postgres:
        database = Database(postgres.url)
        migrations.upgrade(database)
        with carrier_process(latency=0.05) as carrier:
            scene = Scene(database, carrier, tmp_path / "processes.log", broker_url=broker.url)
            yield scene
            scene.clear()
        database.dispose()


def test_when_the_broker_is_killed_under_load_every_text_arrives_exactly_once(
    scene: Scene, broker: PrivateRedis
) -> None:
    scene.queue(TEXTS, pace=PACE)
    worker = scene.start_worker()
    scene.start()
    scene.wait_for(lambda: scene.posted() >= TEXTS // 3)
    broker.kill()
    time.sleep(AWAY)
    assert scene.posted() < TEXTS, "it was no longer under load"
    broker.start()
    scene.wait_until_arrived(within=45)

    scene.check_every_outcome()
    assert worker.poll() is None, "the worker died"
    assert scene.scheduler is not None
    assert scene.scheduler.poll() is None, "the scheduler died"
