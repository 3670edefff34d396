"""Dispatch: how fast due texts reach the carrier, against Twilio's own async client alone.

Real HTTP to a carrier process on this machine with 100 ms latency; everything in one run, the
baseline before and after, so that a busy machine slows both.

    python -m bench.dispatch [--texts 5000] [--concurrency 100] [--postgres] [--workers] [--usual]
"""

import argparse
import asyncio
import json
import os
import resource
import tempfile
import threading
import time
import uuid
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.engine import make_url

from outreach import migrations, vault
from outreach.clock import SystemClock
from outreach.database import Database
from outreach.delivery.carriers import carrier_for
from outreach.delivery.dispatcher import Dispatcher
from outreach.models import Message
from outreach.settings import load_settings
from tests.carrier.process import ACCOUNT, TOKEN, CarrierProcess, carrier_process
from tests.integration.delivery.world import World

LATENCY = 0.1
POSTGRES = os.environ.get("OUTREACH_TEST_POSTGRES_URL", "postgresql://127.0.0.1:5432/test")


@dataclass(frozen=True)
class Run:
    """What one way of sending reached."""

    name: str
    texts: int
    seconds: float
    cpu: float

    @property
    def rate(self) -> float:
        return self.texts / self.seconds

    @property
    def cpu_per_text(self) -> float:
        """Milliseconds of this process's processor time."""
        return 1000 * self.cpu / self.texts


def main() -> None:
    """Measure and print."""
    given = _arguments()
    warnings.simplefilter("ignore", DeprecationWarning)
    key = os.urandom(32)
    vault.install(vault.Vault([key]))
    with carrier_process(latency=LATENCY) as carrier:
        runs = [twilio_alone(carrier, given.texts, given.concurrency)]
        with sqlite_database() as database:
            runs.append(ours("ours, SQLite", database, carrier, given.texts, given.concurrency))
        if given.postgres:
            with postgres_database() as database:
                runs.append(
                    ours("ours, PostgreSQL", database, carrier, given.texts, given.concurrency)
                )
        if given.workers:
            from bench._workers import with_workers

            runs.append(with_workers(carrier, given.texts, key))
        runs.append(twilio_alone(carrier, given.texts, given.concurrency))
        if given.usual:
            from bench._usual import usual_ways

            runs += usual_ways(carrier, given.usual_texts)
    report(runs, as_json=given.json)


def twilio_alone(carrier: CarrierProcess, texts: int, concurrency: int) -> Run:
    """Twilio's async client and nothing else: no database, no states, no receipts."""

    async def send_all() -> None:
        from twilio.http.async_http_client import AsyncTwilioHttpClient
        from twilio.rest import Client

        lines = asyncio.Semaphore(concurrency)
        async with AsyncTwilioHttpClient() as http:
            client = Client(ACCOUNT, TOKEN, http_client=http)
            client.api.base_url = carrier.url

            async def send(number: int) -> None:
                async with lines:
                    await client.messages.create_async(
                        to=f"+1202555{number:04}",
                        from_="+15005550006",
                        body=f"Text number {number}.",
                        status_callback=f"http://127.0.0.1:9/twilio/status/{number}",
                        validity_period=3600,
                    )

            await asyncio.gather(*(send(number) for number in range(texts)))

    return timed("Twilio's async client alone", texts, lambda: asyncio.run(send_all()))


def ours(
    name: str, database: Database, carrier: CarrierProcess, texts: int, concurrency: int
) -> Run:
    """The dispatcher on a database with `texts` due texts, until each is settled."""
    with database.write() as session:
        World(session, datetime.now(UTC), pace=1000).blast(texts)
    settings = load_settings(environ=carrier.settings())
    settings = settings.model_copy(update={"send_concurrency": concurrency})
    gather_statistics(database)
    dispatcher = Dispatcher(
        database,
        carrier_for(settings, database, SystemClock()),
        SystemClock(),
        concurrency=concurrency,
    )
    stop = threading.Event()

    def send_all() -> None:
        thread = threading.Thread(target=dispatcher.run, args=(stop,))
        thread.start()
        while _under_way(database):
            time.sleep(0.1)
        stop.set()
        thread.join()

    run = timed(name, texts, send_all)
    with database.read() as session:
        accepted = select(func.count()).select_from(Message).where(Message.state == "accepted")
        assert session.scalar(accepted) == texts
    return run


def report(runs: list[Run], *, as_json: bool) -> None:
    """Print every run, and ours as a ratio of the client alone (mean of before and after)."""
    alone = [run.rate for run in runs if run.name.startswith("Twilio")]
    baseline = sum(alone) / len(alone)
    figures: list[dict[str, Any]] = []
    for run in runs:
        if not as_json:
            print(
                f"{run.name:32} {run.rate:8.0f} texts/s  {run.cpu_per_text:6.2f} ms CPU per text"
                f"  ratio {run.rate / baseline:5.2f}"
            )
        if run.name.startswith("ours"):
            figures += [
                {
                    "name": f"dispatch, {run.name}: ratio",
                    "value": run.rate / baseline,
                    "target": ">= 0.9",
                },
                {"name": f"dispatch, {run.name}", "value": run.rate, "unit": "texts/s"},
                {
                    "name": f"dispatch, {run.name}: CPU",
                    "value": run.cpu_per_text,
                    "unit": "ms/text",
                },
            ]
        elif run.name.startswith("one "):
            best = max(r.rate for r in runs if r.name.startswith("ours"))
            figures.append({"name": f"dispatch, times {run.name}", "value": best / run.rate})
    if as_json:
        print(json.dumps({"figures": figures}))


def gather_statistics(database: Database) -> None:
    """What PostgreSQL's autovacuum does by itself within a minute of a load like this one."""
    if not database.is_sqlite:
        with database.write() as session:
            session.execute(text("ANALYZE"))


@contextmanager
def sqlite_database() -> Iterator[Database]:
    """A migrated, empty SQLite database on disk."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/bench.sqlite")
        migrations.upgrade(database)
        yield database
        database.dispose()


@contextmanager
def postgres_database() -> Iterator[Database]:
    """A migrated, empty database on the server of OUTREACH_TEST_POSTGRES_URL."""
    name = f"outreach_bench_{uuid.uuid4().hex[:8]}"
    server = Database(POSTGRES)
    with server.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        database = Database(make_url(POSTGRES).set(database=name))
        migrations.upgrade(database)
        yield database
        database.dispose()
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def _under_way(database: Database) -> bool:
    """Whether a text waits or has no answer yet; found through the index, which costs nothing."""
    waiting = select(Message.id).where(text("state IN ('queued', 'claimed')"))
    open_ = select(Message.id).where(text("state IN ('handing_over', 'unknown')"))
    with database.read() as session:
        return any(session.scalar(each.limit(1)) is not None for each in (waiting, open_))


def timed(name: str, texts: int, work: Callable[[], None]) -> Run:
    """Do the work and say what it took, in time and in this process's processor time."""
    before, began = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    work()
    seconds, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(name, texts, seconds, cpu)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=5000)
    parser.add_argument("--concurrency", type=int, default=100)
    parser.add_argument("--postgres", action="store_true", help="also on PostgreSQL")
    parser.add_argument("--workers", action="store_true", help="also two workers and a broker")
    parser.add_argument("--usual", action="store_true", help="also one job or task per text")
    parser.add_argument("--usual-texts", type=int, default=1000)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
