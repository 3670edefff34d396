"""The simulated carrier takes, refuses and answers questions like the real one."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from outreach.clock import SystemClock
from outreach.database import Database
from outreach.delivery.carrier import Answer, Handover, OutboundText
from outreach.delivery.carriers import carrier_for
from outreach.delivery.simulated import SimulatedCarrier
from outreach.settings import SettingsError, load_settings

SETTINGS = {"OUTREACH_CARRIER": "simulated", "OUTREACH_PUBLIC_URL": "http://127.0.0.1:9"}


@pytest.fixture
def carrier(database: Database) -> SimulatedCarrier:
    return SimulatedCarrier(load_settings(environ=SETTINGS), database, SystemClock())


def send(carrier: SimulatedCarrier, to: str, now: datetime) -> Handover:
    text = OutboundText("m1", "+15005550006", to, "Hello.", now + timedelta(hours=1))
    # In a thread of its own: a browser test in the same process keeps its event loop running.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, carrier.send(text)).result()


def test_a_text_it_took_can_be_found_again(carrier: SimulatedCarrier, now: datetime) -> None:
    handover = send(carrier, "+12025550123", now)

    assert handover.answer is Answer.ACCEPTED
    found = carrier.find("+12025550123", now - timedelta(days=3650))
    assert [text.sid for text in found.texts] == [handover.sid]
    assert found.complete
    assert carrier.status(handover.sid or "") == found.texts[0]


@pytest.mark.parametrize(("to", "code"), [("+15005550001", "21211"), ("+15005550004", "21610")])
def test_magic_numbers_are_refused_as_twilio_refuses_them(
    carrier: SimulatedCarrier, now: datetime, to: str, code: str
) -> None:
    handover = send(carrier, to, now)

    assert (handover.answer, handover.code) == (Answer.REFUSED, code)
    assert carrier.find(to, now - timedelta(days=3650)).texts == ()


def test_it_knows_nothing_of_other_sids(carrier: SimulatedCarrier) -> None:
    assert carrier.status("SM0") is None


def test_without_a_carrier_named_nothing_starts(database: Database) -> None:
    with pytest.raises(SettingsError, match="OUTREACH_CARRIER"):
        carrier_for(load_settings(environ={}), database, SystemClock())
