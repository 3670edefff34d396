"""`outreach worker`: hand over texts that the scheduler gives to the broker."""

import click

from outreach.start import start


@click.command()
def worker() -> None:
    """Run a worker until it is told to stop. Only with OUTREACH_BROKER_URL; run several."""
    from outreach import migrations
    from outreach.delivery.carriers import carrier_for
    from outreach.delivery.worker import Worker, broker_app, run_worker

    started = start("worker", "OUTREACH_CARRIER", "OUTREACH_BROKER_URL")
    migrations.expect_newest(started.database)
    assert started.settings.broker_url is not None  # noqa: S101  start() saw to it
    carrier = carrier_for(started.settings, started.database, started.clock)
    app = broker_app(started.settings.broker_url.get_secret_value())
    run_worker(app, Worker(started.database, carrier, started.clock))
