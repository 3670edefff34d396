"""`outreach pause` and `resume`: stop all automatic texts of a program, or to one client."""

import click

from outreach.programs.loaded import LoadedProgram, program_named
from outreach.programs.pausing import (
    pause_client,
    pause_program,
    resume_client,
    resume_program,
)
from outreach.start import Started, start

_PROGRAM = click.option("--program", "slug", required=True, help="The program's slug.")
_CLIENT = click.option("--client", "external_id", help="Only this client (external_id).")


@click.command()
@_PROGRAM
@_CLIENT
def pause(slug: str, external_id: str | None) -> None:
    """Stop automatic texts at once; what waits stays in the queue."""
    started, program = _opened(slug)
    now = started.clock.now()
    with started.database.write() as session:
        changed = (
            pause_client(session, program, external_id, now=now)
            if external_id
            else pause_program(session, program, now=now)
        )
    whom = f"client {external_id}" if external_id else "program"
    if not changed:
        click.echo(f"{slug}: the {whom} is paused already.")
        return
    click.echo(f"{slug}: the {whom} is paused. End it with: outreach resume")
    if not external_id:
        click.echo("Answers to HELP and STOP, safety texts and pages still go out.")


@click.command()
@_PROGRAM
@_CLIENT
def resume(slug: str, external_id: str | None) -> None:
    """End a pause; texts whose time has passed meanwhile are not sent late without sense."""
    started, program = _opened(slug)
    now = started.clock.now()
    with started.database.write() as session:
        changed = (
            resume_client(session, program, external_id, now=now)
            if external_id
            else resume_program(session, program, now=now)
        )
    whom = f"client {external_id}" if external_id else "program"
    click.echo(f"{slug}: the {whom} {'goes on' if changed else 'was not paused'}.")


def _opened(slug: str) -> tuple[Started, LoadedProgram]:
    started = start("pause")
    with started.database.read() as session:
        return started, program_named(session, slug)
