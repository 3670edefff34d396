"""What is due goes out once, in its order, at its pace; what may not go does not."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from outreach.database import Database
from outreach.models import Attempt, Message
from tests.carrier.process import CarrierProcess
from tests.integration.delivery.world import World

States = Callable[[], dict[str, str]]
Dispatch = Callable[..., None]


def test_every_due_text_reaches_the_carrier_exactly_once(
    database: Database, twilio: CarrierProcess, dispatch: Dispatch, states: States
) -> None:
    with database.write() as session:
        ids = World(session, datetime.now(UTC)).blast(120)

    dispatch(lambda: set(states().values()) == {"accepted"})

    assert sorted(entry["message_id"] for entry in twilio.entries()) == sorted(ids)


def test_an_accepted_text_knows_its_sid_and_its_attempt(
    database: Database, twilio: CarrierProcess, dispatch: Dispatch, states: States
) -> None:
    with database.write() as session:
        World(session, datetime.now(UTC)).blast(1)

    dispatch(lambda: set(states().values()) == {"accepted"})

    with database.read() as session:
        message, attempt = session.execute(select(Message, Attempt).join(Attempt)).one()
        assert message.sid == twilio.entries()[0]["sid"]
        assert (attempt.ordinal, attempt.outcome) == (1, "accepted")


def test_the_carrier_gets_words_number_sender_callback_and_validity(
    database: Database, twilio: CarrierProcess, dispatch: Dispatch, states: States
) -> None:
    with database.write() as session:
        world = World(session, datetime.now(UTC))
        message_id = world.text(
            world.client("+12025550123"), "Your visit is at 3.", useful_for=timedelta(minutes=10)
        )

    dispatch(lambda: set(states().values()) == {"accepted"})

    fields = twilio.entries()[0]["fields"]
    assert fields["To"] == "+12025550123"
    assert fields["From"] == "+15005550006"
    assert fields["Body"] == "Your visit is at 3."
    assert fields["StatusCallback"] == (
        f"http://127.0.0.1:9/twilio/status/{message_id}#rc=3&rp=5xx,ct,rt&rt=3500"
    )
    assert 570 <= int(fields["ValidityPeriod"]) <= 600
