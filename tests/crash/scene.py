"""A scheduler as a real process beside a carrier that keeps a ledger; killed and started again."""

import base64
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from outreach.database import Database
from outreach.models import Attempt, Message
from outreach.vocabulary import MessageState
from tests.carrier.process import ROOT, CarrierProcess
from tests.conftest import TEST_KEY
from tests.integration.delivery.world import World

RECONCILE_AFTER = 1
"""Seconds. The carrier is on this machine: what it did not list by then never arrived."""

ARRIVED = {MessageState.ACCEPTED, MessageState.SENT, MessageState.DELIVERED}


@dataclass
class Scene:
    """One database, one carrier, and the scheduler process of the moment."""

    database: Database
    carrier: CarrierProcess
    log: Path
    """Where the scheduler's own lines go."""
    public_url: str = "http://127.0.0.1:9"
    broker_url: str = ""
    clock: Path | None = None
    """By how much the scheduler's clock is wrong (set_clock.py); None: it runs on the machine's."""
    scheduler: subprocess.Popen[bytes] | None = None
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)

    def queue(self, texts: int, *, pace: float = 1000.0, due_for: float = 0.0) -> None:
        """Put so many texts into the outbox, each to a number of its own, due for some seconds."""
        due = datetime.now(UTC) - timedelta(seconds=due_for)
        with self.database.write() as session:
            self.ids = World(session, due, pace=pace).blast(texts)

    def start(self, *, largest_file: int | None = None) -> None:
        """Start `outreach scheduler` as an operator would; `largest_file` (bytes) is its disk."""
        command = ["outreach", "scheduler"]
        if self.clock is not None:
            command = ["python", "-m", "tests.crash.set_clock", str(self.clock)]
        self.scheduler = self._process(*command, largest_file=largest_file)

    def start_worker(self) -> subprocess.Popen[bytes]:
        """Start `outreach worker`; ended by the test, or with the scene."""
        worker = self._process("outreach", "worker")
        self.workers.append(worker)
        return worker

    def start_web(self, port: int) -> None:
        """Start the webhooks app, so that receipts arrive."""
        self.public_url = f"http://127.0.0.1:{port}"
        options = ["--bind", f"127.0.0.1:{port}", "--no-control-socket", "--threads", "4"]
        self.workers.append(self._process("gunicorn", *options, "webhooks:create_app()"))
        self.wait_for(lambda: _listens(port))

    def clear(self) -> None:
        """End every process that still runs."""
        for process in [self.scheduler, *self.workers]:
            if process is not None and process.poll() is None:
                process.kill()
                process.wait()

    def _process(
        self, program: str, *arguments: str, largest_file: int | None = None
    ) -> subprocess.Popen[bytes]:
        limit = []
        if largest_file:  # POSIX shells count in blocks of 512 bytes
            limit = ["sh", "-c", f'ulimit -f {largest_file // 512}; exec "$@"', "sh"]
        url = self.database.engine.url.render_as_string(hide_password=False)
        environment = self.carrier.settings(
            OUTREACH_DATABASE_URL=url,
            OUTREACH_SECRET_KEYS=base64.b64encode(TEST_KEY).decode(),
            OUTREACH_RECONCILE_AFTER=str(RECONCILE_AFTER),
            OUTREACH_PUBLIC_URL=self.public_url,
            OUTREACH_BROKER_URL=self.broker_url,
        )
        return subprocess.Popen(
            [*limit, Path(sys.executable).with_name(program), *arguments],
            cwd=ROOT,
            env=os.environ | environment,
            stderr=self.log.open("ab"),
        )

    def kill(self) -> None:
        """kill -9: no handler runs, nothing is finished."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """SIGTERM, and the exit code."""
        return self._end(signal.SIGTERM)

    def wait_until_arrived(self, *, within: float = 120) -> None:
        self.wait_for(lambda: set(self.states()) <= ARRIVED, within=within)

    def check_every_outcome(self) -> None:
        """Each text arrived exactly once, and what we wrote down of it is what the carrier has."""
        assert self.arrivals() == dict.fromkeys(self.ids, 1)
        assert set(self.states()) <= ARRIVED
        with self.database.read() as session:
            sids = {row.id: row.sid for row in session.execute(select(Message.id, Message.sid))}
            accepted = session.scalars(
                select(Attempt.message_id).where(Attempt.outcome == "accepted")
            )
            assert Counter(accepted) == dict.fromkeys(self.ids, 1)
            assert not session.scalar(select(func.count()).where(Attempt.outcome.is_(None)))
        assert sids == {entry["message_id"]: entry["sid"] for entry in self.carrier.entries()}

    def wait_for(self, enough: Callable[[], bool], *, within: float = 120) -> None:
        end = time.monotonic() + within
        while not enough():
            assert time.monotonic() < end, f"it took too long: {self.states()}"
            assert self.scheduler is None or self.scheduler.poll() is None, self._last_words()
            time.sleep(0.02)

    def states(self) -> Counter[str]:
        """State -> number of texts."""
        with self.database.read() as session:
            rows = session.execute(select(Message.state, func.count()).group_by(Message.state))
            return Counter(dict(rows.all()))

    def arrivals(self) -> Counter[str]:
        """Message id -> how often the carrier took it."""
        return Counter(entry["message_id"] for entry in self.carrier.entries())

    def posted(self) -> int:
        return sum(self.arrivals().values())

    def _last_words(self) -> str:
        return "the scheduler ended: " + self.log.read_text()[-1500:]

    def _end(self, how: signal.Signals) -> int:
        assert self.scheduler is not None
        self.scheduler.send_signal(how)
        code = self.scheduler.wait(40)
        self.scheduler = None
        return code


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
