"""What a request of the console stands on: database, settings and clock of this process."""

from datetime import datetime

from flask import current_app

from outreach.database import Database
from outreach.start import Started


def started() -> Started:
    """Settings, database and clock of this process."""
    found: Started = current_app.extensions["outreach"]
    return found


def database() -> Database:
    """The database of this process."""
    return started().database


def now() -> datetime:
    """Now, in UTC; the demo's clock in the demo."""
    return started().clock.now()
