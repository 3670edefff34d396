"""The database under our settings."""

import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from outreach.database import PING_AFTER, Database
from outreach.models import Heartbeat


def test_no_commit_has_to_copy_the_log_into_the_file(
    sqlite_url: str, sqlite_database: Database, now: datetime
) -> None:
    """SQLite's default makes one commit in a hundred wait for it; ours leaves it to a tick."""
    log = Path(f"{make_url(sqlite_url).database}-wal")
    for number in range(1500):
        with sqlite_database.write() as session:
            session.merge(Heartbeat(name="beat", at=now + timedelta(seconds=number)))
    pages = log.stat().st_size // 4096
    assert pages > 1000

    assert sqlite_database.checkpoint() > 1000
    with sqlite_database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM heartbeat")) == 1


def test_a_checkpoint_leaves_other_databases_alone(database: Database) -> None:
    assert database.checkpoint() >= 0


@pytest.mark.postgres
def test_connections_that_the_server_closed_while_they_rested_are_replaced(
    postgres_url: str, now: datetime
) -> None:
    database, other = Database(postgres_url), Database(postgres_url)
    with database.read() as one, database.write() as two, database.glance() as three:
        for session in (one, two, three):
            session.execute(text("SELECT 1"))
    with other.write() as session:
        session.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    time.sleep(PING_AFTER)

    with database.write() as session:
        session.merge(Heartbeat(name="beat", at=now))

    with database.glance() as session:
        assert session.scalar(text("SELECT count(*) FROM heartbeat")) == 1
    database.dispose()
    other.dispose()


def test_a_glance_sees_what_was_written(database: Database, now: datetime) -> None:
    with database.write() as session:
        session.merge(Heartbeat(name="beat", at=now))

    with database.glance() as session:
        beat = session.get(Heartbeat, "beat")

    assert beat is not None
    assert beat.at == now
