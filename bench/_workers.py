"""Two Celery workers and the publisher, on PostgreSQL: the same texts, the same carrier."""

import base64
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import delete, func, select

from bench.dispatch import Run, postgres_database, timed
from outreach.clock import SystemClock
from outreach.database import Database
from outreach.delivery.publisher import Publisher
from outreach.delivery.worker import broker_app
from outreach.models import Attempt, Message
from tests.carrier.process import CarrierProcess
from tests.integration.delivery.world import World

BROKER = os.environ.get("OUTREACH_TEST_BROKER_URL", "redis://127.0.0.1:6379/7")
WORKERS = 2
WARM_UP = 100


def with_workers(carrier: CarrierProcess, texts: int, key: bytes) -> Run:
    """Send a few texts so that the workers are awake, then measure the rest."""
    app = broker_app(BROKER)
    app.control.purge()
    with postgres_database() as database, _workers(carrier, database, key):
        stop = threading.Event()
        publisher = Publisher(database, SystemClock(), app)
        thread = threading.Thread(target=publisher.run, args=(stop,))
        with database.write() as session:
            world = World(session, datetime.now(UTC), pace=1000)
            world.blast(WARM_UP)
        thread.start()
        _wait(database, WARM_UP)
        stop.set()
        thread.join()
        with database.write() as session:
            session.execute(delete(Attempt))
            session.execute(delete(Message))
            world.session = session
            world.blast(texts, first=WARM_UP)
        stop = threading.Event()
        thread = threading.Thread(target=publisher.run, args=(stop,))

        def send_all() -> None:
            thread.start()
            _wait(database, texts)

        run = timed(f"ours, {WORKERS} workers", texts, send_all)
        stop.set()
        thread.join()
    return run


@contextmanager
def _workers(carrier: CarrierProcess, database: Database, key: bytes) -> Iterator[None]:
    environment = carrier.settings(
        OUTREACH_DATABASE_URL=database.engine.url.render_as_string(hide_password=False),
        OUTREACH_SECRET_KEYS=base64.b64encode(key).decode(),
        OUTREACH_BROKER_URL=BROKER,
    )
    command = [Path(sys.executable).with_name("outreach"), "worker"]
    workers = [
        subprocess.Popen(
            command,
            env=os.environ | environment,
            stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        for _ in range(WORKERS)
    ]
    try:
        yield
    finally:
        for worker in workers:
            worker.terminate()
            worker.wait()


def _wait(database: Database, texts: int) -> None:
    accepted = select(func.count()).select_from(Message).where(Message.state == "accepted")
    while True:
        with database.read() as session:
            if (session.scalar(accepted) or 0) >= texts:
                return
        time.sleep(0.1)
