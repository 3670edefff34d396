"""Is the service alive, and is it ready? For load balancers, monitors and people."""

from datetime import UTC, datetime, timedelta

from flask import Blueprint, Response
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from outreach import migrations
from outreach.database import Database
from outreach.models import Heartbeat
from webhooks.access import Caller, open_to
from webhooks.metrics import exposition
from webhooks.parts import parts

STALE = timedelta(seconds=60)
"""A scheduler whose last sign of life is older than this is not running."""

routes = Blueprint("health", __name__)


@routes.get("/healthz")
@open_to(Caller.ANYONE)
def healthz() -> Response:
    """The process answers."""
    return Response("ok\n", mimetype="text/plain")


@routes.get("/readyz")
@open_to(Caller.ANYONE)
def readyz() -> Response:
    """Rules, database, migrations and scheduler are there; else 503 with the reason."""
    if parts().reads:
        reason = _why_not_ready(parts().started.database, datetime.now(UTC))
    else:
        reason = "the screening rules do not load: every text calls a person; see the log"
    return Response(f"{reason or 'ready'}\n", 503 if reason else 200, mimetype="text/plain")


@routes.get("/metrics")
@open_to(Caller.MONITOR)
def metrics() -> Response:
    """Prometheus' text format."""
    started = parts().started
    figures = exposition(started.database, started.clock.now())
    return Response(figures, mimetype="text/plain; version=0.0.4")


def _why_not_ready(database: Database, real_now: datetime) -> str | None:
    """The first thing that is missing, in words. Heartbeats are in real time, demo or not."""
    try:
        if migrations.revision(database) != migrations.newest():
            return "the database is not migrated to this version: outreach db upgrade"
        with database.read() as session:
            beat = session.scalar(select(Heartbeat.at).where(Heartbeat.name == "scheduler"))
    except SQLAlchemyError:
        return "the database does not answer"
    if beat is None or real_now - beat > STALE:
        return "the scheduler gives no sign of life: outreach scheduler"
    return None
