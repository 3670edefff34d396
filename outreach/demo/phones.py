"""`/phones`: the demo's phones to hold, its clock to turn, and a quiet tour.

Part of the demo only: it listens on this machine, knows no login, and needs none, because
everybody in it is invented.
"""

import hashlib
import hmac
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Flask, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from outreach import vault
from outreach.clock import DemoClock
from outreach.demo import network
from outreach.demo.load import SLUG, ZONE
from outreach.models import Client, Message, SimulatedText, Touchpoint
from outreach.policy.reasons import Reason
from outreach.programs.loaded import LoadedProgram, program_named
from outreach.start import Started
from outreach.vocabulary import MessageState, TouchpointState

SPEEDS = (1, 60, 600)
SHOWN_AT_FIRST = ("R-101", "R-102", "R-105", "robin")
SHOWN_AT_MOST = 6
RECENT = 30
LONGEST_TEXT = 1600
_WAITS_FOR_PEOPLE = (
    Reason.PROGRAM_PAUSED,
    Reason.CLIENT_PAUSED,
    Reason.URGENT_FLAG,
    Reason.OPEN_FLAG,
)
"""Held texts that are looked at every quarter of an hour, until somebody acts: no event."""

_ON_ITS_WAY = (MessageState.QUEUED, MessageState.CLAIMED, MessageState.HANDING_OVER)
_IN_THE_AIR = ("queued", "sent", "sending")
_PATIENCE = 4.0  # real seconds to wait for what is due before the clock jumps on


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone of the demo and who holds it."""

    key: str
    number: str
    name: str
    language: str
    zone: str
    note: str
    client_id: str | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A phone on the page with its texts, oldest first."""

    phone: Phone
    texts: Sequence[SimulatedText]


def phones_app(started: Started) -> Flask:
    """The app behind `/phones`; it expects the demo's clock."""
    app = Flask(__name__, static_url_path="/phones/static")
    newest = started.settings.key_ring()[0]
    app.config.update(
        SECRET_KEY=hmac.digest(newest, b"outreach demo phones v1", hashlib.sha256),
        SESSION_COOKIE_NAME="phones",
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        MAX_CONTENT_LENGTH=64 * 1024,
    )
    CSRFProtect(app)
    page = _Page(started)
    app.add_url_rule("/phones", "phones", page.show)
    app.add_url_rule("/phones/clock", "clock", page.show_clock)
    app.add_url_rule("/phones/text", "text", page.text, methods=["POST"])
    app.add_url_rule("/phones/clock", "turn", page.turn, methods=["POST"])
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    return app


class _Page:
    """The routes, with what they work on."""

    def __init__(self, started: Started) -> None:
        if not isinstance(started.clock, DemoClock):
            raise TypeError("the phones need the demo's clock")
        self._settings = started.settings
        self._database = started.database
        self._clock = started.clock

    def show(self) -> ResponseReturnValue:
        """The phones asked for by `on`; 304 while nothing on them changed."""
        with self._database.read() as session:
            tag = _tag(session, request.query_string)
            if request.if_none_match.contains(tag):
                return Response(status=304)
            phones = _phones(session)
            chosen = _chosen(phones)
            shown = [Shown(phone, _texts(session, phone)) for phone in chosen]
        now = self._clock.now()
        html = render_template(
            "phones.html",
            phones=phones,
            shown=shown,
            keys=[phone.key for phone in chosen],
            on=request.args.get("on", ""),
            tag=tag,
            local=lambda at, zone: at.astimezone(ZoneInfo(zone)),
            **self._time(now),
        )
        return _fresh(html)

    def show_clock(self) -> ResponseReturnValue:
        """Only the clock; the page asks for it every second."""
        on = request.args.get("on", "")
        return _fresh(render_template("clock.html", on=on, **self._time(self._clock.now())))

    def text(self) -> ResponseReturnValue:
        """Send what was typed on a phone."""
        body = request.form.get("body", "").strip()[:LONGEST_TEXT]
        with self._database.read() as session:
            held = {phone.key: phone for phone in _phones(session)}
            sender = program_named(session, SLUG).sender_address
        phone = held.get(request.form.get("phone", ""))
        if phone is None or not body:
            abort(400)
        network.type_on_phone(
            self._database,
            self._settings,
            phone=phone.number,
            sender=sender,
            body=body,
            now=self._clock.now(),
        )
        return _back()

    def turn(self) -> ResponseReturnValue:
        """Change the clock's speed, or jump to the next event."""
        speed = request.form.get("speed", type=int)
        if speed in SPEEDS:
            self._clock.set(self._clock.now(), speed)
        elif request.form.get("to") == "next":
            self._jump()
        else:
            abort(400)
        return _back()

    def _jump(self) -> None:
        """To the next planned text, once everything due before it has been looked at."""
        patient_until = time.monotonic() + _PATIENCE
        while self._is_busy() and time.monotonic() < patient_until:
            time.sleep(0.1)
        now = self._clock.now()
        following = self._next_due(now)
        if following is not None:
            self._clock.set(following + timedelta(seconds=1), self._clock.speed())

    def _is_busy(self) -> bool:
        due = select(Touchpoint.id).where(
            Touchpoint.state == TouchpointState.PLANNED, Touchpoint.due_at <= self._clock.now()
        )
        dirty = select(Client.id).where(Client.replan_since.is_not(None))
        waiting = select(Message.id).where(Message.state.in_(_ON_ITS_WAY))
        with self._database.read() as session:
            queries = (due, dirty, waiting)
            return any(session.scalar(query.limit(1)) is not None for query in queries)

    def _next_due(self, now: datetime) -> datetime | None:
        with self._database.read() as session:
            return session.scalar(
                select(func.min(Touchpoint.due_at)).where(
                    Touchpoint.state == TouchpointState.PLANNED,
                    Touchpoint.due_at > now,
                    func.coalesce(Touchpoint.reason, "").not_in(_WAITS_FOR_PEOPLE),
                )
            )

    def _time(self, now: datetime) -> dict[str, object]:
        return {
            "now": now.astimezone(ZONE),
            "speed": self._clock.speed(),
            "speeds": SPEEDS,
            "next_due": self._next_due(now),
            "zone": ZONE,
        }


def _phones(session: Session) -> list[Phone]:
    """One phone per number, clients first, then whoever is on call."""
    program = program_named(session, SLUG)
    clients = session.scalars(
        select(Client).where(Client.program_id == program.id).order_by(Client.external_id)
    )
    held: dict[str, list[Client]] = {}
    for client in clients:
        held.setdefault(client.number_hash, []).append(client)
    return [_clients_phone(group) for group in held.values()] + _staff_phones(program)


def _clients_phone(holders: list[Client]) -> Phone:
    first = holders[0]
    language = {"en": "English", "es": "Spanish"}[first.speaks]
    zone = first.timezone or ZONE.key
    return Phone(
        key=first.external_id,
        number=first.number or "",
        name=" & ".join((holder.name or "").split()[0] for holder in holders),
        language=first.speaks,
        zone=zone,
        note=f"{language}, {zone.rpartition('/')[2].replace('_', ' ')}",
        client_id=first.id,
    )


def _staff_phones(program: LoadedProgram) -> list[Phone]:
    return [
        Phone(who, person.sms, who.capitalize(), "en", ZONE.key, "Staff on call", None)
        for who, person in program.file.on_call.people.items()
        if person.sms
    ]


def _chosen(phones: Sequence[Phone]) -> list[Phone]:
    asked = request.args.get("on", "").split(",")
    chosen = [phone for phone in phones if phone.key in asked]
    return (chosen or [phone for phone in phones if phone.key in SHOWN_AT_FIRST])[:SHOWN_AT_MOST]


def _texts(session: Session, phone: Phone) -> list[SimulatedText]:
    """The phone's last texts; one still in the air is not on it yet."""
    hashes = vault.current().fingerprints(phone.number)
    query = select(SimulatedText).where(
        SimulatedText.phone_hash.in_(hashes),
        ~SimulatedText.outbound | (SimulatedText.status == "delivered"),
    )
    newest_first = query.order_by(SimulatedText.at.desc(), SimulatedText.id.desc())
    return list(session.scalars(newest_first.limit(RECENT)))[::-1]


def _tag(session: Session, asked: bytes) -> str:
    """Texts only come and arrive, so two counts name the state of every phone."""
    in_the_air = func.count().filter(SimulatedText.status.in_(_IN_THE_AIR))
    count, flying = session.execute(select(func.count(SimulatedText.id), in_the_air)).one()
    return hashlib.sha256(b"%d %d %b" % (count, flying, asked)).hexdigest()[:16]


def _fresh(html: str) -> Response:
    response = Response(html)
    response.headers["Cache-Control"] = "no-store"
    return response


def _back() -> ResponseReturnValue:
    if request.headers.get("HX-Request"):
        return Response(status=204)
    return redirect(url_for("phones", on=request.form.get("on") or None), 303)
