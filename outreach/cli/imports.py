"""`outreach clients|appointments|goals import`: rows of a CSV file become rows of a program."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress

from outreach.programs.appointments import AppointmentImport
from outreach.programs.clients import ClientImport
from outreach.programs.goals import GoalImport
from outreach.programs.importing import Importer, Report, run_import
from outreach.programs.loaded import LoadedProgram, program_named
from outreach.programs.table import RowProblem
from outreach.start import start

_LARGE = 200_000
"""Bytes from which a progress bar is worth its line."""

_MOST_LINES = 50
"""Problems told in words; --json has them all."""


@click.group()
def clients() -> None:
    """Clients of a program."""


@click.group()
def appointments() -> None:
    """Visits of a program's clients."""


@click.group()
def goals() -> None:
    """Goals of a program's clients."""


def _command(
    group: click.Group, kind: Callable[[LoadedProgram, datetime], Importer[Any]], words: str
) -> None:
    @group.command("import", help=words)
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @click.option("--program", "slug", required=True, help="The program, as its file names it.")
    @click.option("--dry-run", is_flag=True, help="Say what would happen; write nothing.")
    @click.option("--json", "as_json", is_flag=True, help="For machines.")
    def run(file: Path, slug: str, dry_run: bool, as_json: bool) -> None:
        started = start("import")
        with started.database.read() as session:
            program = program_named(session, slug)
        importer = kind(program, started.clock.now())
        with _progress(file) as progress:
            report = run_import(
                started.database, importer, file, dry_run=dry_run, progress=progress
            )
        _tell(report, dry_run=dry_run, as_json=as_json)
        if report.refused:
            sys.exit(1)


_command(
    clients,
    ClientImport,
    "Create and update clients from FILE (external_id, phone, consent, ...).",
)
_command(
    appointments,
    AppointmentImport,
    "Create and update visits from FILE (external_id, client_external_id, starts_at, ...).",
)
_command(
    goals,
    GoalImport,
    "Create and update goals from FILE (external_id, client_external_id, title, dimension, ...).",
)


@contextmanager
def _progress(file: Path) -> Iterator[Callable[[int], None]]:
    size = file.stat().st_size
    if size < _LARGE or not sys.stderr.isatty():
        yield lambda _bytes: None
        return
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(file.name, total=size)
        yield lambda bytes_read: bar.update(task, completed=bytes_read)


def _tell(report: Report, *, dry_run: bool, as_json: bool) -> None:
    figures = report.as_json()
    if as_json:
        click.echo(json.dumps(figures | {"dry_run": dry_run}, indent=2, ensure_ascii=False))
    else:
        _tell_problems("warning", report.warnings)
    _tell_problems("refused", report.refused)
    if not as_json:
        done = "Would be: " if dry_run else ""
        click.echo(
            f"{done}created {report.created}, updated {report.updated}, "
            f"unchanged {report.unchanged}, refused {len(report.refused)}."
        )
    if report.refused:
        click.echo("Mend the refused rows and import the file again; the others stay.", err=True)


def _tell_problems(what: str, problems: list[RowProblem]) -> None:
    for problem in problems[:_MOST_LINES]:
        column = f" {problem.column}:" if problem.column else ""
        click.echo(f"line {problem.line}: {what}:{column} {problem.message}", err=True)
    if len(problems) > _MOST_LINES:
        click.echo(f"... and {len(problems) - _MOST_LINES} more; --json lists all.", err=True)
