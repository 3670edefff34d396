"""Lateness: how long after its time a text reaches the carrier, below the sender's pace.

`outreach scheduler` as a process, on a day's touchpoints squeezed into a minute: each is due at a
moment of its own. Measured from there to the carrier's own note of when the text came in.

    python -m bench.lateness [--texts 1200] [--seconds 60] [--postgres] [--json]
"""

import argparse
import base64
import json
import os
import random
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from bench.dispatch import postgres_database, sqlite_database
from outreach import vault
from outreach.campaigns.planner import plan_dirty
from outreach.database import Database
from outreach.models import Campaign, Message, Program, Touchpoint
from outreach.programs.file import ProgramFile
from tests.carrier.process import ROOT, CarrierProcess, carrier_process
from tests.integration.delivery.world import World

LATENCY = 0.1
PACE_FOR_EACH_TEXT = 3.0
"""The sender may send three times as many segments as become due: it stays below its pace."""

START_WITHIN = timedelta(seconds=5)
"""The scheduler is up and leads by then."""

TARGET = "< 2 s"


def main() -> None:
    """Measure on each database and print."""
    given = _arguments()
    warnings.simplefilter("ignore", DeprecationWarning)
    key = os.urandom(32)
    vault.install(vault.Vault([key]))
    figures: list[dict[str, Any]] = []
    databases = {"SQLite": sqlite_database}
    if given.postgres:
        databases["PostgreSQL"] = postgres_database
    for name, opened in databases.items():
        with opened() as database, carrier_process(latency=LATENCY) as carrier:
            due = _plan(database, given.texts, given.seconds)
            with _scheduler(database, carrier, key):
                late = _measure(database, carrier, due, given.seconds)
        figures += [
            _figure(f"lateness, {name}: p50", statistics.median(late)),
            _figure(f"lateness, {name}: p99", statistics.quantiles(late, n=100)[98], TARGET),
            _figure(f"lateness, {name}: longest", max(late)),
        ]
    if given.json:
        print(json.dumps({"figures": figures}))
        return
    for figure in figures:
        print(f"{figure['name']:<32} {figure['value']:6.2f} s   {figure['target']}")


def _plan(database: Database, texts: int, seconds: float) -> dict[str, datetime]:
    """Clients planned by the planner, their touchpoints then spread over the time: id -> due."""
    now = datetime.now(UTC)
    with database.write() as session:
        world = World(session, now, pace=PACE_FOR_EACH_TEXT * texts / seconds)
        program = session.get_one(Program, world.program_id)
        file = json.loads(program.file or "") | {"quiet_hours": {"from": "00:00", "to": "00:00"}}
        program.file = ProgramFile.model_validate(file).model_dump_json(by_alias=True)
        session.add(
            Campaign(
                program_id=world.program_id,
                slug="hope",
                kind="hope",
                applied_at=now,
                spec={"kind": "hope", "schedule": {"every": "day", "at": "12:00"}},
            )
        )
        for n in range(texts):
            client = world.client(f"+1202555{n:04}", welcomed_at=now - timedelta(days=9))
            client.replan_since = now
    while plan_dirty(database, now=now, limit=texts):
        pass
    dice = random.Random(20261118)
    with database.write() as session:
        ids = session.scalars(select(Touchpoint.id)).all()
        assert len(ids) == texts, "every client has one touchpoint planned"
        begin = datetime.now(UTC) + START_WITHIN
        due = {one: begin + timedelta(seconds=dice.uniform(0, seconds)) for one in ids}
        session.execute(
            update(Touchpoint),
            [
                {"id": one, "planned_at": at, "due_at": at, "useful_until": at + timedelta(hours=4)}
                for one, at in due.items()
            ],
        )
    return due


def _measure(
    database: Database, carrier: CarrierProcess, due: dict[str, datetime], seconds: float
) -> list[float]:
    """Wait until every text is there; seconds from its due time to its arrival at the carrier."""
    end = time.monotonic() + START_WITHIN.total_seconds() + seconds + 60
    while len(carrier.entries()) < len(due):
        assert time.monotonic() < end, f"{len(carrier.entries())} of {len(due)} texts arrived"
        time.sleep(1)
    with database.read() as session:
        rows = session.execute(select(Message.id, Message.touchpoint_id)).all()
    touchpoints = {row.id: row.touchpoint_id for row in rows}
    came = {touchpoints[entry["message_id"]]: entry["at"] for entry in carrier.entries()}
    return [
        (datetime.fromisoformat(came[one]) - at).total_seconds() - LATENCY
        for one, at in due.items()
    ]


@contextmanager
def _scheduler(database: Database, carrier: CarrierProcess, key: bytes) -> Iterator[None]:
    """`outreach scheduler`, as an operator would start it."""
    environment = carrier.settings(
        OUTREACH_DATABASE_URL=database.engine.url.render_as_string(hide_password=False),
        OUTREACH_SECRET_KEYS=base64.b64encode(key).decode(),
    )
    process = subprocess.Popen(
        [Path(sys.executable).with_name("outreach"), "scheduler"],
        cwd=ROOT,
        env=os.environ | environment,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(40)


def _figure(name: str, value: float, target: str = "") -> dict[str, Any]:
    return {"name": name, "value": value, "unit": "s", "target": target}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--texts", type=int, default=1200)
    parser.add_argument("--seconds", type=float, default=60, help="over which they become due")
    parser.add_argument("--postgres", action="store_true", help="also on PostgreSQL")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
