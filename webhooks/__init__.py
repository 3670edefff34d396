"""The only app that faces the Internet: inbound texts, receipts, page links, and its own health."""

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError
from structlog import get_logger
from werkzeug.exceptions import HTTPException

from outreach import heap
from outreach.content import library
from outreach.replies.screened import SCREENER, Screener
from outreach.replies.understand import get_ready
from outreach.start import Started, start
from webhooks import access, acknowledge, health, twilio
from webhooks.parts import Parts

LARGEST_BODY = 64 * 1024
"""Bytes. Twilio's largest inbound text with all its fields is a tenth of this."""

log = get_logger(__name__)


def create_app(started: Started | None = None, *, screener: Screener = SCREENER) -> Flask:
    """The WSGI app. Raises SettingsError if a setting it needs is missing or wrong."""
    started = started or start("webhooks", "OUTREACH_CARRIER", "OUTREACH_PUBLIC_URL")
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    texts = library.load(library.default_directory(), started.settings.messages_dir)
    reads = get_ready(started.clock.now(), screener)
    app.extensions["outreach"] = Parts(started, texts, screener, reads)
    access.guard(app)
    for part in (twilio, acknowledge, health):
        app.register_blueprint(part.routes)
    app.register_error_handler(SQLAlchemyError, _storage_trouble)
    app.register_error_handler(Exception, _our_fault)
    heap.settle()
    return app


def _storage_trouble(error: Exception) -> tuple[str, int]:
    """503, so that the carrier tries again: what is not stored must not be acknowledged (law 3)."""
    log.error("storage trouble", exc_info=error)
    return "", 503


def _our_fault(error: Exception) -> HTTPException | tuple[str, int]:
    """A mistake of ours is logged by type and place only; 503 makes the carrier try again."""
    if isinstance(error, HTTPException):
        return error
    log.error("request failed", exc_info=error)
    return "", 503
