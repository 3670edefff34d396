"""Somebody sets the clock by an hour, to and fro, while texts go out: each still arrives once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from outreach.database import Database
from tests.carrier.process import carrier_process
from tests.crash.scene import Scene

pytestmark = pytest.mark.crash

TEXTS, PACE = 240, 60.0
HOUR = 3600.0

FAULTS = {"lose_answer": 0.05, "cut": 0.05, "throttle": 0.05}
"""So that there is always something to look up at the carrier while the clock is wrong."""


@pytest.fixture
def clock(tmp_path: Path) -> Path:
    file = tmp_path / "clock"
    file.write_text("0")
    return file


@pytest.fixture
def scene(database: Database, tmp_path: Path, clock: Path) -> Iterator[Scene]:
    with carrier_process(latency=0.05) as carrier:
        scene = Scene(database, carrier, tmp_path / "scheduler.log", clock=clock)
        yield scene
        scene.clear()


@pytest.mark.parametrize("step", [HOUR, -HOUR], ids=["ahead", "back"])
def test_a_clock_that_is_set_and_set_right_doubles_and_loses_nothing(
    scene: Scene, clock: Path, step: float
) -> None:
    scene.queue(TEXTS, pace=PACE, due_for=HOUR)
    scene.carrier.behave(**FAULTS)
    scene.start()
    scene.wait_for(lambda: scene.posted() >= TEXTS // 4)
    clock.write_text(str(step))
    scene.wait_for(lambda: scene.posted() >= TEXTS // 2)
    clock.write_text("0")
    scene.wait_for(lambda: scene.posted() >= 3 * TEXTS // 4)
    scene.carrier.behave(**dict.fromkeys(FAULTS, 0.0))
    scene.wait_until_arrived(within=60)

    scene.check_every_outcome()
    assert "clock_was_set" in scene.log.read_text()
