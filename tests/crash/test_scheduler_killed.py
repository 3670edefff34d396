"""kill -9 in the middle of the work: no text is lost, none arrives twice (laws 2 and 3)."""

import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from outreach.database import Database
from outreach.vocabulary import MessageState
from tests.carrier.process import carrier_process
from tests.crash.scene import ARRIVED, Scene

pytestmark = pytest.mark.crash

RUNS = int(os.environ.get("OUTREACH_CRASH_RUNS") or 20)
"""On SQLite and PostgreSQL in turn, every other pair with faults of the carrier as well."""

TEXTS = 400
SHORT, PACE = 150, 300.0
"""A run sends for half a second, so its kill falls into any step of any turn."""

FAULTS = {"lose_answer": 0.03, "cut": 0.03, "error_500_taken": 0.02, "garble": 0.02}
"""On top of the crash; each of these alone makes a text unknown."""


@pytest.fixture
def scene(database: Database, tmp_path: Path) -> Iterator[Scene]:
    with carrier_process(latency=0.05) as carrier:
        scene = Scene(database, carrier, tmp_path / "scheduler.log")
        yield scene
        scene.clear()


KILL_RUNS = [
    pytest.param("postgres", run, marks=pytest.mark.postgres) if run % 2 else ("sqlite", run)
    for run in range(RUNS)
]


@pytest.mark.parametrize(("database_url", "run"), KILL_RUNS, indirect=["database_url"])
def test_after_kill_9_at_a_random_moment_every_text_arrives_exactly_once(
    scene: Scene, run: int
) -> None:
    dice = random.Random(run)
    scene.queue(SHORT, pace=PACE)
    scene.carrier.behave(**(FAULTS if run // 2 % 2 else {}))
    scene.start()
    moment = dice.randrange(SHORT - 20)
    scene.wait_for(lambda: scene.posted() >= moment)
    time.sleep(dice.uniform(0, 0.05))
    scene.kill()
    unproven = set(scene.states()) - ARRIVED
    assert unproven <= {MessageState.QUEUED, MessageState.HANDING_OVER, MessageState.UNKNOWN}
    if run % 5 == 4:  # once more, while it finds out what the first kill left open
        scene.start()
        time.sleep(dice.uniform(0.8, 1.4))
        scene.kill()
    scene.carrier.behave(**dict.fromkeys(FAULTS, 0.0))
    scene.start()
    scene.wait_until_arrived()

    scene.check_every_outcome()


def test_what_a_crash_left_open_is_unknown_until_it_is_proven(scene: Scene) -> None:
    scene.queue(TEXTS)
    scene.carrier.behave(list_fails=True)
    scene.start()
    scene.wait_for(lambda: scene.posted() >= 100)
    scene.kill()
    left_open = scene.states()[MessageState.HANDING_OVER]
    scene.start()
    scene.wait_for(lambda: set(scene.states()) <= ARRIVED | {MessageState.UNKNOWN})

    assert scene.states()[MessageState.UNKNOWN] == left_open > 0
    assert max(scene.arrivals().values()) == 1
    scene.carrier.behave(list_fails=False)
    scene.wait_until_arrived()
    scene.check_every_outcome()


def test_sigterm_finishes_what_is_under_way(scene: Scene) -> None:
    scene.queue(TEXTS)
    scene.start()
    scene.wait_for(lambda: scene.posted() >= 100)

    assert scene.stop() == 0
    assert set(scene.states()) <= {MessageState.ACCEPTED, MessageState.QUEUED}
    assert scene.states()[MessageState.ACCEPTED] == scene.posted()


def test_a_second_scheduler_takes_over_when_the_first_is_killed(scene: Scene) -> None:
    scene.queue(TEXTS)
    scene.start()
    first = scene.scheduler
    scene.wait_for(lambda: scene.posted() >= 50)
    scene.start()
    second, scene.scheduler = scene.scheduler, first
    scene.kill()
    scene.scheduler = second
    scene.wait_until_arrived()

    scene.check_every_outcome()


def test_with_receipts_lost_repeated_and_shuffled_every_text_ends_delivered(
    scene: Scene, free_port: Callable[[], int]
) -> None:
    scene.start_web(free_port())
    scene.carrier.behave(receipts=["queued", "sent", "delivered"], shuffle=True, repeat=2)
    scene.carrier.behave(lose_answer=0.1, throttle=0.05)
    scene.queue(200)
    scene.start()
    scene.wait_for(lambda: scene.posted() >= 80)
    scene.kill()
    scene.start()
    scene.wait_for(lambda: set(scene.states()) == {MessageState.DELIVERED})

    scene.check_every_outcome()
