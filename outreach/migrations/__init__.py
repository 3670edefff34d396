"""Moving a database to the schema that this code expects, and telling whether it is there."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from outreach.database import Database
from outreach.errors import OutreachError
from outreach.models import Base


def upgrade(database: Database) -> None:
    """Bring the database to the newest revision; does nothing if it is there."""
    with database.engine.connect() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


def revision(database: Database) -> str | None:
    """The revision the database is at, None if it was never migrated."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """The revision this code expects."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def expect_newest(database: Database) -> None:
    """Raises OutreachError when the database is not at the revision this code expects."""
    at, wanted = revision(database), newest()
    if at != wanted:
        found = "was never migrated" if at is None else f"is at {at}"
        raise OutreachError(
            f"The database {found}; this version needs {wanted}. Run: outreach db upgrade",
            code="database_not_migrated",
        )


def differences(database: Database) -> list[str]:
    """What a migration would still have to change; empty when code and schema agree."""
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        return [str(change) for change in compare_metadata(context, Base.metadata)]


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config
