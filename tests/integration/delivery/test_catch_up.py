"""Inbound texts whose webhook was lost are found by listing, once, and treated like any other."""

from datetime import UTC, datetime, timedelta

import pytest
import requests
from sqlalchemy import func, select

from outreach.content.library import Library, default_directory, load
from outreach.database import Database
from outreach.delivery.carrier import Carrier
from outreach.delivery.catch_up import catch_up
from outreach.models import Consent, Message, Reply
from tests.carrier.process import CarrierProcess
from tests.integration.delivery.world import SENDER, World

NUMBER = "+12025550123"


@pytest.fixture(scope="module")
def library() -> Library:
    return load(default_directory())


@pytest.fixture
def client(database: Database) -> str:
    with database.write() as session:
        return World(session, datetime.now(UTC)).client(NUMBER).id


def lose(twilio: CarrierProcess, body: str, age: timedelta, to: str = SENDER) -> str:
    """A text that reached the carrier but not us."""
    inbound = {
        "from_": NUMBER,
        "to": to,
        "body": body,
        "at": (datetime.now(UTC) - age).isoformat(),
    }
    answer = requests.post(f"{twilio.url}/control/inbound", json=inbound, timeout=5)
    sid: str = answer.json()["sid"]
    return sid


def test_a_lost_text_is_taken_in_once(
    database: Database, twilio: CarrierProcess, carrier: Carrier, library: Library, client: str
) -> None:
    sid = lose(twilio, "I'll be there", timedelta(minutes=3))

    assert catch_up(database, carrier, library, now=datetime.now(UTC)) == 1
    assert catch_up(database, carrier, library, now=datetime.now(UTC)) == 0

    with database.read() as session:
        reply = session.scalars(select(Reply)).one()
    assert (reply.sid, reply.body, reply.client_id) == (sid, "I'll be there", client)


def test_a_lost_stop_ends_consent_without_a_late_answer(
    database: Database, twilio: CarrierProcess, carrier: Carrier, library: Library, client: str
) -> None:
    lose(twilio, "please stop texting me", timedelta(minutes=40))

    catch_up(database, carrier, library, now=datetime.now(UTC))

    with database.read() as session:
        assert session.scalars(select(Consent.in_force)).all() == [False]
        assert session.scalar(select(func.count()).select_from(Message)) == 0


def test_a_text_that_may_still_come_through_the_webhook_is_left_alone(
    database: Database, twilio: CarrierProcess, carrier: Carrier, library: Library, client: str
) -> None:
    lose(twilio, "hello", timedelta(seconds=10))

    assert catch_up(database, carrier, library, now=datetime.now(UTC)) == 0


def test_texts_on_every_page_are_found_in_their_order(
    database: Database, twilio: CarrierProcess, carrier: Carrier, library: Library, client: str
) -> None:
    sids = [lose(twilio, f"note {n}", timedelta(minutes=40 - n)) for n in range(12)]

    assert catch_up(database, carrier, library, now=datetime.now(UTC)) == 12

    with database.read() as session:
        assert list(session.scalars(select(Reply.sid).order_by(Reply.received_at))) == sids


def test_a_text_to_a_number_of_no_program_does_not_stop_the_others(
    database: Database, twilio: CarrierProcess, carrier: Carrier, library: Library, client: str
) -> None:
    lose(twilio, "hello", timedelta(minutes=3), to="+15005550099")
    lose(twilio, "hello", timedelta(minutes=2))

    assert catch_up(database, carrier, library, now=datetime.now(UTC)) == 1


def test_a_listing_that_fails_is_made_up_for_later(
    database: Database, twilio: CarrierProcess, carrier: Carrier, library: Library, client: str
) -> None:
    lose(twilio, "hello", timedelta(minutes=3))
    twilio.behave(list_fails=True)
    assert catch_up(database, carrier, library, now=datetime.now(UTC)) == 0
    twilio.behave(list_fails=False)

    assert catch_up(database, carrier, library, now=datetime.now(UTC)) == 1
