"""`outreach messages`: check the words before clients get them."""

import json
from collections.abc import Sequence
from pathlib import Path

import click

from outreach.content.library import default_directory, load
from outreach.content.lint import lint
from outreach.content.problems import LibraryError, Problem


@click.group()
def messages() -> None:
    """The texts clients get."""


@messages.command()
@click.argument("path", required=False, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--overlay", is_flag=True, help="PATH holds your own texts on top of the shipped ones."
)
@click.option("--warnings", is_flag=True, help="Show warnings as well as errors.")
@click.option("--json", "as_json", is_flag=True, help="Findings as a JSON list.")
def check(path: Path | None, overlay: bool, warnings: bool, as_json: bool) -> None:
    """Check the library at PATH (default: the one that comes with Outreach).

    Exits with 1 when there are errors. Each line says file:line, id, rule and what to do.
    """
    found = _check(path, overlay)
    shown = [problem for problem in found if warnings or problem.severity == "error"]
    if as_json:
        click.echo(json.dumps([problem.as_json() for problem in shown], indent=2))
    else:
        _print(shown, len(found) - len(shown))
    raise SystemExit(any(problem.severity == "error" for problem in found))


def _check(path: Path | None, overlay: bool) -> Sequence[Problem]:
    try:
        if path and overlay:
            return lint(load(default_directory(), path))
        return lint(load(path or default_directory()))
    except LibraryError as error:
        return error.problems


def _print(problems: Sequence[Problem], hidden: int) -> None:
    for problem in problems:
        click.echo(f"{problem} ({problem.severity})" if problem.severity == "warning" else problem)
    errors = sum(problem.severity == "error" for problem in problems)
    hint = f", {hidden} warnings (--warnings shows them)" if hidden else ""
    click.echo(f"{errors or 'no'} error{'' if errors == 1 else 's'}{hint}", err=True)
