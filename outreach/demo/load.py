"""Loading the demo's program once: through the same code that loads a real one.

The files in `program/` count days from the demo's first day: `D-62` is 62 days before it.
"""

import csv
import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from importlib.resources import as_file, files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.database import Database
from outreach.models import Client, Goal, Program, ProgressRecord, new_id
from outreach.programs.apply import apply_program
from outreach.programs.appointments import AppointmentImport
from outreach.programs.clients import ClientImport
from outreach.programs.goals import GoalImport
from outreach.programs.importing import Importer, run_import
from outreach.programs.loaded import LoadedProgram, program_named
from outreach.programs.yaml_file import read_program_file

SLUG = "riverside"
ZONE = ZoneInfo("America/Chicago")
OPENS = time(9)

_DAY = re.compile(r"\bD([+-]\d+)")
_MARK = "Demo data"
"""Stands beside every answer that nobody gave."""

_IMPORTS: tuple[tuple[str, Callable[[LoadedProgram, datetime], Importer[Any]]], ...] = (
    ("clients.csv", ClientImport),
    ("goals.csv", GoalImport),
    ("appointments.csv", AppointmentImport),
)


def first_morning(today: date) -> datetime:
    """When the demo's clock starts: nine in Chicago on the last Monday up to `today`."""
    monday = today - timedelta(days=today.weekday())
    return datetime.combine(monday, OPENS, ZONE)


def is_loaded(database: Database) -> bool:
    """Whether the demo's program is there."""
    with database.read() as session:
        return session.scalar(select(Program.id).where(Program.slug == SLUG)) is not None


def load(database: Database, *, now: datetime) -> None:
    """Create the program, its clients, goals and visits, and some past weeks of answers.

    Raises what the imports raise; a refused row is a mistake in the demo's own files.
    """
    day = now.astimezone(ZONE).date()
    with as_file(files(__package__) / "program") as folder, TemporaryDirectory() as scratch:
        apply_program(database, read_program_file(folder / "program.yaml"), now=now)
        with database.read() as session:
            program = program_named(session, SLUG)
        for name, importer in _IMPORTS:
            dated = _dated(folder / name, Path(scratch), day)
            report = run_import(database, importer(program, now), dated)
            if report.refused:
                raise ValueError(f"{name}: {report.refused[0]}")
        with database.write() as session:
            _add_history(session, folder / "history.csv", program.id, now)


def _dated(source: Path, scratch: Path, day: date) -> Path:
    """A copy of the file with `D+3` as the date three days after `day`."""
    text = source.read_text(encoding="utf-8")
    copy = scratch / source.name
    copy.write_text(
        _DAY.sub(lambda found: (day + timedelta(days=int(found[1]))).isoformat(), text),
        encoding="utf-8",
    )
    return copy


def _add_history(session: Session, path: Path, program_id: str, now: datetime) -> None:
    """Weekly answers up to last week, so that charts have something to show."""
    clients = _ids(session, Client, program_id)
    goals = _ids(session, Goal, program_id)
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            shared = {"program_id": program_id, "client_id": clients[row["client_external_id"]]}
            scores = [{"score": float(score)} for score in row["scores"].split()]
            _add_weekly(session, shared | {"kind": "scale"}, scores, now)
            done = [{"done": answer} for answer in row["goal_answers"].split()]
            goal = {"kind": "goal", "goal_id": goals[row["goal_external_id"]]}
            _add_weekly(session, shared | goal, done, now)


def _add_weekly(
    session: Session, shared: dict[str, Any], answers: list[dict[str, Any]], now: datetime
) -> None:
    for weeks, answer in enumerate(reversed(answers), start=1):
        at = now - timedelta(weeks=weeks, hours=-2)
        record = ProgressRecord(id=new_id(), asked_at=at, at=at, **shared, **answer)
        record.words = _MARK
        session.add(record)


def _ids(session: Session, table: type[Client] | type[Goal], program_id: str) -> dict[str, str]:
    query = select(table.external_id, table.id).where(table.program_id == program_id)
    return {row.external_id: row.id for row in session.execute(query)}
