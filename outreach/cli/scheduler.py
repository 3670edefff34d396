"""`outreach scheduler`: plan, release, send, and look after what was sent."""

import click

from outreach.start import start


@click.command()
def scheduler() -> None:
    """Run the scheduler until it is told to stop (SIGTERM, Ctrl-C). Several may run; one leads."""
    from outreach import migrations
    from outreach.scheduler import run

    started = start("scheduler", "OUTREACH_CARRIER")
    migrations.expect_newest(started.database)
    run(started)
