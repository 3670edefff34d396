"""`outreach report`: figures about a program for the people who run it."""

import json
from dataclasses import asdict
from datetime import timedelta

import click

from outreach.programs.loaded import program_named
from outreach.safety.screening_report import ScreeningReport, screening_report
from outreach.start import start


@click.group()
def report() -> None:
    """Figures about a program."""


@report.command()
@click.option("--program", "slug", required=True, help="The program's slug.")
@click.option("--days", default=30, show_default=True, type=click.IntRange(min=1))
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def screening(slug: str, days: int, as_json: bool) -> None:
    """What screening flagged, what staff found missed in the daily sample, and false alarms."""
    started = start("report")
    since = started.clock.now() - timedelta(days=days)
    with started.database.read() as session:
        found = screening_report(session, program_named(session, slug).id, since=since)
    if as_json:
        low, high = found.interval
        rate = {"miss_rate": found.miss_rate, "low": low, "high": high}
        click.echo(json.dumps({**asdict(found), **rate}))
    else:
        _print(found, days)


def _print(found: ScreeningReport, days: int) -> None:
    click.echo(f"The last {days} days")
    click.echo(f"  replies screened        {found.replies}")
    click.echo(f"  flagged                 {found.flagged}")
    click.echo(f"  drawn for reading       {found.drawn}")
    click.echo(f"  read by staff           {found.read}")
    click.echo(f"  should have been flagged {found.missed}")
    if found.miss_rate is None:
        click.echo("  Nothing was read yet, so nobody knows what is missed: see Sample.")
    else:
        low, high = found.interval
        click.echo(f"  miss rate of unflagged  {found.miss_rate:.2%} [{low:.2%}, {high:.2%}]")
    for rule in found.rules:
        click.echo(f"  {rule.rule:32} {rule.false_alarms} false of {rule.closed} closed")
