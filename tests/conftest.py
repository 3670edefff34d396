"""What every test may ask for: a vault, an empty database of either kind, a fixed instant."""

import os
import shutil
import socket
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from outreach import migrations, vault
from outreach.database import Database

NOON = datetime(2026, 11, 18, 18, 0, tzinfo=UTC)
"""Wednesday 18 November 2026, noon in Chicago."""

TEST_KEY = b"a key that only the tests will use!"[:32]

DEFAULT_POSTGRES = "postgresql://127.0.0.1:5432/test"
DEFAULT_BROKER = "redis://127.0.0.1:6379/9"

_missing: dict[str, str] = {}


def _required() -> set[str]:
    return set(filter(None, os.environ.get("OUTREACH_TEST_REQUIRE", "").split(",")))


def needs(what: str, reason: str) -> None:
    """Skip the test because the machine lacks `what`; a failure where it is required."""
    if what in _required():
        pytest.fail(f"{what} is required here, but {reason}")
    _missing[what] = reason
    pytest.skip(f"{what}: {reason}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for what, reason in _missing.items():
        terminalreporter.write_line(f"Not tested here: {what} ({reason})", yellow=True)


@pytest.fixture(autouse=True)
def installed_vault() -> None:
    vault.install(vault.Vault([TEST_KEY]))


@pytest.fixture
def now() -> datetime:
    return NOON


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file that tests copy instead of migrating again."""
    path = tmp_path_factory.mktemp("schema") / "empty.sqlite"
    database = Database(f"sqlite:///{path}")
    migrations.upgrade(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    database.dispose()
    return path


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    path = tmp_path / "outreach.sqlite"
    shutil.copy(migrated_sqlite, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def postgres_server() -> str:
    """The address of a PostgreSQL server, or a skip."""
    url = os.environ.get("OUTREACH_TEST_POSTGRES_URL", DEFAULT_POSTGRES)
    parsed = make_url(url)
    try:
        socket.create_connection((parsed.host or "127.0.0.1", parsed.port or 5432), 1).close()
    except OSError:
        needs("postgres", "no server answers at OUTREACH_TEST_POSTGRES_URL")
    return url


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str, worker_id: str) -> Iterator[str]:
    """A migrated, empty PostgreSQL database that tests copy."""
    name = f"outreach_template_{worker_id}_{uuid.uuid4().hex[:8]}"
    _on_server(postgres_server, f"CREATE DATABASE {name}")
    database = Database(make_url(postgres_server).set(database=name))
    migrations.upgrade(database)
    database.dispose()
    yield name
    _on_server(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def postgres_url(postgres_server: str, postgres_template: str) -> Iterator[str]:
    name = f"outreach_test_{uuid.uuid4().hex[:12]}"
    _on_server(postgres_server, f"CREATE DATABASE {name} TEMPLATE {postgres_template}")
    yield make_url(postgres_server).set(database=name).render_as_string(hide_password=False)
    _on_server(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty, migrated database; the test runs once on SQLite and once on PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def sqlite_database(sqlite_url: str) -> Iterator[Database]:
    """For tests whose subject does not depend on the kind of database."""
    opened = Database(sqlite_url)
    yield opened
    opened.dispose()


@pytest.fixture(scope="session")
def broker_url() -> str:
    """The address of a message broker, or a skip."""
    url = os.environ.get("OUTREACH_TEST_BROKER_URL", DEFAULT_BROKER)
    parsed = make_url(url)
    try:
        socket.create_connection((parsed.host or "127.0.0.1", parsed.port or 6379), 1).close()
    except OSError:
        needs("broker", "no broker answers at OUTREACH_TEST_BROKER_URL")
    return url


@pytest.fixture
def free_port() -> Callable[[], int]:
    def find() -> int:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            port: int = listener.getsockname()[1]
            return port

    return find


def _on_server(url: str, statement: str) -> None:
    database = Database(make_url(url))
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(statement))
    database.dispose()
