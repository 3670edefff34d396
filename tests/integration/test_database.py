"""The database under our settings."""

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import make_url

from outreach.database import Database
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
