"""Unknown texts: the carrier's word decides, its silence only after the waiting time."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from outreach.database import Database
from outreach.delivery.carrier import Carrier
from outreach.delivery.poll import poll_receipts
from outreach.delivery.reconcile import lose_hope, reconcile
from outreach.delivery.sweep import shorten_waits
from outreach.models import Attempt, Message, Receipt
from outreach.vocabulary import MessageState
from tests.carrier.process import CarrierProcess
from tests.integration.delivery.world import World

States = Callable[[], dict[str, str]]
Dispatch = Callable[..., None]
SENT = {MessageState.ACCEPTED, MessageState.SENT, MessageState.DELIVERED}
SETTLED = SENT | {MessageState.UNKNOWN}


def later(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


def send(database: Database, dispatch: Dispatch, states: States, count: int = 20) -> list[str]:
    with database.write() as session:
        ids = World(session, datetime.now(UTC)).blast(count)
    dispatch(lambda: set(states().values()) <= SETTLED)
    return ids


@pytest.mark.parametrize("fault", ["lose_answer", "error_500_taken", "garble"])
def test_a_text_whose_answer_was_lost_is_found_in_the_carriers_list(
    database: Database,
    twilio: CarrierProcess,
    carrier: Carrier,
    dispatch: Dispatch,
    states: States,
    fault: str,
) -> None:
    twilio.behave(**{fault: 1.0})
    send(database, dispatch, states)
    assert set(states().values()) == {MessageState.UNKNOWN}

    reconcile(database, carrier, after=120, now=later(5))

    assert set(states().values()) == {MessageState.ACCEPTED}
    with database.read() as session:
        bound = set(session.scalars(select(Message.sid)))
        assert set(session.scalars(select(Attempt.outcome))) == {"accepted"}
    assert bound == {entry["sid"] for entry in twilio.entries()}


@pytest.mark.parametrize("fault", ["cut", "error_500"])
def test_absence_counts_as_proof_only_after_the_waiting_time(
    database: Database,
    twilio: CarrierProcess,
    carrier: Carrier,
    dispatch: Dispatch,
    states: States,
    fault: str,
) -> None:
    twilio.behave(**{fault: 1.0})
    send(database, dispatch, states)

    reconcile(database, carrier, after=120, now=later(60))
    assert set(states().values()) == {MessageState.UNKNOWN}
    reconcile(database, carrier, after=120, now=later(180))
    assert set(states().values()) == {MessageState.QUEUED}

    twilio.behave(**{fault: 0.0})
    dispatch(lambda: set(states().values()) == {MessageState.ACCEPTED})
    assert len(twilio.entries()) == 20


def test_a_text_proven_absent_too_late_expires(
    database: Database,
    twilio: CarrierProcess,
    carrier: Carrier,
    dispatch: Dispatch,
    states: States,
) -> None:
    twilio.behave(cut=1.0)
    send(database, dispatch, states, count=2)

    reconcile(database, carrier, after=120, now=later(5 * 3600))

    assert set(states().values()) == {MessageState.EXPIRED}


def test_while_the_carrier_cannot_be_asked_the_text_stays_unknown(
    database: Database,
    twilio: CarrierProcess,
    carrier: Carrier,
    dispatch: Dispatch,
    states: States,
) -> None:
    twilio.behave(cut=1.0)
    send(database, dispatch, states, count=3)
    twilio.behave(list_fails=True)

    for minutes in (5, 60, 200):
        reconcile(database, carrier, after=120, now=later(60 * minutes))
        assert set(states().values()) == {MessageState.UNKNOWN}

    twilio.behave(list_fails=False)
    reconcile(database, carrier, after=120, now=later(60 * 220))
    assert set(states().values()) == {MessageState.QUEUED}


def test_redacted_lists_are_matched_by_number_and_time(
    database: Database,
    twilio: CarrierProcess,
    carrier: Carrier,
    dispatch: Dispatch,
    states: States,
) -> None:
    twilio.behave(lose_answer=1.0, redacts=True)
    send(database, dispatch, states)

    reconcile(database, carrier, after=120, now=later(5))

    assert set(states().values()) == {MessageState.ACCEPTED}


def test_an_older_text_with_the_same_words_is_no_proof(
    database: Database,
    twilio: CarrierProcess,
    carrier: Carrier,
    dispatch: Dispatch,
    states: States,
) -> None:
    with database.write() as session:
        world = World(session, datetime.now(UTC))
        client = world.client("+12025550123")
        world.text(client, "The same words.")
    dispatch(lambda: set(states().values()) == {MessageState.ACCEPTED})
    twilio.behave(cut=1.0)
    with database.write() as session:
        world.session = session
        again = world.text(client, "The same words.")
    dispatch(lambda: states()[again] == MessageState.UNKNOWN)

    reconcile(database, carrier, after=0, now=later(5))

    assert states()[again] == MessageState.QUEUED


def test_an_attempt_left_behind_becomes_unknown_and_then_known(
    database: Database, twilio: CarrierProcess, carrier: Carrier, states: States
) -> None:
    with database.write() as session:
        World(session, datetime.now(UTC)).blast(1)
        session.execute(
            update(Message).values(
                state=MessageState.HANDING_OVER,
                attempts=1,
                handed_over_at=datetime.now(UTC),
                ask_at=later(30),
            )
        )
    with database.write() as session:
        assert lose_hope(session, now=later(1)) == 0
        assert lose_hope(session, now=later(1), at_once=True) == 1

    reconcile(database, carrier, after=1, now=later(10))

    assert set(states().values()) == {MessageState.QUEUED}


def test_receipts_that_never_came_are_asked_for(
    database: Database,
    twilio: CarrierProcess,
    carrier: Carrier,
    dispatch: Dispatch,
    states: States,
) -> None:
    twilio.behave(receipts=["sent", "delivered"])  # posted to a port where nobody listens
    send(database, dispatch, states)

    assert poll_receipts(database, carrier, now=later(60)) == 0, "too early to ask"
    assert poll_receipts(database, carrier, now=later(400)) == 20

    assert set(states().values()) == {MessageState.DELIVERED}
    with database.read() as session:
        assert set(session.scalars(select(Receipt.source))) == {"asked"}


def test_a_text_on_its_way_is_asked_for_ever_more_seldom_and_then_no_more(
    database: Database,
    twilio: CarrierProcess,
    carrier: Carrier,
    dispatch: Dispatch,
    states: States,
) -> None:
    send(database, dispatch, states, count=1)
    asked, moment = 0, datetime.now(UTC)
    while moment < later(10 * 86_400):
        asked += poll_receipts(database, carrier, now=moment)
        moment += timedelta(minutes=30)

    assert 5 <= asked <= 15
    assert set(states().values()) == {MessageState.ACCEPTED}


def test_a_clock_set_forward_makes_no_proof(
    database: Database,
    twilio: CarrierProcess,
    carrier: Carrier,
    dispatch: Dispatch,
    states: States,
) -> None:
    twilio.behave(cut=1.0)
    send(database, dispatch, states, count=2)
    set_at = later(3600)

    reconcile(database, carrier, after=120, now=set_at, clock_set_at=set_at)
    assert set(states().values()) == {MessageState.UNKNOWN}

    reconcile(database, carrier, after=120, now=later(3600 + 121), clock_set_at=set_at)
    assert set(states().values()) == {MessageState.QUEUED}


def test_a_text_is_found_though_our_clock_was_an_hour_ahead_when_it_was_handed_over(
    database: Database,
    twilio: CarrierProcess,
    carrier: Carrier,
    dispatch: Dispatch,
    states: States,
) -> None:
    twilio.behave(lose_answer=1.0)
    send(database, dispatch, states, count=2)
    with database.write() as session:
        session.execute(update(Message).values(handed_over_at=later(3600)))

    reconcile(database, carrier, after=120, now=later(3600 + 121))

    assert set(states().values()) == {MessageState.ACCEPTED}


def test_an_attempt_dated_by_a_clock_that_was_set_back_is_not_waited_for(
    database: Database,
    twilio: CarrierProcess,
    carrier: Carrier,
    dispatch: Dispatch,
    states: States,
) -> None:
    twilio.behave(cut=1.0)
    send(database, dispatch, states, count=2)
    with database.write() as session:
        session.execute(update(Message).values(handed_over_at=later(3600), ask_at=later(3600)))
    set_at = later(0)

    shorten_waits(database, now=set_at)
    reconcile(database, carrier, after=120, now=later(60), clock_set_at=set_at)
    assert set(states().values()) == {MessageState.UNKNOWN}
    reconcile(database, carrier, after=120, now=later(180), clock_set_at=set_at)

    assert set(states().values()) == {MessageState.QUEUED}


def test_the_same_words_to_another_number_are_no_proof(
    database: Database,
    twilio: CarrierProcess,
    carrier: Carrier,
    dispatch: Dispatch,
    states: States,
) -> None:
    twilio.behave(ignores_filters=True, lose_answer=1.0)
    with database.write() as session:
        world = World(session, datetime.now(UTC))
        taken = world.text(world.client("+12025550123"), "The same words.")
    dispatch(lambda: states()[taken] == MessageState.UNKNOWN)
    twilio.behave(lose_answer=0.0, cut=1.0)
    with database.write() as session:
        world.session = session
        cut = world.text(world.client("+12025550124"), "The same words.")
    dispatch(lambda: states()[cut] == MessageState.UNKNOWN)

    reconcile(database, carrier, after=0, now=later(5))

    assert states() == {taken: MessageState.ACCEPTED, cut: MessageState.QUEUED}
