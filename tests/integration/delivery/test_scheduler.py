"""The scheduler as a process: it beats, survives a bad tick, looks back after silence, and ends."""

import base64
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from outreach.database import Database
from outreach.models import Heartbeat, Message, Program
from outreach.scheduler import HEARTBEAT, beat
from tests.carrier.process import CarrierProcess
from tests.conftest import TEST_KEY
from tests.integration.delivery.world import World

Start = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "scheduler.log"


@pytest.fixture
def start(sqlite_url: str, twilio: CarrierProcess, log: Path) -> Iterator[Start]:
    running = []

    def run() -> "subprocess.Popen[bytes]":
        environment = twilio.settings(
            OUTREACH_DATABASE_URL=sqlite_url,
            OUTREACH_SECRET_KEYS=base64.b64encode(TEST_KEY).decode(),
        )
        process = subprocess.Popen(
            [Path(sys.executable).with_name("outreach"), "scheduler"],
            env=os.environ | environment,
            stderr=log.open("ab"),
        )
        running.append(process)
        return process

    yield run
    for process in running:
        process.kill()
        process.wait()


def eventually(holds: Callable[[], bool], within: float = 40) -> None:
    end = time.monotonic() + within
    while not holds():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.1)


def fresh_heartbeat(database: Database) -> bool:
    with database.read() as session:
        row = session.get(Heartbeat, HEARTBEAT)
    return row is not None and datetime.now(UTC) - row.at < timedelta(seconds=10)


def test_it_beats_and_ends_cleanly(sqlite_database: Database, start: Start, log: Path) -> None:
    process = start()
    eventually(lambda: fresh_heartbeat(sqlite_database))
    process.terminate()

    assert process.wait(30) == 0
    assert "tick_failed" not in log.read_text()


def test_a_tick_that_fails_does_not_stop_the_others_and_tells_no_secrets(
    sqlite_database: Database, start: Start, log: Path
) -> None:
    with sqlite_database.write() as session:
        world = World(session, datetime.now(UTC))
        world.text(world.client("+12025550123"), "A private word.")
        session.execute(text("DROP TABLE page"))
    start()
    eventually(lambda: "tick_failed" in log.read_text())

    def sent() -> bool:
        with sqlite_database.read() as session:
            return session.scalar(select(Message.state)) == "accepted"

    eventually(sent)
    assert "+12025550123" not in log.read_text()
    assert "private" not in log.read_text()


def test_a_backup_put_back_starts_paused(
    sqlite_database: Database, twilio: CarrierProcess, start: Start
) -> None:
    with sqlite_database.write() as session:
        world = World(session, datetime.now(UTC))
        sent = world.text(world.client("+12025550123"))
    twilio.behave(receipts=["delivered"])
    process = start()
    eventually(lambda: len(twilio.entries()) == 1)
    process.terminate()
    process.wait(30)
    with sqlite_database.write() as session:
        session.execute(text("DELETE FROM attempt"))
        session.execute(text("UPDATE message SET state = 'queued', sid = NULL, ask_at = NULL"))
        session.merge(Heartbeat(name=HEARTBEAT, at=datetime.now(UTC) - timedelta(hours=2)))
    start()

    def paused() -> bool:
        with sqlite_database.read() as session:
            return session.scalar(select(Program.paused_at)) is not None

    eventually(paused)
    assert [entry["message_id"] for entry in twilio.entries()] == [sent]


def test_the_heartbeat_is_one_row(database: Database) -> None:
    beat(database)
    beat(database)
    with database.read() as session:
        assert len(session.scalars(select(Heartbeat)).all()) == 1
