"""`outreach page test`: does a page reach whoever is on call?"""

import sys
import time

import click

from outreach.programs.loaded import program_named
from outreach.safety.page_test import Tried, look_again, send_test_pages
from outreach.start import start

_EVERY = 0.5


@click.group()
def page() -> None:
    """Paging whoever is on call."""


@page.command()
@click.option("--program", "slug", required=True, help="The program's slug.")
@click.option("--person", help="A name under on_call people; else whoever is on call now.")
@click.option(
    "--wait",
    default=30,
    show_default=True,
    type=click.IntRange(min=0),
    help="Seconds to wait for the carrier to take a text.",
)
def test(slug: str, person: str | None, wait: int) -> None:
    """Send a test page by every channel; exit 1 unless all were accepted."""
    started = start("page", "OUTREACH_CARRIER")
    with started.database.read() as session:
        program = program_named(session, slug)
    tried = send_test_pages(
        started.database, started.settings, program, person=person, now=started.clock.now()
    )
    until = time.monotonic() + wait
    while _waits(tried) and time.monotonic() < until:
        time.sleep(_EVERY)
        tried = look_again(started.database, tried)
    for each in tried:
        click.echo(f"{each.person:20} {each.channel:8} {each.outcome}")
    if _waits(tried):
        click.echo(
            "A text is still waiting. Is the scheduler running? See: outreach doctor", err=True
        )
    if any(each.outcome != "accepted" for each in tried):
        sys.exit(1)


def _waits(tried: list[Tried]) -> bool:
    return any(each.outcome == "waiting" for each in tried)
