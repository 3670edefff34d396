"""`/`: what needs a person, the most urgent first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, Select, case, func, literal_column, select
from sqlalchemy.orm import Session

from outreach.console import access, audit, here, people, polling, pulse
from outreach.console.scope import Scope
from outreach.models import Client, Flag, Program
from outreach.safety import page_people
from outreach.vocabulary import FlagState, Severity

pages = Blueprint("queue", __name__)

LONGEST = 100
"""Rows on one page; the rest is counted. The most urgent come first, so nothing urgent hides."""

URGENCY = case({str(severity): -severity.rank for severity in Severity}, value=Flag.severity)
"""Severity, gravest first; then whichever is due first."""

_CLOSED: ColumnElement[str] = literal_column(f"'{FlagState.CLOSED}'")
"""Spelt out, because a partial index cannot be chosen by a parameter."""

VIEWS = {"all": "All", "mine": "Mine", "unclaimed": "Unclaimed", "closed": "Closed"}


@dataclass(frozen=True, slots=True)
class Line:
    """One flag as a row of the queue."""

    flag: Flag
    program: Program
    name: str
    owner: str | None


@pages.get("/")
@access.open_to(access.READERS)
def show() -> ResponseReturnValue:
    """The queue, or one of its views."""
    view = request.args.get("show", "all")
    view = view if view in VIEWS else "all"
    scope = access.scope()
    with here.database().read() as session:
        current = _state(session, scope, view)
        if polling.unchanged(current):
            return polling.not_modified()
        lines = _lines(session, scope, view)
        counts = _counts(session, scope)
        silent = pulse.is_silent(session)
        unheard = _unheard(session, scope)
    audit.saw("queue")
    html = render_template(
        "queue.html",
        lines=lines,
        counts=counts,
        silent=silent,
        unheard=unheard,
        view=view,
        views=VIEWS,
        etag=current,
    )
    return polling.page(html, current)


def open_flags(scope: Scope, *columns: Any) -> Select[Any]:
    """A select over the flags of the member's programs that nobody closed."""
    query = select(*columns) if columns else select(Flag)
    return query.where(Flag.program_id.in_(scope.program_ids), Flag.state != _CLOSED)


def _state(session: Session, scope: Scope, view: str) -> str:
    """Two indexed look-ups: flags only gain versions, and only open ones are counted."""
    seen = session.execute(
        open_flags(scope, func.count(), func.sum(Flag.version), func.max(Flag.id))
    ).one()
    minute = polling.minute(here.now())
    return polling.tag(view, scope.staff_id, minute, *seen, pulse.is_silent(session))


def _unheard(session: Session, scope: Scope) -> list[str]:
    """Names of the member's programs whose urgent flags would page nobody."""
    found = page_people.unheard(session, here.started().settings)
    return [each.file.name for each in found.values() if each.id in scope.program_ids]


def _lines(session: Session, scope: Scope, view: str) -> Sequence[Line]:
    flags = session.scalars(_of_view(scope, view).limit(LONGEST)).all()
    programs = scope.programs(session)
    wanted = {flag.client_id for flag in flags if flag.client_id}
    clients = {
        client.id: client.name or client.external_id
        for client in session.scalars(scope.select(Client).where(Client.id.in_(wanted)))
    }
    owners = people.names(session, (flag.owner_id for flag in flags))
    return [
        Line(
            flag,
            programs[flag.program_id],
            clients.get(flag.client_id or "", "Unknown number"),
            owners.get(flag.owner_id or ""),
        )
        for flag in flags
    ]


def _of_view(scope: Scope, view: str) -> Select[Flag]:
    if view == "closed":
        closed = scope.select(Flag).where(Flag.state == _CLOSED)
        return closed.order_by(Flag.closed_at.desc())
    query = open_flags(scope).order_by(URGENCY, Flag.due_at)
    if view == "mine":
        return query.where(Flag.owner_id == scope.staff_id)
    return query.where(Flag.owner_id.is_(None)) if view == "unclaimed" else query


def _counts(session: Session, scope: Scope) -> dict[str, int]:
    everything, mine, unclaimed = session.execute(
        open_flags(
            scope,
            func.count(),
            func.count().filter(Flag.owner_id == scope.staff_id),
            func.count().filter(Flag.owner_id.is_(None)),
        )
    ).one()
    return {"all": everything, "mine": mine, "unclaimed": unclaimed}
