"""The simulated phone network: its steps, its failures, its reports, and typing on a phone."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import parse_qsl

import pytest
from flask import Flask, Response, request
from sqlalchemy import select
from werkzeug.serving import make_server

from outreach.database import Database
from outreach.delivery.signing import tokens_of
from outreach.demo import network
from outreach.models import SimulatedText, new_id
from outreach.settings import Settings, load_settings
from webhooks.signature import HEADER, is_genuine

SENDER, PHONE = "+15005550006", "+13125550141"


@dataclass
class Service:
    """Stands where the webhooks app would, keeps what it is told and answers what it is given."""

    url: str = ""
    answer: str = ""
    status: int = 200
    heard: list[dict[str, str]] = field(default_factory=list)
    signatures: list[str] = field(default_factory=list)


@pytest.fixture
def service() -> Iterator[Service]:
    app, service = Flask(__name__), Service()

    @app.post("/<path:path>")
    def listen(path: str) -> Response:
        form = dict(parse_qsl(request.get_data(as_text=True), keep_blank_values=True))
        service.heard.append(form | {"path": f"/{path}"})
        service.signatures.append(request.headers[HEADER])
        return Response(service.answer, service.status, mimetype="text/xml")

    server = make_server("127.0.0.1", 0, app, threaded=True)
    service.url = f"http://127.0.0.1:{server.port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield service
    server.shutdown()
    thread.join()


@pytest.fixture
def settings(service: Service) -> Settings:
    return load_settings(
        environ={
            "OUTREACH_CARRIER": "simulated",
            "OUTREACH_PUBLIC_URL": service.url,
            "TWILIO_AUTH_TOKEN": "a token for tests",
        }
    )


def test_a_text_is_sent_then_delivered_and_both_are_reported(
    sqlite_database: Database, settings: Settings, service: Service, now: datetime
) -> None:
    _text(sqlite_database, service, now)
    reports = _let_pass(sqlite_database, settings, service, now, seconds=5)
    assert [report["MessageStatus"] for report in reports] == ["sent", "delivered"]
    assert {report["path"] for report in reports} == {"/twilio/status/m1"}


def test_nothing_more_happens_to_a_text_that_arrived(
    sqlite_database: Database, settings: Settings, service: Service, now: datetime
) -> None:
    _text(sqlite_database, service, now)
    _let_pass(sqlite_database, settings, service, now, seconds=5)
    assert network.advance(sqlite_database, settings, now=now + timedelta(days=1)) == 0


@pytest.mark.parametrize(
    ("ending", "status", "error"), [("0199", "undelivered", "30003"), ("0198", "failed", "30007")]
)
def test_some_phones_cannot_be_reached(
    sqlite_database: Database,
    settings: Settings,
    service: Service,
    now: datetime,
    ending: str,
    status: str,
    error: str,
) -> None:
    _text(sqlite_database, service, now, phone=f"+1312555{ending}")
    last = _let_pass(sqlite_database, settings, service, now, seconds=5)[-1]
    assert (last["MessageStatus"], last["ErrorCode"]) == (status, error)


def test_every_report_carries_a_genuine_signature(
    sqlite_database: Database, settings: Settings, service: Service, now: datetime
) -> None:
    _text(sqlite_database, service, now)
    _let_pass(sqlite_database, settings, service, now, seconds=5)
    assert service.heard
    for form, signature in zip(service.heard, service.signatures, strict=True):
        url = service.url + form.pop("path")
        assert is_genuine(signature, url, tuple(form.items()), tokens_of(settings))


def test_a_service_that_is_away_does_not_stop_the_network(
    sqlite_database: Database, settings: Settings, service: Service, now: datetime
) -> None:
    _text(sqlite_database, service, now, callback="http://127.0.0.1:9/twilio/status/m1")
    for second in range(5):
        network.advance(sqlite_database, settings, now=now + timedelta(seconds=second))
    assert _texts(sqlite_database)[0].status == "delivered"


def test_a_typed_text_reaches_the_service_and_its_answers_come_back(
    sqlite_database: Database, settings: Settings, service: Service, now: datetime
) -> None:
    address = f"{service.url}/twilio/status/m2#rc=3"
    service.answer = (
        f'<Response><Message statusCallback="{address}">Thank you &amp; bye</Message></Response>'
    )
    assert _type(sqlite_database, settings, now, "yes, I'll be there ñ 👍")
    assert service.heard[0]["Body"] == "yes, I'll be there ñ 👍"
    assert (service.heard[0]["From"], service.heard[0]["To"]) == (PHONE, SENDER)
    _let_pass(sqlite_database, settings, service, now, seconds=5)
    typed, answer = _texts(sqlite_database)
    assert (typed.status, answer.status) == ("received", "delivered")
    assert answer.body == "Thank you & bye"
    assert service.heard[-1]["path"] == "/twilio/status/m2"


def test_a_text_that_the_service_refused_is_known_as_such(
    sqlite_database: Database, settings: Settings, service: Service, now: datetime
) -> None:
    service.status = 503
    assert not _type(sqlite_database, settings, now, "hello")
    assert [text.status for text in _texts(sqlite_database)] == ["failed"]


def test_an_empty_answer_is_no_text(
    sqlite_database: Database, settings: Settings, service: Service, now: datetime
) -> None:
    service.status = 204
    assert _type(sqlite_database, settings, now, "ok")
    assert len(_texts(sqlite_database)) == 1


def _type(database: Database, settings: Settings, now: datetime, body: str) -> bool:
    return network.type_on_phone(database, settings, phone=PHONE, sender=SENDER, body=body, now=now)


def _text(
    database: Database,
    service: Service,
    now: datetime,
    *,
    phone: str = PHONE,
    callback: str | None = None,
) -> None:
    text = SimulatedText(
        id=new_id(),
        sid=f"SM{new_id()}",
        outbound=True,
        sender=SENDER,
        phone_hash="",
        status="queued",
        callback=callback or f"{service.url}/twilio/status/m1#rc=3&rp=5xx",
        at=now,
        next_at=now,
    )
    text.phone, text.body = phone, "Hello"
    with database.write() as session:
        session.add(text)


def _let_pass(
    database: Database, settings: Settings, service: Service, now: datetime, *, seconds: int
) -> list[dict[str, str]]:
    for second in range(seconds):
        network.advance(database, settings, now=now + timedelta(seconds=second))
    return [form for form in service.heard if "MessageStatus" in form]


def _texts(database: Database) -> list[SimulatedText]:
    with database.read() as session:
        return list(session.scalars(select(SimulatedText).order_by(SimulatedText.id)))
