"""Planning and release: touchpoints a second on one core, and what a tick costs when idle.

A batch goes before what is measured, as in a scheduler that has been running.
The baseline is the bare insert of the very rows that release wrote, in the same batches, into an
empty database beside it. Idle cost is compared between 10,000 and 1,000,000 enrolled clients.

    python -m bench.release [--clients 5000] [--enrolled 1000000] [--json]
"""

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import delete, insert, select, text

from outreach import heap, migrations, vault
from outreach.campaigns.planner import plan_dirty
from outreach.campaigns.release import BATCH, WRITE_BATCH, release_due
from outreach.campaigns.release import DUE as DUE_TABLE
from outreach.content.library import default_directory, load
from outreach.database import Database
from outreach.models import (
    Base,
    Campaign,
    Client,
    Consent,
    Decision,
    Message,
    Program,
    Prompt,
    Sender,
    TextUse,
    Touchpoint,
    new_id,
    seal,
)
from outreach.programs.file import ProgramFile

T = TypeVar("T")

NOW = datetime(2026, 11, 18, 15, 0, tzinfo=UTC)
DUE = datetime(2026, 11, 18, 18, 0, tzinfo=UTC)
CAMPAIGNS = {
    "hope": {"kind": "hope", "schedule": {"every": "day", "at": "12:00"}},
    "mood": {"kind": "goal_check_in", "ask": "scale", "schedule": {"every": "day", "at": "12:00"}},
}


def main() -> None:
    """Measure and print."""
    given = _arguments()
    vault.install(vault.Vault([os.urandom(32)]))
    with tempfile.TemporaryDirectory() as folder:
        figures = _release(Path(folder), given.clients)
        figures += _idle(Path(folder), given.enrolled)
    if given.json:
        print(json.dumps({"figures": figures}))
        return
    for one in figures:
        target = f"   (target {one['target']})" if one.get("target") else ""
        print(f"{one['name']:<48} {one['value']:>12,.2f} {one.get('unit', '')}{target}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, default=5000)
    parser.add_argument("--enrolled", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _release(folder: Path, clients: int) -> list[dict[str, Any]]:
    database = _database(folder / "release.sqlite")
    _program(database, new_id())
    people(database, clients)
    library = load(default_directory())
    heap.settle()  # as the scheduler does
    _, planning = timed(lambda: plan_dirty(database, now=NOW, limit=clients))
    release_due(database, library, now=DUE, limit=BATCH)  # compiles statements and texts
    looked_at, release = timed(lambda: release_due(database, library, now=DUE, limit=10**6))
    written = _written(database)
    planned = 2 * clients
    assert looked_at == planned - BATCH, "every client has two touchpoints due"
    emptied = _emptied_copy(database, folder / "bare.sqlite")
    _, bare = timed(lambda: _insert(emptied, written))
    return [
        figure("plan a client from nothing", clients / planning.core, "clients/s of one core"),
        figure(
            "release (and plan the next)",
            looked_at / release.core,
            "touchpoints/s of one core",
            ">= 5,000",
        ),
        figure("the same by the clock on the wall", looked_at / release.wall, "touchpoints/s"),
        figure("bare insert of the same rows", planned / bare.core, "touchpoints/s of one core"),
        figure("release to bare insert", bare.core / planned / (release.core / looked_at), ""),
    ]


def figure(name: str, value: float, unit: str, target: str = "") -> dict[str, Any]:
    return {"name": name, "value": value, "unit": unit, "target": target}


@dataclass(frozen=True)
class Spent:
    """Seconds on the wall and of one core: other processes of the machine slow only the wall."""

    wall: float
    core: float


def timed(work: Callable[[], T]) -> tuple[T, Spent]:
    wall, core = time.perf_counter(), time.process_time()
    result = work()
    return result, Spent(time.perf_counter() - wall, time.process_time() - core)


def _database(path: Path) -> Database:
    database = Database(f"sqlite:///{path}")
    migrations.upgrade(database)
    return database


def _program(database: Database, program_id: str) -> None:
    file = ProgramFile.model_validate(
        {
            "program": "bench",
            "name": "Riverside",
            "timezone": "America/Chicago",
            "sender": {"number": "+12025550100"},
            "campaigns": CAMPAIGNS,
        }
    )
    with database.write() as session:
        row = Program(
            id=program_id,
            slug="bench",
            name="Riverside",
            timezone=file.timezone,
            created_at=NOW,
            updated_at=NOW,
        )
        row.file = file.model_dump_json(by_alias=True)
        session.add(row)
        session.flush()
        session.add(Sender(program_id=program_id, address="+12025550100"))
        for slug, spec in file.campaigns.items():
            session.add(
                Campaign(
                    program_id=program_id,
                    slug=slug,
                    kind=spec.kind,
                    applied_at=NOW,
                    spec=spec.model_dump(mode="json", by_alias=True),
                )
            )


def people(database: Database, count: int) -> None:
    """Clients of the one program, with number, name and consent, who are to be planned."""
    with database.read() as session:
        program_id = session.scalars(select(Program.id)).one()
    clients, consents = [], []
    for n in range(count):
        number, client_id = f"+1202{5550000 + n}", new_id()
        fingerprint = vault.current().fingerprint(number)
        clients.append(
            {
                "id": client_id,
                "program_id": program_id,
                "external_id": f"p{n}",
                "number_sealed": seal(Client, "number", client_id, number),
                "number_hash": fingerprint,
                "name_sealed": seal(Client, "name", client_id, "Ana Marisol"),
                "zones": ["America/Chicago"],
                "tags": [],
                "welcomed_at": NOW - timedelta(days=9),
                "replan_since": NOW,
                "created_at": NOW,
            }
        )
        consents.append(
            {
                "program_id": program_id,
                "number_hash": fingerprint,
                "in_force": True,
                "kind": "given",
                "source": "import",
                "since": NOW,
            }
        )
    with database.write() as session:
        session.execute(insert(Client), clients)
        session.execute(insert(Consent), consents)


_TABLES: tuple[type[Base], ...] = (Touchpoint, Message, Decision, Prompt, TextUse)


def _written(database: Database) -> list[list[dict[str, Any]]]:
    with database.read() as session:
        return [
            [dict(row._mapping) for row in session.execute(select(table.__table__))]
            for table in _TABLES
        ]


def _insert(emptied: Database, written: list[list[dict[str, Any]]]) -> None:
    """The same rows with the same indexes, in batches, and nothing else."""
    for table, rows in zip(_TABLES, written, strict=True):
        for start in range(0, len(rows), WRITE_BATCH):
            with emptied.engine.begin() as connection:
                connection.execute(insert(table.__table__), rows[start : start + WRITE_BATCH])


def _emptied_copy(database: Database, path: Path) -> Database:
    """The database without the rows that release wrote."""
    with database.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql(f"VACUUM INTO '{path}'")
        connection.exec_driver_sql("BEGIN")
    copy = Database(f"sqlite:///{path}")
    with copy.write() as session:
        for table in reversed(_TABLES):
            session.execute(delete(table))
    return copy


def _idle(folder: Path, enrolled: int) -> list[dict[str, Any]]:
    small = _ticks(crowd(folder / "small.sqlite", 10_000))
    large = _ticks(crowd(folder / "large.sqlite", enrolled))
    few, many = "10,000", f"{enrolled:,}"
    return [
        figure(f"idle tick, {few} enrolled", 1000 * small[0], "ms", "< 20 ms"),
        figure(f"idle tick, {many} enrolled", 1000 * large[0], "ms", "< 20 ms"),
        figure(f"idle tick, {many} to {few}", large[0] / small[0], "", "<= 1.5"),
        figure(f"due query, {many} to {few}", large[1] / small[1], "", "<= 1.5"),
    ]


def crowd(path: Path, count: int) -> Database:
    """Enrolled clients with one touchpoint each, as many due as a batch takes."""
    database = _database(path)
    program_id = new_id()
    _program(database, program_id)
    values = {"p": program_id, "n": count, "due": BATCH}
    with database.write() as session:
        campaign = session.scalar(select(Campaign.id).where(Campaign.slug == "hope"))
        for statement in _CROWD:
            session.execute(text(statement), values | {"c": campaign})
    return database


_CROWD = (
    (
        "CREATE TEMP TABLE number AS"
        " WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :n)"
        " SELECT i, printf('%032x', i) AS id FROM n"
    ),
    (
        "INSERT INTO client (id, program_id, external_id, number_hash, status, language, zones,"
        " tags, created_at) SELECT id, :p, i, id, 'active', 'en', '[]', '[]',"
        " '2026-11-18 00:00:00.000000' FROM number"
    ),
    (
        "INSERT INTO enrollment (id, campaign_id, client_id, since)"
        " SELECT id, :c, id, '2026-11-18 00:00:00.000000' FROM number"
    ),
    (
        "INSERT INTO touchpoint (id, program_id, campaign_id, client_id, subject, slot, kind,"
        " planned_at, due_at, useful_until, state) SELECT id, :p, :c, id, '', '2026-11-18', 'hope',"
        " '2026-11-18 19:00:00.000000', CASE WHEN i <= :due THEN '2026-11-18 17:00:00.000000' ELSE"
        " printf('2026-11-19 %02d:%02d:%02d.000000', i % 24, i % 60, i % 59) END,"
        " '2026-11-19 00:00:00.000000', 'planned' FROM number"
    ),
    "DROP TABLE number",
)


def _ticks(database: Database) -> tuple[float, float]:
    """Seconds of one core for an idle tick and for the due query with a full batch."""
    library = load(default_directory())
    before = datetime(2026, 11, 18, 16, 0, tzinfo=UTC)

    def idle() -> None:
        plan_dirty(database, now=before)
        release_due(database, library, now=before)

    def due() -> None:
        query = DUE_TABLE.where(Touchpoint.due_at <= DUE).limit(BATCH)
        with database.read() as session:
            rows = session.execute(query).all()
        assert len(rows) == BATCH

    return _median(idle), _median(due)


def _median(work: Callable[[], None]) -> float:
    work()
    return statistics.median(timed(work)[1].core for _ in range(200))


if __name__ == "__main__":
    main()
