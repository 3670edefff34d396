"""What the tests of delivery share: a carrier process and a way to run the dispatcher."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select

from outreach.clock import SystemClock
from outreach.database import Database
from outreach.delivery.carrier import Carrier
from outreach.delivery.carriers import carrier_for
from outreach.delivery.dispatcher import Dispatcher
from outreach.models import Message
from outreach.settings import load_settings
from tests.carrier.process import CarrierProcess, carrier_process


@pytest.fixture
def twilio() -> Iterator[CarrierProcess]:
    """A Twilio-like server of its own."""
    with carrier_process() as carrier:
        yield carrier


@pytest.fixture
def carrier(twilio: CarrierProcess, database: Database) -> Carrier:
    """Our adapter, talking to that server."""
    return carrier_for(load_settings(environ=twilio.settings()), database, SystemClock())


@pytest.fixture
def dispatch(database: Database, carrier: Carrier) -> Callable[..., None]:
    """Run a dispatcher until `enough()` is true, then stop it cleanly."""

    def run(enough: Callable[[], bool], *, concurrency: int = 16, within: float = 20) -> None:
        stop = threading.Event()
        dispatcher = Dispatcher(database, carrier, SystemClock(), concurrency=concurrency)
        thread = threading.Thread(target=dispatcher.run, args=(stop,))
        thread.start()
        end = time.monotonic() + within
        try:
            while not enough():
                assert time.monotonic() < end, "it took too long"
                time.sleep(0.05)
        finally:
            stop.set()
            thread.join(30)

    return run


@pytest.fixture
def states(database: Database) -> Callable[[], dict[str, str]]:
    """Message id -> state, as it stands."""

    def read() -> dict[str, str]:
        with database.read() as session:
            rows = session.execute(select(Message.id, Message.state)).all()
        return {row.id: row.state for row in rows}

    return read
