"""`/healthz`: the process is alive. It asks nothing of the database."""

from flask import Blueprint

from outreach.console import access

pages = Blueprint("health", __name__)


@pages.get("/healthz")
@access.open_to_everyone
def healthz() -> str:
    """Alive."""
    return "ok\n"
