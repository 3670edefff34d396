"""The demo's own program: loads whole, once, and has something to do from the first hour on."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from outreach.cli.demo import demo
from outreach.clock import DemoClock
from outreach.database import Database
from outreach.demo import load
from outreach.demo.phones import phones_app
from outreach.models import Appointment, Client, Consent, Goal, ProgressRecord
from outreach.settings import load_settings
from outreach.start import Started

CHICAGO = ZoneInfo("America/Chicago")
MONDAY = datetime(2026, 11, 16, 9, tzinfo=CHICAGO)


@pytest.mark.parametrize(
    ("today", "starts"),
    [(date(2026, 11, 16), 16), (date(2026, 11, 18), 16), (date(2026, 11, 22), 16)],
)
def test_the_demo_starts_on_the_last_monday_morning(today: date, starts: int) -> None:
    assert load.first_morning(today) == datetime(2026, 11, starts, 9, tzinfo=CHICAGO)


def test_the_demo_has_ten_clients_in_two_languages_and_four_zones(
    sqlite_database: Database,
) -> None:
    load.load(sqlite_database, now=MONDAY)
    assert load.is_loaded(sqlite_database)
    with sqlite_database.read() as session:
        clients = session.scalars(select(Client)).all()
        counts = [
            session.scalar(select(func.count()).select_from(table)) for table in (Goal, Appointment)
        ]
        consents = session.scalars(select(Consent.in_force)).all()
    assert len(clients) == 10
    assert {client.language for client in clients} == {"en", "es"}
    assert len({client.timezone for client in clients}) == 4
    assert counts == [9, 9]
    assert consents.count(False) == 1


def test_every_answer_of_the_past_weeks_says_that_it_is_demo_data(
    sqlite_database: Database,
) -> None:
    load.load(sqlite_database, now=MONDAY)
    with sqlite_database.read() as session:
        records = session.scalars(select(ProgressRecord)).all()
    assert {record.words for record in records} == {"Demo data"}
    assert all(record.at < MONDAY for record in records)


def test_the_phones_are_refused_without_the_demos_clock(
    sqlite_database: Database, now: datetime
) -> None:
    class Standing:
        def now(self) -> datetime:
            return now

    settings = load_settings(environ={"OUTREACH_SECRET_KEYS": "A" * 43 + "="})
    with pytest.raises(TypeError, match="clock"):
        phones_app(Started(settings, sqlite_database, Standing()))
    assert phones_app(Started(settings, sqlite_database, DemoClock(sqlite_database)))


def test_the_demo_refuses_to_run_with_a_real_carrier(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTREACH_CARRIER", "twilio")
    refused = CliRunner().invoke(demo, [])
    assert refused.exit_code == 1
    assert "simulated carrier only" in str(refused.exception)
