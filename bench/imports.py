"""Importing clients: rows a second, memory, and the cost of importing the same file again.

The baseline parses the same file and inserts the very rows that the import wrote, in the same
batches, into an empty database beside it: no checks, no numbers, no comparison, no sealing.

    python -m bench.imports [--rows 100000] [--json]
"""

import argparse
import csv
import itertools
import json
import os
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from outreach import migrations, vault
from outreach.database import Database
from outreach.models import Client, Consent, ConsentEvent, Program, Sender
from outreach.programs.apply import apply_program
from outreach.programs.clients import ClientImport
from outreach.programs.importing import BATCH, Report, run_import
from outreach.programs.loaded import program_named
from outreach.programs.yaml_file import read_program_file

NOW = datetime(2026, 11, 18, 18, 0, tzinfo=UTC)

PROGRAM = """\
program: bench
name: Bench
timezone: America/Chicago
sender: {number: "+15005550006"}
"""

AREAS = (202, 205, 213, 303, 312, 404, 415, 512, 602, 617, 646, 713)
_MEGABYTE = 1024


def main() -> None:
    """Measure and print."""
    given = _arguments()
    vault.install(vault.Vault([os.urandom(32)]))
    with tempfile.TemporaryDirectory() as folder:
        figures = measured(Path(folder), given.rows)
    if given.json:
        print(json.dumps({"figures": figures}))
        return
    for figure in figures:
        target = f"   (target {figure['target']})" if figure["target"] else ""
        print(f"{figure['name']:<52} {figure['value']:>10,.2f} {figure['unit']}{target}")


def measured(folder: Path, rows: int) -> list[dict[str, Any]]:
    """Import, import again, and insert the same rows bare."""
    path = clients_file(folder / "clients.csv", rows)
    database = _database(folder / "ours.sqlite")
    (folder / "program.yaml").write_text(PROGRAM)
    apply_program(database, read_program_file(folder / "program.yaml"), now=NOW)
    peaks: list[int] = []
    first, seconds = _timed(lambda: _import(database, path, peaks))
    assert first.created == rows, first.refused[:3]
    again, seconds_again = _timed(lambda: _import(database, path, []))
    assert again.unchanged == rows
    bare = _bare(database, folder / "bare.sqlite", path)
    growth = (peaks[-1] - peaks[len(peaks) // 10]) / _MEGABYTE
    return [
        _figure(f"import {rows:,} new clients", seconds, "s", "< 45 at 100,000"),
        _figure("import new clients", rows / seconds, "rows/s"),
        _figure("import the same file again", rows / seconds_again, "rows/s"),
        _figure("ours to parsing and bare inserts", bare / seconds, ""),
        _figure("peak memory", peaks[-1] / _MEGABYTE, "MB"),
        _figure("memory grown over the last nine tenths", growth, "MB", "flat"),
    ]


def clients_file(path: Path, rows: int) -> Path:
    """A file of clients with every column and a number of their own."""
    with path.open("w", encoding="utf-8") as file:
        file.write("external_id,phone,name,language,timezone,consent,consent_source,consent_at,")
        file.write("status,tags,safe_to_call,emergency_contact\n")
        numbers = (f"+1{area}{local}" for area in AREAS for local in range(2_000_000, 2_010_000))
        for count, number in zip(range(rows), numbers, strict=False):
            file.write(
                f'c{count},{number},"Client, {count}",en,America/Chicago,given,intake form,'
                f'2026-10-01T10:00,active,"a;b",yes,A friend {count}\n'
            )
    return path


def _import(database: Database, path: Path, peaks: list[int]) -> Report:
    with database.read() as session:
        program = program_named(session, "bench")
    importer = ClientImport(program, NOW)
    return run_import(database, importer, path, progress=lambda _bytes: peaks.append(_peak()))


def _bare(database: Database, path: Path, source: Path) -> float:
    """Seconds to parse the file and insert what the import wrote."""
    models = (Client, ConsentEvent, Consent)
    with database.read() as session:
        written = [
            [dict(row._mapping) for row in session.execute(select(model.__table__))]
            for model in models
        ]
        owners = [
            (model, [dict(row._mapping) for row in session.execute(select(model.__table__))])
            for model in (Program, Sender)
        ]
    empty = _database(path)
    with empty.write() as session:
        for owner, owner_rows in owners:
            session.connection().execute(insert(owner), owner_rows)

    def parse_and_insert() -> None:
        with source.open(encoding="utf-8", newline="") as file:
            parsed = csv.DictReader(file)
            start = 0
            while batch := list(itertools.islice(parsed, BATCH)):
                with empty.write() as session:
                    for model, rows in zip(models, written, strict=True):
                        part = rows[start : start + len(batch)]
                        session.connection().execute(insert(model), part)
                start += len(batch)

    return _timed(parse_and_insert)[1]


def _database(path: Path) -> Database:
    database = Database(f"sqlite:///{path}")
    migrations.upgrade(database)
    return database


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    start = time.perf_counter()
    result = work()
    return result, time.perf_counter() - start


def _peak() -> int:
    """The most memory this process ever held, in kilobytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _figure(name: str, value: float, unit: str, target: str = "") -> dict[str, Any]:
    return {"name": name, "value": value, "unit": unit, "target": target}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
