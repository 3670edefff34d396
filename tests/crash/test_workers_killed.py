"""With a broker: workers die, tasks are delivered again, and still each text arrives once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from outreach.database import Database
from tests.carrier.process import carrier_process
from tests.crash.scene import Scene

pytestmark = [pytest.mark.crash, pytest.mark.broker, pytest.mark.postgres]

TEXTS = 300


@pytest.fixture
def scene(postgres_url: str, broker_url: str, tmp_path: Path) -> Iterator[Scene]:
    database = Database(postgres_url)
    with carrier_process(latency=0.05) as carrier:
        scene = Scene(database, carrier, tmp_path / "processes.log", broker_url=broker_url)
        yield scene
        scene.clear()
    database.dispose()


def test_workers_send_what_the_scheduler_claims(scene: Scene) -> None:
    scene.queue(TEXTS)
    scene.start_worker()
    scene.start()
    scene.wait_until_arrived()

    scene.check_every_outcome()


def test_a_killed_worker_loses_and_doubles_nothing(scene: Scene) -> None:
    scene.queue(TEXTS)
    first = scene.start_worker()
    scene.start()
    scene.wait_for(lambda: scene.posted() >= 40)
    first.kill()
    first.wait()
    scene.start_worker()
    scene.wait_until_arrived()

    scene.check_every_outcome()
