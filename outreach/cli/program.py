"""`outreach program apply`: create or change a program from its file."""

import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from outreach.content import library
from outreach.errors import OutreachError
from outreach.policy.wall_time import local_date
from outreach.programs.apply import Applied, apply_program
from outreach.programs.checks import problems_of
from outreach.programs.yaml_file import ProgramFileError, read_program_file
from outreach.start import Started, start


@click.group()
def program() -> None:
    """Programs, as their files describe them."""


@program.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would change; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def apply(file: Path, dry_run: bool, as_json: bool) -> None:
    """Create or update the program that FILE describes; harmless when repeated."""
    started = start("program")
    try:
        applied = _applied(started, file, dry_run)
    except ProgramFileError as error:
        if as_json:
            problems = [_as_json(problem) for problem in error.problems]
            click.echo(json.dumps({"problems": problems}, indent=2))
        raise OutreachError(f"{file.name} is refused; nothing was changed.\n{error}") from None
    if as_json:
        click.echo(json.dumps(applied.as_json() | {"dry_run": dry_run}, indent=2))
    else:
        _tell(applied, dry_run)


def _applied(started: Started, path: Path, dry_run: bool) -> Applied:
    read = read_program_file(path)
    texts = library.load(library.default_directory(), started.settings.messages_dir)
    now = started.clock.now()
    problems = problems_of(read, texts, local_date(now, ZoneInfo(read.file.timezone)))
    if problems:
        raise ProgramFileError(problems)
    return apply_program(started.database, read, now=now, dry_run=dry_run)


def _tell(applied: Applied, dry_run: bool) -> None:
    if not applied.changes:
        click.echo(f"{applied.program}: nothing to change.")
        return
    done = "would be" if dry_run else "was"
    click.echo(f"{applied.program} {done} {'created' if applied.created else 'changed'}:")
    for change in applied.changes:
        if change.before is None:
            click.echo(f"  + {change.key}: {_said(change.after)}")
        elif change.after is None:
            click.echo(f"  - {change.key}: was {_said(change.before)}")
        else:
            click.echo(f"  ~ {change.key}: {_said(change.before)} -> {_said(change.after)}")


def _said(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _as_json(problem: Any) -> dict[str, Any]:
    return {
        "file": problem.file,
        "line": problem.line,
        "key": problem.key,
        "code": problem.code,
        "message": problem.message,
    }
