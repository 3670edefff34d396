"""A program in the database, and files to import into it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from outreach.database import Database
from outreach.models import Client
from outreach.programs.apply import apply_program
from outreach.programs.appointments import AppointmentImport
from outreach.programs.clients import ClientImport
from outreach.programs.goals import GoalImport
from outreach.programs.importing import Report, run_import
from outreach.programs.loaded import LoadedProgram, program_named
from outreach.programs.yaml_file import ReadProgramFile, read_program_file

PROGRAM = """\
program: riverside
name: Riverside Recovery
timezone: America/Chicago
sender: {number: "+15005550006"}
campaigns:
  morning-hope: {kind: hope, collection: hope, schedule: {every: day, at: "09:30"}}
  visits: {kind: appointment_reminder, before: [7d, 1d]}
"""

Import = Callable[..., Report]
"""Imports rows (dicts of cells, or the text of a file) as the CSV file of one kind."""


@pytest.fixture
def read_text(tmp_path: Path) -> Callable[[str], ReadProgramFile]:
    def read(text: str) -> ReadProgramFile:
        path = tmp_path / "program.yaml"
        path.write_text(text, encoding="utf-8")
        return read_program_file(path)

    return read


@pytest.fixture
def program(
    database: Database, now: datetime, read_text: Callable[[str], ReadProgramFile]
) -> LoadedProgram:
    apply_program(database, read_text(PROGRAM), now=now)
    with database.read() as session:
        return program_named(session, "riverside")


@pytest.fixture
def import_clients(
    database: Database, program: LoadedProgram, now: datetime, tmp_path: Path
) -> Import:
    def run(rows: Any, *, at: datetime = now, dry_run: bool = False) -> Report:
        path = _file(tmp_path / "clients.csv", rows)
        return run_import(database, ClientImport(program, at), path, dry_run=dry_run)

    return run


@pytest.fixture
def import_appointments(
    database: Database, program: LoadedProgram, now: datetime, tmp_path: Path
) -> Import:
    def run(rows: Any, *, at: datetime = now, dry_run: bool = False) -> Report:
        path = _file(tmp_path / "appointments.csv", rows)
        return run_import(database, AppointmentImport(program, at), path, dry_run=dry_run)

    return run


@pytest.fixture
def import_goals(
    database: Database, program: LoadedProgram, now: datetime, tmp_path: Path
) -> Import:
    def run(rows: Any, *, dry_run: bool = False) -> Report:
        path = _file(tmp_path / "goals.csv", rows)
        return run_import(database, GoalImport(program, now), path, dry_run=dry_run)

    return run


@pytest.fixture
def client_named(database: Database) -> Callable[[str], Client]:
    """The client row with an external id."""

    def find(external_id: str) -> Client:
        with database.read() as session:
            return session.scalars(select(Client).where(Client.external_id == external_id)).one()

    return find


def _file(path: Path, rows: str | Sequence[dict[str, str]]) -> Path:
    if isinstance(rows, str):
        path.write_text(rows, encoding="utf-8")
        return path
    columns = list(rows[0])
    lines = [",".join(columns), *(",".join(f'"{row[name]}"' for name in columns) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
