"""One leads, the other waits; when the first leaves or dies, the second takes over."""

from sqlalchemy import text

from outreach.database import Database
from outreach.delivery.leadership import seat_of


def test_only_one_sits(database: Database, database_url: str) -> None:
    other = Database(database_url)
    first, second = seat_of(database), seat_of(other)

    assert first.take()
    assert not second.take()
    assert first.still_mine()
    first.leave()
    assert second.take()
    assert not first.still_mine()
    second.leave()
    other.dispose()


def test_taking_the_seat_twice_is_sitting_once(database: Database) -> None:
    seat = seat_of(database)

    assert seat.take()
    assert seat.take()
    seat.leave()


def test_a_leader_whose_connection_breaks_knows_that_it_leads_no_more(postgres_url: str) -> None:
    database, other = Database(postgres_url), Database(postgres_url)
    first, second = seat_of(database), seat_of(other)
    assert first.take()
    with other.write() as session:
        session.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
        )

    assert not first.still_mine()
    assert second.take()
    second.leave()
    for each in (database, other):
        each.dispose()
