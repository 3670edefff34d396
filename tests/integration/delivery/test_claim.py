"""Which texts may be handed over: law 1 at work, in the transaction that claims them."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from outreach.consent import ConsentFact, record
from outreach.database import Database
from outreach.delivery.attempt import HandingOver, begin, begin_claimed
from outreach.delivery.claim import LEASE, claim, release_leases
from outreach.models import Client, Consent, Message, Program, Sender
from outreach.vocabulary import (
    ClientStatus,
    ConsentKind,
    ConsentSource,
    MessageKind,
    MessageState,
)
from tests.integration.delivery.world import World

SOON = timedelta(seconds=0.25)


def take(
    database: Database, now: datetime, room: int = 100, horizon: timedelta = SOON
) -> list[HandingOver]:
    with database.write() as session:
        return begin(session, claim(session, now=now, room=room, horizon=horizon), now=now)


def taken(database: Database, now: datetime, room: int = 100) -> list[str]:
    return [text.message_id for text in take(database, now, room)]


def state_of(database: Database, message_id: str) -> tuple[str, str | None]:
    with database.read() as session:
        row = session.execute(
            select(Message.state, Message.error).where(Message.id == message_id)
        ).one()
        return row.state, row.error


@pytest.mark.parametrize("consent", [False, None], ids=["revoked", "never asked"])
@pytest.mark.parametrize(
    "kind", [MessageKind.HOPE, MessageKind.APPOINTMENT_REMINDER, MessageKind.STAFF]
)
def test_without_consent_in_force_nothing_goes(
    database: Database, now: datetime, kind: MessageKind, consent: bool | None
) -> None:
    with database.write() as session:
        world = World(session, now)
        waiting = world.text(world.client("+12025550123", consent=consent), kind=kind)

    assert taken(database, now) == []
    assert state_of(database, waiting) == (MessageState.CANCELLED, "no_consent")


@pytest.mark.parametrize(
    "kind", [MessageKind.OPT_OUT, MessageKind.HELP, MessageKind.SAFETY, MessageKind.PAGE]
)
def test_the_exceptions_of_law_1_need_no_consent(
    database: Database, now: datetime, kind: MessageKind
) -> None:
    with database.write() as session:
        world = World(session, now)
        waiting = world.text(world.client("+12025550123", consent=False), kind=kind)

    assert taken(database, now) == [waiting]


def test_consent_of_another_program_does_not_count(database: Database, now: datetime) -> None:
    with database.write() as session:
        World(session, now, slug="hillside", sender="+15005550008").client("+12025550123")
        world = World(session, now)
        world.text(world.client("+12025550123", consent=None))

    assert taken(database, now) == []


def test_a_revocation_cancels_what_was_claimed_and_not_begun(
    database: Database, now: datetime
) -> None:
    with database.write() as session:
        world = World(session, now)
        client = world.client("+12025550123")
        waiting = world.text(client)
        claimed = claim(session, now=now, room=10, horizon=SOON)
    with database.write() as session:
        fact = ConsentFact(
            world.program_id,
            client.number_hash,
            ConsentKind.REVOKED,
            ConsentSource.TEXT,
            now,
        )
        record(session, fact, now=now)
        assert begin(session, claimed, now=now) == []

    assert state_of(database, waiting) == (MessageState.CANCELLED, "consent_revoked")


@pytest.mark.parametrize("status", [ClientStatus.DISCHARGED, ClientStatus.DECEASED])
def test_a_client_who_left_gets_no_more_texts(
    database: Database, now: datetime, status: ClientStatus
) -> None:
    with database.write() as session:
        world = World(session, now)
        waiting = world.text(world.client("+12025550123", status=status), kind=MessageKind.STAFF)

    assert taken(database, now) == []
    assert state_of(database, waiting) == (MessageState.CANCELLED, "client_not_active")


def test_a_paused_client_gets_answers_but_nothing_planned(
    database: Database, now: datetime
) -> None:
    with database.write() as session:
        world = World(session, now)
        client = world.client("+12025550123", paused_at=now)
        world.text(client, "hope")
        answer = world.text(client, "answer", kind=MessageKind.ANSWER)

    assert taken(database, now) == [answer]


def test_a_pause_that_is_over_holds_nothing(database: Database, now: datetime) -> None:
    with database.write() as session:
        world = World(session, now)
        client = world.client("+12025550123", paused_at=now - timedelta(days=2), paused_until=now)
        waiting = world.text(client)

    assert taken(database, now) == [waiting]


def test_a_paused_program_sends_safety_texts_only(database: Database, now: datetime) -> None:
    with database.write() as session:
        world = World(session, now)
        session.execute(update(Program).values(paused_at=now))
        client = world.client("+12025550123")
        world.text(client, "hope")
        world.text(client, "staff", kind=MessageKind.STAFF)
        safety = world.text(client, "safety", kind=MessageKind.SAFETY)

    assert taken(database, now) == [safety]


def test_a_stopped_sender_sends_nothing(database: Database, now: datetime) -> None:
    with database.write() as session:
        World(session, now).blast(3)
        session.execute(update(Sender).values(stopped_at=now))

    assert taken(database, now) == []


def test_what_is_no_longer_useful_expires(database: Database, now: datetime) -> None:
    with database.write() as session:
        world = World(session, now)
        late = world.text(world.client("+12025550123"), useful_for=timedelta(seconds=3))

    assert taken(database, now) == []
    assert state_of(database, late) == (MessageState.EXPIRED, "too_late")


def test_a_welcome_that_expires_is_owed_again(database: Database, now: datetime) -> None:
    with database.write() as session:
        world = World(session, now)
        client = world.client("+12025550123", welcomed_at=now)
        world.text(client, kind=MessageKind.WELCOME, useful_for=timedelta(seconds=3))

    assert taken(database, now) == []
    with database.read() as session:
        seen = session.get_one(Client, client.id)
        assert (seen.welcomed_at, seen.replan_since) == (None, now)


def test_what_is_not_due_yet_waits(database: Database, now: datetime) -> None:
    with database.write() as session:
        world = World(session, now)
        later = world.text(world.client("+12025550123"), due=timedelta(minutes=1))

    assert taken(database, now) == []
    assert taken(database, now + timedelta(minutes=1)) == [later]


def test_nobody_takes_a_text_twice(database: Database, now: datetime) -> None:
    with database.write() as session:
        World(session, now).blast(20)

    first, second = taken(database, now, room=12), taken(database, now, room=12)

    assert (len(first), len(second)) == (12, 8)
    assert not set(first) & set(second)


def test_the_same_words_to_the_same_number_wait_for_the_first_ones_end(
    database: Database, now: datetime
) -> None:
    with database.write() as session:
        world = World(session, now)
        client = world.client("+12025550123")
        first, twin = world.text(client), world.text(client)

    assert taken(database, now) == [first]
    assert taken(database, now) == []
    with database.write() as session:
        session.execute(update(Message).where(Message.id == first).values(state="unknown"))
    assert taken(database, now) == []
    with database.write() as session:
        session.execute(update(Message).where(Message.id == first).values(state="accepted"))
    assert taken(database, now) == [twin]


def test_a_claim_that_was_never_begun_returns_to_the_queue(
    database: Database, now: datetime
) -> None:
    with database.write() as session:
        World(session, now).blast(2)
        claimed = claim(session, now=now, room=10, horizon=SOON)
    after = now + LEASE + timedelta(seconds=1)
    with database.write() as session:
        assert begin(session, claimed, now=after) == []
        assert release_leases(session, now=after) == 2

    assert sorted(taken(database, after)) == sorted(claimed)


def test_a_sender_keeps_its_pace_in_segments(database: Database, now: datetime) -> None:
    with database.write() as session:
        World(session, now, pace=10).blast(60, body="á" * 100 + " {}")  # UCS-2: two segments

    sent = sum(len(taken(database, now + timedelta(seconds=step / 10))) for step in range(50))

    assert 24 <= sent <= 28  # 5 s at 10 segments a second


def test_urgent_texts_do_not_wait_behind_a_blast(database: Database, now: datetime) -> None:
    with database.write() as session:
        world = World(session, now, pace=1)
        world.blast(50)
    taken(database, now)
    with database.write() as session:
        client = session.scalars(select(Client).limit(1)).one()
        safety = world_text(session, world, client)

    assert taken(database, now) == [safety]


def world_text(session: object, world: World, client: Client) -> str:
    world.session = session  # type: ignore[assignment]
    return world.text(client, "You are not alone.", kind=MessageKind.SAFETY)


def test_one_programs_blast_does_not_delay_anothers_ten(database: Database, now: datetime) -> None:
    with database.write() as session:
        World(session, now, slug="large", sender="+15005550008").blast(200)
        small = World(session, now, slug="small")
        ten = [small.text(small.client(f"+1303555010{n}"), f"Small {n}.") for n in range(10)]

    assert set(ten) <= set(taken(database, now, room=50))


def test_nobody_gets_more_than_twenty_alike_in_an_hour(database: Database, now: datetime) -> None:
    with database.write() as session:
        world = World(session, now)
        client = world.client("+12025550123")
        for _ in range(20):
            world.text(
                client,
                state=MessageState.DELIVERED,
                handed_over_at=now - timedelta(minutes=30),
            )
        again = world.text(client)
        other = world.text(client, "Something else.")

    assert taken(database, now) == [other]
    assert state_of(database, again)[0] == MessageState.QUEUED
    assert again in taken(database, now + timedelta(minutes=31))


def test_consent_given_later_does_not_revive_what_was_cancelled(
    database: Database, now: datetime
) -> None:
    with database.write() as session:
        world = World(session, now)
        world.text(world.client("+12025550123", consent=False))
    taken(database, now)
    with database.write() as session:
        session.execute(update(Consent).values(in_force=True))

    assert taken(database, now) == []


def test_two_programs_saying_the_same_to_the_same_person_do_not_block_each_other(
    database: Database, now: datetime
) -> None:
    with database.write() as session:
        for slug, sender in (("one", "+15005550007"), ("two", "+15005550008")):
            world = World(session, now, slug=slug, sender=sender)
            world.text(world.client("+12025550123"))
            world.text(world.client("+12025550124"), slug)

    assert len(taken(database, now)) == 3


def test_twins_claimed_apart_are_begun_one_at_a_time(database: Database, now: datetime) -> None:
    with database.write() as session:
        world = World(session, now)
        client = world.client("+12025550123")
        lease = {"state": MessageState.CLAIMED, "lease_until": now + LEASE}
        claimed = [world.text(client, **lease), world.text(client, **lease)]
        others = [world.text(client, "Another.", **lease)]

    begun = begin_claimed(database, claimed + others, now=now)

    assert [text.message_id for text in begun] == [claimed[0], others[0]]
