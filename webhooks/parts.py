"""What every route works with, made once per process."""

from dataclasses import dataclass

from flask import current_app

from outreach.content.library import Library
from outreach.replies.screened import Screener
from outreach.start import Started


@dataclass(frozen=True, slots=True)
class Parts:
    """The process's settings, database and clock, the message library, and what screens texts.

    `reads` says whether the rules of screener and reader load.
    """

    started: Started
    library: Library
    screener: Screener
    reads: bool


def parts() -> Parts:
    """The parts of the app that handles this request."""
    found: Parts = current_app.extensions["outreach"]
    return found
