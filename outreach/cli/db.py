"""`outreach db`: migrate the database, and tell whether code and schema agree."""

import click

from outreach import migrations
from outreach.database import Database
from outreach.settings import load_settings


@click.group()
def db() -> None:
    """Move the database to this version's schema, or check it."""


@db.command()
def upgrade() -> None:
    """Migrate to the newest schema; harmless when repeated."""
    database = _database()
    before = migrations.revision(database)
    migrations.upgrade(database)
    after = migrations.revision(database)
    click.echo(f"Database is at {after}." if before == after else f"Migrated to {after}.")


@db.command()
def check() -> None:
    """Exit 1 unless code and schema agree."""
    database = _database()
    migrations.expect_newest(database)
    at, changes = migrations.newest(), migrations.differences(database)
    if changes:
        raise click.ClickException(
            f"The database says {at}, but its tables differ from this version in "
            f"{len(changes)} places: {'; '.join(changes[:3])}"
        )
    click.echo(f"Code and schema agree ({at}).")


def _database() -> Database:
    return Database(load_settings().database_url.get_secret_value())
