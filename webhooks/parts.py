"""What every route works with, made once per process."""

from dataclasses import dataclass

from flask import current_app

from outreach.content.library import Library
from outreach.start import Started


@dataclass(frozen=True, slots=True)
class Parts:
    """The process's settings, database and clock, and the message library."""

    started: Started
    library: Library


def parts() -> Parts:
    """The parts of the app that handles this request."""
    found: Parts = current_app.extensions["outreach"]
    return found
