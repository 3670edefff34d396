"""The page of phones: who is on it, what shows, and how the clock is turned."""

import base64
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from outreach.clock import DemoClock
from outreach.database import Database
from outreach.demo import load
from outreach.demo.phones import phones_app
from outreach.models import Client, SimulatedText, Touchpoint, new_id
from outreach.policy.reasons import Reason
from outreach.settings import load_settings
from outreach.start import Started
from outreach.vault import current
from outreach.vocabulary import MessageKind, TouchpointState
from tests.conftest import TEST_KEY

MONDAY = datetime(2026, 11, 16, 9, tzinfo=ZoneInfo("America/Chicago"))
MAYA = "+13125550141"


@pytest.fixture
def clock(sqlite_database: Database) -> DemoClock:
    """The demo's clock, standing still on Monday morning."""
    load.load(sqlite_database, now=MONDAY)
    with sqlite_database.write() as session:
        for client in session.scalars(select(Client)):
            client.replan_since = None  # no planner runs here
    clock = DemoClock(sqlite_database)
    clock.set(MONDAY, 0)
    return clock


@pytest.fixture
def phones(sqlite_database: Database, clock: DemoClock) -> FlaskClient:
    settings = load_settings(
        environ={
            "OUTREACH_CARRIER": "simulated",
            "OUTREACH_PUBLIC_URL": "http://127.0.0.1:9",
            "OUTREACH_SECRET_KEYS": base64.b64encode(TEST_KEY).decode(),
        }
    )
    app = phones_app(Started(settings, sqlite_database, clock))
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()


def test_people_who_share_a_phone_hold_one(phones: FlaskClient) -> None:
    page = phones.get("/phones").text
    assert "Priya &amp; Devan" in page
    assert page.count("<article") == 4


def test_a_visitor_chooses_the_phones(phones: FlaskClient) -> None:
    page = phones.get("/phones?on=R-106,R-108").text
    assert page.count("<article") == 2
    assert "Elena’s phone" in page


def test_a_text_in_the_air_is_not_on_the_phone_yet(
    phones: FlaskClient, sqlite_database: Database
) -> None:
    _add_text(sqlite_database, "Already there", "delivered")
    _add_text(sqlite_database, "Still flying", "sent")
    page = phones.get("/phones?on=R-101").text
    assert "Already there" in page
    assert "Still flying" not in page


def test_words_on_a_phone_are_only_words(phones: FlaskClient, sqlite_database: Database) -> None:
    _add_text(sqlite_database, "<script>alert(1)</script>", "delivered")
    assert "<script>alert" not in phones.get("/phones?on=R-101").text


def test_an_unchanged_wall_costs_nothing(phones: FlaskClient, sqlite_database: Database) -> None:
    _add_text(sqlite_database, "Hello", "delivered")
    page = phones.get("/phones?on=R-101")
    tag = page.text.partition('data-etag="')[2].partition('"')[0]
    headers = {"If-None-Match": f'"{tag}"'}
    assert phones.get("/phones?on=R-101", headers=headers).status_code == 304
    _add_text(sqlite_database, "Hello again", "delivered")
    assert phones.get("/phones?on=R-101", headers=headers).status_code == 200


def test_what_is_typed_while_the_service_is_away_says_so(phones: FlaskClient) -> None:
    phones.post("/phones/text", data={"phone": "R-101", "body": "hello?"})
    page = phones.get("/phones?on=R-101").text
    assert "hello?" in page
    assert "The service did not answer" in page


@pytest.mark.parametrize("form", [{"phone": "R-999", "body": "x"}, {"phone": "R-101"}, {}])
def test_an_odd_text_is_refused(phones: FlaskClient, form: dict[str, str]) -> None:
    assert phones.post("/phones/text", data=form).status_code == 400


def test_the_clock_jumps_to_the_next_planned_text(
    phones: FlaskClient, clock: DemoClock, sqlite_database: Database
) -> None:
    _plan(sqlite_database, MONDAY + timedelta(hours=3))
    _plan(sqlite_database, MONDAY + timedelta(hours=1))
    phones.post("/phones/clock", data={"to": "next"})
    assert clock.now() == MONDAY + timedelta(hours=1, seconds=1)


def test_a_text_that_waits_for_people_is_no_event(
    phones: FlaskClient, clock: DemoClock, sqlite_database: Database
) -> None:
    _plan(sqlite_database, MONDAY + timedelta(minutes=15), reason=Reason.OPEN_FLAG)
    _plan(sqlite_database, MONDAY + timedelta(hours=1))
    phones.post("/phones/clock", data={"to": "next"})
    assert clock.now() == MONDAY + timedelta(hours=1, seconds=1)


def test_without_anything_planned_the_clock_stays(phones: FlaskClient, clock: DemoClock) -> None:
    phones.post("/phones/clock", data={"to": "next"})
    assert clock.now() == MONDAY
    assert "Nothing is planned" in phones.get("/phones/clock").text


def test_the_clock_runs_at_the_chosen_speed(phones: FlaskClient, clock: DemoClock) -> None:
    phones.post("/phones/clock", data={"speed": "60"})
    assert clock.speed() == 60
    assert phones.post("/phones/clock", data={"speed": "7"}).status_code == 400


def _add_text(database: Database, body: str, status: str) -> None:
    text = SimulatedText(
        id=new_id(),
        sid=f"SM{new_id()}",
        outbound=True,
        sender="+15005550006",
        phone_hash=current().fingerprint(MAYA),
        status=status,
        at=MONDAY,
    )
    text.phone, text.body = MAYA, body
    with database.write() as session:
        session.add(text)


def _plan(database: Database, at: datetime, *, reason: Reason | None = None) -> None:
    with database.write() as session:
        client = session.scalars(select(Client)).first()
        assert client is not None
        touchpoint = Touchpoint(
            id=new_id(),
            program_id=client.program_id,
            client_id=client.id,
            slot=at.isoformat(),
            kind=MessageKind.HOPE,
            planned_at=at,
            due_at=at,
            useful_until=at + timedelta(hours=2),
            state=TouchpointState.PLANNED,
            reason=reason,
        )
        session.add(touchpoint)
