"""`outreach preview`: what would go out in the days to come; nothing is written."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from outreach.campaigns.preview import PreviewRow
from outreach.campaigns.preview import preview as previewed
from outreach.content import library
from outreach.errors import OutreachError
from outreach.models import Client
from outreach.policy.reasons import words
from outreach.policy.wall_time import instant_of_wall
from outreach.programs.loaded import LoadedProgram, program_named
from outreach.start import Started, start

_STYLES = {"send": "green", "hold": "yellow", "skip": "dim"}


@click.command()
@click.option("--program", "slug", required=True, help="The program, as its file names it.")
@click.option("--days", type=click.IntRange(1, 366), required=True, help="How many days.")
@click.option("--from", "since", help="ISO date or time; now unless given.")
@click.option("--client", "external_id", help="Only this client (external_id).")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def preview(
    slug: str, days: int, since: str | None, external_id: str | None, as_json: bool
) -> None:
    """Show what would be sent, held and skipped, in the clients' own time. Nothing is written."""
    started = start("preview")
    with started.database.read() as session:
        program = program_named(session, slug)
    if external_id is not None:
        _refuse_unknown(started, program, external_id)
    now = started.clock.now()
    begin = _instant(since, program) if since else now
    rows = previewed(
        started.database,
        library.load(library.default_directory(), started.settings.messages_dir),
        program,
        now=now,
        start=begin,
        end=begin + timedelta(days=days),
        external_id=external_id,
    )
    if as_json:
        _print_json(rows)
    else:
        _print_table(rows)


def _refuse_unknown(started: Started, program: LoadedProgram, external_id: str) -> None:
    query = select(Client.id).where(
        Client.program_id == program.id, Client.external_id == external_id
    )
    with started.database.read() as session:
        if session.scalar(query) is None:
            raise OutreachError(
                f"{program.slug} has no client {external_id!r}; --client takes the external_id.",
                code="no_such_client",
            )


def _instant(written: str, program: LoadedProgram) -> datetime:
    """An ISO date or time; without an offset it is the program's wall time."""
    try:
        read = datetime.fromisoformat(written)
    except ValueError:
        raise click.BadParameter(
            f"{written!r} is not ISO 8601 such as 2027-03-13 or 2027-03-13T09:00",
            param_hint="--from",
        ) from None
    if not 2000 <= read.year <= 2100:
        raise click.BadParameter("the year must lie between 2000 and 2100", param_hint="--from")
    return read if read.tzinfo else instant_of_wall(read, ZoneInfo(program.file.timezone))


def _print_json(rows: Iterator[PreviewRow]) -> None:
    """A list, written row by row, so that a long preview of many clients fits any memory."""
    separator = "[\n"
    for row in rows:
        click.echo(f"{separator}{json.dumps(asdict(row), ensure_ascii=False)}", nl=False)
        separator = ",\n"
    click.echo("[]" if separator == "[\n" else "\n]")


def _print_table(rows: Iterator[PreviewRow]) -> None:
    console = Console()
    table, client = None, ""
    sent, cost = 0, 0.0
    for row in rows:
        if table is None or row.client != client:
            if table is not None:
                console.print(table)
            table, client = _table(row), row.client
        when = datetime.fromisoformat(row.at_local)
        said = row.text or words(row.reason)
        style = _STYLES[row.decision]
        table.add_row(f"{when:%a %d %b %H:%M}", row.campaign, row.decision, said, style=style)
        sent, cost = sent + (row.decision == "send"), cost + row.cost
    if table is None:
        console.print("Nothing would go out.")
        return
    console.print(table)
    console.print(f"{sent} texts, {cost:.2f} in all.")


def _table(row: PreviewRow) -> Table:
    title = f"{row.client} ({row.tz}, {row.lang})"
    table = Table(title=title, title_justify="left", expand=True, box=None)
    for column in ("when", "campaign", "decision"):
        table.add_column(column, no_wrap=True)
    table.add_column("text or reason", ratio=1)
    return table
