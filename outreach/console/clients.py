"""Clients: the list with its search, one client's page, and what staff do there."""

from collections.abc import Sequence
from datetime import timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError

from outreach.console import access, acts, audit, conversation, here, polling, search
from outreach.console.conversation import Party
from outreach.console.dossier import dossier, state_of
from outreach.models import Client

pages = Blueprint("clients", __name__, url_prefix="/clients")

PAUSES = {"1": "1 day", "3": "3 days", "7": "1 week", "14": "2 weeks", "": "until resumed"}


@pages.get("")
@access.open_to(access.READERS)
def index() -> ResponseReturnValue:
    """The clients of the member's programs, or those a search finds."""
    words = request.args.get("q", "").strip()
    after = request.args.get("after", "")
    with here.database().read() as session:
        found = search.clients(session, access.scope(), words, after=after)
    audit.saw("search" if words else "clients")
    return render_template("clients.html", found=found, q=words)


@pages.get("/<client_id>")
@access.open_to(access.READERS)
def show(client_id: str) -> ResponseReturnValue:
    """Everything about one client; 304 while the page that asks again is still true."""
    scope = access.scope()
    with here.database().read() as session:
        client = scope.one(session, Client, client_id)
        current = polling.tag(state_of(session, scope, client), polling.minute(here.now()))
        if polling.unchanged(current):
            return polling.not_modified()
    return _page(client_id, current)


@pages.post("/<client_id>/text")
@access.open_to(access.WORKERS)
def text(client_id: str) -> ResponseReturnValue:
    """Write to the client; a form posted twice writes one text."""
    body = request.form.get("body", "").strip()
    once = request.form.get("once", "")
    if len(once) != 32:
        abort(400)
    try:
        with here.database().write() as session:
            client = access.scope().one(session, Client, client_id)
            problem = acts.write_text(session, client, body, once=once, now=here.now())
    except IntegrityError:
        problem = None  # the same form again: its text is in the outbox already
    if problem:
        return _page(client_id, "", problem=problem, typed=body, status=422)
    flash("The text is on its way.")
    return _back(client_id)


@pages.post("/<client_id>/pause")
@access.open_to(access.WORKERS)
def pause(client_id: str) -> ResponseReturnValue:
    """Stop automatic texts for some days, or until somebody resumes."""
    days = request.form.get("days", "")
    if days not in PAUSES:
        abort(400)
    until = here.now() + timedelta(days=int(days)) if days else None
    with here.database().write() as session:
        client = access.scope().one(session, Client, client_id)
        acts.pause(session, client, until=until, now=here.now())
    flash("Automatic texts are paused.")
    return _back(client_id)


@pages.post("/<client_id>/resume")
@access.open_to(access.WORKERS)
def resume(client_id: str) -> ResponseReturnValue:
    """End the pause, whoever made it."""
    with here.database().write() as session:
        client = access.scope().one(session, Client, client_id)
        acts.resume(session, client, now=here.now())
    flash("Automatic texts go on.")
    return _back(client_id)


@pages.post("/<client_id>/consent")
@access.open_to(access.WORKERS)
def consent(client_id: str) -> ResponseReturnValue:
    """Record what the client told staff: texts may come, or must stop."""
    told, proof = request.form.get("told", ""), request.form.get("proof", "").strip()
    if told not in acts.CONSENT_BY_STAFF:
        abort(400)
    if not proof:
        return _page(client_id, "", problem="Say when and how the client told you.", status=422)
    with here.database().write() as session:
        client = access.scope().one(session, Client, client_id)
        acts.record_consent(session, client, told, proof=proof, now=here.now())
    flash("Recorded.")
    return _back(client_id)


def _page(
    client_id: str, current: str, *, problem: str | None = None, typed: str = "", status: int = 200
) -> ResponseReturnValue:
    scope = access.scope()
    with here.database().read() as session:
        client = scope.one(session, Client, client_id)
        party = Party(client.program_id, client.number_hash, client)
        bubbles: Sequence[conversation.Bubble] = conversation.conversation(session, scope, party)
        found = dossier(session, scope, client, now=here.now())
    audit.saw("client", program_id=client.program_id, subject_id=client.id)
    html = render_template(
        "client.html",
        page=found,
        bubbles=bubbles,
        pauses=PAUSES,
        etag=current,
        problem=problem,
        typed=typed,
    )
    return polling.page(html, current, status)


def _back(client_id: str) -> ResponseReturnValue:
    """To where the form was: the client, or the flag it was answered from."""
    flag_id = request.form.get("flag", "")
    if flag_id:
        return redirect(url_for("flags.show", flag_id=flag_id), 303)
    return redirect(url_for("clients.show", client_id=client_id), 303)
