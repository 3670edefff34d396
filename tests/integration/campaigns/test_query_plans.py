"""No tick reads a whole table: what it costs must not grow with the clients that are enrolled."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, event

from outreach.database import Database
from outreach.models import Base
from tests.integration.campaigns.town import GOAL, HOPE, MOOD, VISITS, Town

SMALL = {"program", "sender", "campaign"}
LARGE = Base.metadata.tables.keys() - SMALL

WHOLE_BY_INTENT = {
    "SCAN client USING INDEX ix_client_replan",
    "SEARCH flag USING INDEX ix_flag_queue (program_id=?)",
}
"""Partial indexes that hold nothing but the rows which a tick is there for."""

Ran = list[tuple[str, Any]]


@contextmanager
def statements(database: Database) -> Iterator[Ran]:
    """What the database is asked and told, each with the parameters of one row."""
    ran: Ran = []

    def listen(
        _connection: Connection, _cursor: Any, sql: str, given: Any, _context: Any, many: bool
    ) -> None:
        if sql.startswith(("SELECT", "UPDATE", "DELETE")):
            ran.append((sql, given[0] if many else given))

    event.listen(database.engine, "before_cursor_execute", listen)
    yield ran
    event.remove(database.engine, "before_cursor_execute", listen)


def scans(database: Database, ran: Ran) -> set[str]:
    """The steps of SQLite's plans that go through a large table, or a program's share of one."""
    found = set()
    with database.engine.connect() as connection:
        for sql, given in ran:
            for *_, step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", given):
                word, table = step.split()[:2]
                if table in LARGE and (word == "SCAN" or step.endswith("(program_id=?)")):
                    found.add(step)
    return found


def test_planning_and_release_find_their_rows_by_an_index(
    sqlite_database: Database, now: datetime
) -> None:
    town = Town(sqlite_database, now)
    town.program({"hope": HOPE, "visits": VISITS, "goal": GOAL, "mood": MOOD})
    client, _other = town.client(welcomed=False), town.client(welcomed=False)
    town.goal(client, "Walk")
    town.visit(client, now + timedelta(days=2))
    ran: Ran = []
    for hours in range(72):
        with statements(town.database) as these:
            town.tick(now + timedelta(hours=hours))
        town.hand_over()
        ran += these
    sent = {text.kind for text in town.texts(client)}
    assert sent == {"welcome", "hope", "goal_check_in", "appointment_reminder"}
    assert scans(town.database, ran) <= WHOLE_BY_INTENT
