"""The `outreach` command: one small module per group of commands, imported only when used."""

import importlib
import sys
from typing import Any

import click

COMMANDS = {
    "appointments": "outreach.cli.imports:appointments",
    "clients": "outreach.cli.imports:clients",
    "db": "outreach.cli.db:db",
    "demo": "outreach.cli.demo:demo",
    "doctor": "outreach.cli.doctor:doctor",
    "explain": "outreach.cli.explain:explain",
    "goals": "outreach.cli.imports:goals",
    "interpret": "outreach.cli.interpret:interpret",
    "keys": "outreach.cli.keys:keys",
    "messages": "outreach.cli.messages:messages",
    "page": "outreach.cli.page:page",
    "pause": "outreach.cli.pause:pause",
    "preview": "outreach.cli.preview:preview",
    "program": "outreach.cli.program:program",
    "report": "outreach.cli.report:report",
    "resume": "outreach.cli.pause:resume",
    "scheduler": "outreach.cli.scheduler:scheduler",
    "screen": "outreach.cli.screen:screen",
    "settings": "outreach.cli.settings:settings",
    "staff": "outreach.cli.staff:staff",
    "worker": "outreach.cli.worker:worker",
}
"""Command name -> where its click command stands; keeps `outreach screen` free of the database."""


class LazyGroup(click.Group):
    """A click group that imports a command's module only when that command is named."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        where = COMMANDS.get(cmd_name)
        if where is None:
            return None
        module, _, attribute = where.partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="outreach", prog_name="outreach")
def main() -> None:
    """Text messages for recovery programs: hope, reminders, check-ins, and people who answer."""


def run() -> Any:
    """Entry point: a user's mistake ends in a sentence and an exit code, never in a traceback."""
    from outreach.errors import OutreachError

    try:
        return main(standalone_mode=True)
    except OutreachError as error:
        click.echo(f"outreach: {error}", err=True)
        sys.exit(1)
    except Exception as error:
        if not _is_about_the_database(error):
            raise
        click.echo(
            f"outreach: the database does not work ({type(error).__name__}). Run: outreach doctor",
            err=True,
        )
        sys.exit(1)


def _is_about_the_database(error: Exception) -> bool:
    """It is away, locked or was never migrated: doctor says which, a traceback does not."""
    from sqlalchemy.exc import OperationalError, ProgrammingError

    return isinstance(error, OperationalError | ProgrammingError)
