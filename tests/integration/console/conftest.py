"""The console under test: a database, a clock that stands still, and browsers that sign in."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from outreach.console.app import build_app
from outreach.database import Database
from outreach.models import AuditEvent
from outreach.settings import load_settings
from outreach.start import Started
from tests.conftest import TEST_KEY
from tests.integration.console.house import PASSWORD, House


@dataclass(frozen=True)
class StandingClock:
    """A clock that shows one instant."""

    at: datetime

    def now(self) -> datetime:
        return self.at


@pytest.fixture
def house(sqlite_database: Database, now: datetime) -> House:
    return House(sqlite_database, now)


@pytest.fixture
def started(sqlite_database: Database, now: datetime) -> Started:
    settings = load_settings(environ={"OUTREACH_SECRET_KEYS": base64.b64encode(TEST_KEY).decode()})
    return Started(settings, sqlite_database, StandingClock(now))


@pytest.fixture
def console(started: Started) -> Callable[[str], FlaskClient]:
    """Signs somebody in (`ada` for ada@example.org); an empty name stays outside."""
    app = build_app(started)
    app.config["WTF_CSRF_ENABLED"] = False
    app.config["RATELIMIT_ENABLED"] = False

    def open_for(name: str) -> FlaskClient:
        client = app.test_client()
        if name:
            form = {"email": f"{name}@example.org", "password": PASSWORD}
            assert client.post("/login", data=form).status_code == 303
        return client

    return open_for


@pytest.fixture
def audit(sqlite_database: Database) -> Callable[[], list[str]]:
    """The actions in the audit log, oldest first."""

    def actions() -> list[str]:
        with sqlite_database.read() as session:
            return list(session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))

    return actions
