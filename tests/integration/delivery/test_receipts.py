"""Receipts and refusals: what they make of a text, its client, its sender and the staff's queue."""

import itertools
import random
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from outreach.database import Database
from outreach.delivery.attempt import begin
from outreach.delivery.carrier import Answer, Handover
from outreach.delivery.claim import claim
from outreach.delivery.receipts import record_receipt
from outreach.delivery.settle import Finished, settle
from outreach.models import Attempt, Client, Consent, Flag, Message, Receipt, Sender
from outreach.vocabulary import FlagReason, MessageKind, MessageState
from tests.integration.delivery.world import World

SOON = timedelta(seconds=0.25)


def hand_over(database: Database, now: datetime, handover: Handover) -> None:
    """Take everything due, and let the carrier answer like this."""
    with database.write() as session:
        texts = begin(session, claim(session, now=now, room=100, horizon=SOON), now=now)
        settle(session, [Finished(text, handover) for text in texts], now=now)


def receipt(
    database: Database, now: datetime, message_id: str, status: str, error: str | None = None
) -> bool:
    with database.write() as session:
        return record_receipt(
            session, message_id=message_id, sid="SM1", status=status, error=error, now=now
        )


def message(database: Database, message_id: str) -> Message:
    with database.read() as session:
        return session.scalars(select(Message).where(Message.id == message_id)).one()


def flags(database: Database) -> list[Flag]:
    with database.read() as session:
        return list(session.scalars(select(Flag)))


@pytest.fixture
def text(database: Database, now: datetime) -> str:
    with database.write() as session:
        world = World(session, now)
        return world.text(world.client("+12025550123"), kind=MessageKind.GOAL_CHECK_IN)


def test_every_order_of_receipts_and_our_own_answer_ends_delivered(
    database: Database, now: datetime
) -> None:
    statuses = ["queued", "sent", "delivered", "sent"]
    orders = random.Random(7).sample(list(itertools.permutations(statuses)), 6)
    for number, order in enumerate(orders):
        with database.write() as session:
            world = World(session, now, slug=f"p{number}", sender=f"+1500555000{number}")
            text = world.text(world.client("+12025550123"))
        with database.write() as session:
            begun = begin(session, claim(session, now=now, room=10, horizon=SOON), now=now)
        for position, status in enumerate(order):
            if position == 2:
                with database.write() as session:
                    answer = Handover(Answer.ACCEPTED, sid=f"SM{number}")
                    settle(session, [Finished(begun[0], answer)], now=now)
            with database.write() as session:
                record_receipt(
                    session,
                    message_id=text,
                    sid=f"SM{number}",
                    status=status,
                    error=None,
                    now=now,
                )
        assert message(database, text).state == MessageState.DELIVERED
        assert message(database, text).sid == f"SM{number}"


def test_a_receipt_before_any_answer_binds_the_sid_and_closes_the_attempt(
    database: Database, now: datetime, text: str
) -> None:
    with database.write() as session:
        begin(session, claim(session, now=now, room=10, horizon=SOON), now=now)

    assert receipt(database, now, text, "sent")

    assert (message(database, text).state, message(database, text).sid) == ("sent", "SM1")
    with database.read() as session:
        assert session.scalar(select(Attempt.outcome)) == "accepted"


def test_a_lost_answer_after_a_receipt_changes_nothing(
    database: Database, now: datetime, text: str
) -> None:
    with database.write() as session:
        begun = begin(session, claim(session, now=now, room=10, horizon=SOON), now=now)
    receipt(database, now, text, "delivered")
    with database.write() as session:
        lost = Handover(Answer.UNKNOWN, code="no_answer")
        settle(session, [Finished(begun[0], lost)], now=now)

    assert message(database, text).state == MessageState.DELIVERED
    with database.read() as session:
        assert session.scalar(select(Attempt.outcome)) == "accepted"


def test_a_receipt_for_nobodys_text_is_not_kept(database: Database, now: datetime) -> None:
    assert not receipt(database, now, "0" * 32, "delivered")
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Receipt)) == 0


@pytest.mark.parametrize("status", ["", "☂" * 100, "received"])
def test_an_odd_receipt_is_kept_and_moves_nothing(
    database: Database, now: datetime, text: str, status: str
) -> None:
    assert receipt(database, now, text, status, "x" * 100)
    assert message(database, text).state == MessageState.QUEUED


def test_a_text_that_goes_back_to_the_queue_is_not_sent_when_a_receipt_comes(
    database: Database, now: datetime, text: str
) -> None:
    hand_over(database, now, Handover(Answer.RETRY, code="throttled"))
    receipt(database, now, text, "sent")

    with database.write() as session:
        later = now + timedelta(minutes=5)
        assert claim(session, now=later, room=10, horizon=SOON) == []


@pytest.mark.parametrize("late", [False, True], ids=["refused at once", "in a receipt"])
def test_21610_in_either_form_ends_consent(
    database: Database, now: datetime, text: str, late: bool
) -> None:
    with database.write() as session:
        client = session.scalars(select(Client)).one()
        program = client.program_id
    if late:
        hand_over(database, now, Handover(Answer.ACCEPTED, sid="SM1"))
        receipt(database, now, text, "failed", "21610")
    else:
        hand_over(database, now, Handover(Answer.REFUSED, code="21610"))

    assert message(database, text).state == MessageState.FAILED
    with database.read() as session:
        consent = session.get(Consent, (program, client.number_hash))
        assert consent is not None
        assert (consent.in_force, consent.source) == (False, "carrier")


def test_throttled_texts_wait_and_their_sender_slows_down(
    database: Database, now: datetime, text: str
) -> None:
    hand_over(database, now, Handover(Answer.RETRY, code="20429", after=30))

    waiting = message(database, text)
    assert waiting.state == MessageState.QUEUED
    assert waiting.send_after >= now + timedelta(seconds=30)
    with database.read() as session:
        free_at = session.scalar(select(Sender.free_at))
        assert free_at is not None
        assert free_at > now


def test_a_fault_of_the_sender_stops_it_and_opens_one_flag_for_many_texts(
    database: Database, now: datetime
) -> None:
    with database.write() as session:
        World(session, now).blast(50)

    hand_over(database, now, Handover(Answer.RETRY, code="21606"))

    with database.read() as session:
        assert session.scalar(select(Sender.stopped_code)) == "21606"
        states = set(session.scalars(select(Message.state)))
    assert states == {MessageState.QUEUED}
    assert [(flag.reason, flag.severity) for flag in flags(database)] == [
        (FlagReason.DELIVERY, "high")
    ]


def test_wrong_credentials_stop_every_sender_and_tell_each_program_once(
    database: Database, now: datetime
) -> None:
    with database.write() as session:
        World(session, now).blast(5)
        World(session, now, slug="other", sender="+15005550008").blast(5)

    hand_over(database, now, Handover(Answer.RETRY, code="20003"))

    with database.read() as session:
        assert None not in set(session.scalars(select(Sender.stopped_at)))
    assert len(flags(database)) == 2


def test_a_bad_number_pauses_its_client_and_asks_staff(
    database: Database, now: datetime, text: str
) -> None:
    hand_over(database, now, Handover(Answer.REFUSED, code="21211"))

    with database.read() as session:
        client = session.scalars(select(Client)).one()
        assert (client.paused_at, client.paused_by) == (now, "carrier")
    assert [flag.reason for flag in flags(database)] == [FlagReason.UNREACHABLE]


def test_the_third_unreachable_text_in_a_row_opens_a_staff_task(
    database: Database, now: datetime
) -> None:
    with database.write() as session:
        world = World(session, now)
        client = world.client("+12025550123")
        ids = [world.text(client, f"Word {n}.") for n in range(3)]
    hand_over(database, now, Handover(Answer.ACCEPTED))
    for number, message_id in enumerate(ids):
        assert len(flags(database)) == 0, f"too early, after {number}"
        receipt(database, now, message_id, "undelivered", "30003")

    assert [flag.reason for flag in flags(database)] == [FlagReason.UNREACHABLE]


def test_a_delivered_text_in_between_ends_the_streak(database: Database, now: datetime) -> None:
    with database.write() as session:
        world = World(session, now)
        client = world.client("+12025550123")
        ids = [world.text(client, f"Word {n}.") for n in range(3)]
    hand_over(database, now, Handover(Answer.ACCEPTED))
    receipt(database, now, ids[0], "undelivered", "30003")
    receipt(database, now, ids[1], "delivered")
    receipt(database, now, ids[2], "undelivered", "30003")

    assert flags(database) == []


def test_an_unreachable_phone_gets_a_check_in_once_more_later(
    database: Database, now: datetime, text: str
) -> None:
    hand_over(database, now, Handover(Answer.ACCEPTED))
    receipt(database, now, text, "undelivered", "30003")

    with database.read() as session:
        again = session.scalars(select(Message).where(Message.repeats_id == text)).one()
        assert again.body == message(database, text).body
        assert (again.state, again.send_after) == ("queued", now + timedelta(hours=2))


def test_a_repeat_is_not_repeated(database: Database, now: datetime, text: str) -> None:
    hand_over(database, now, Handover(Answer.ACCEPTED))
    receipt(database, now, text, "undelivered", "30003")
    later = now + timedelta(hours=2)
    with database.write() as session:
        begun = begin(session, claim(session, now=later, room=10, horizon=SOON), now=later)
    with database.write() as session:
        record_receipt(
            session,
            message_id=begun[0].message_id,
            sid="SM2",
            status="undelivered",
            error="30003",
            now=later,
        )

    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Message)) == 2


def test_two_texts_never_share_a_sid(database: Database, now: datetime) -> None:
    with database.write() as session:
        ids = World(session, now).blast(2)
    for message_id in ids:
        assert receipt(database, now, message_id, "sent")

    assert sorted(str(message(database, each).sid) for each in ids) == ["None", "SM1"]
