from datetime import datetime

import pytest

from outreach.database import Database
from outreach.settings import Settings, load_settings
from outreach.start import Started
from tests.integration.inbound.place import PUBLIC_URL, TOKEN, Clock, Place
from webhooks import create_app


@pytest.fixture
def settings() -> Settings:
    return load_settings(
        environ={
            "OUTREACH_CARRIER": "simulated",
            "OUTREACH_PUBLIC_URL": PUBLIC_URL,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_AUTH_TOKEN_SECONDARY": "the next token",
            "OUTREACH_METRICS_TOKEN": "for the monitor",
        }
    )


@pytest.fixture
def unfounded(database: Database, settings: Settings, now: datetime) -> Place:
    """A place whose program is not made yet."""
    clock = Clock(now)
    return Place(create_app(Started(settings, database, clock)), database, clock)


@pytest.fixture
def place(unfounded: Place) -> Place:
    unfounded.found()
    return unfounded


@pytest.fixture
def sqlite_place(sqlite_database: Database, settings: Settings, now: datetime) -> Place:
    """For what does not depend on the kind of database."""
    clock = Clock(now)
    made = Place(create_app(Started(settings, sqlite_database, clock)), sqlite_database, clock)
    made.found()
    return made
