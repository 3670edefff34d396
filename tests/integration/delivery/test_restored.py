"""After a long silence: a restored backup starts paused, an outage simply goes on."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select, update

from outreach.database import Database
from outreach.delivery.carrier import Carrier
from outreach.delivery.restored import look_for_forgotten
from outreach.models import Attempt, Client, Decision, Flag, Message, Program, Touchpoint
from outreach.vocabulary import MessageKind, MessageState
from tests.carrier.process import CarrierProcess
from tests.integration.delivery.world import World

States = Callable[[], dict[str, str]]
Dispatch = Callable[..., None]


def send_ten(
    database: Database, twilio: CarrierProcess, dispatch: Dispatch, states: States
) -> list[str]:
    twilio.behave(receipts=["delivered"])  # so that the carrier's list has a date for each
    with database.write() as session:
        ids = World(session, datetime.now(UTC)).blast(10)
    dispatch(lambda: set(states().values()) == {MessageState.ACCEPTED})
    return ids


def forget(database: Database) -> None:
    """Put a backup back that knew the plan, and not what became of it."""
    with database.write() as session:
        session.execute(delete(Attempt))
        session.execute(delete(Message))


def look_back(database: Database, carrier: Carrier) -> int:
    now = datetime.now(UTC)
    return look_for_forgotten(database, carrier, silent_since=now - timedelta(minutes=20), now=now)


def paused(database: Database) -> bool:
    with database.read() as session:
        return session.scalars(select(Program.paused_at)).one() is not None


def test_after_an_outage_nothing_is_paused(
    database: Database,
    twilio: CarrierProcess,
    carrier: Carrier,
    dispatch: Dispatch,
    states: States,
) -> None:
    send_ten(database, twilio, dispatch, states)

    assert look_back(database, carrier) == 0
    assert not paused(database)


def test_texts_that_the_backup_still_holds_as_waiting_are_not_sent_again(
    database: Database,
    twilio: CarrierProcess,
    carrier: Carrier,
    dispatch: Dispatch,
    states: States,
) -> None:
    send_ten(database, twilio, dispatch, states)
    with database.write() as session:  # the backup was made before they went out
        session.execute(delete(Attempt))
        session.execute(
            update(Message).values(state=MessageState.QUEUED, sid=None, attempts=0, ask_at=None)
        )

    assert look_back(database, carrier) == 10
    assert set(states().values()) == {MessageState.DELIVERED}
    assert paused(database)


def test_texts_that_the_backup_never_knew_pause_the_program_and_tell_it_once(
    database: Database,
    twilio: CarrierProcess,
    carrier: Carrier,
    dispatch: Dispatch,
    states: States,
) -> None:
    send_ten(database, twilio, dispatch, states)
    forget(database)

    assert look_back(database, carrier) == 10
    assert paused(database)
    with database.read() as session:
        assert session.scalars(select(Flag.reason)).all() == ["delivery"]


def plan_for_all(database: Database, planned_at: datetime) -> None:
    with database.write() as session:
        session.add_all(
            Touchpoint(
                program_id=client.program_id,
                client_id=client.id,
                slot="2026-11-21",
                kind=MessageKind.HOPE,
                planned_at=planned_at,
                due_at=planned_at,
                useful_until=planned_at + timedelta(hours=4),
            )
            for client in session.scalars(select(Client))
        )


def test_what_was_planned_for_people_whom_a_forgotten_text_reached_is_skipped_in_its_program(
    database: Database,
    twilio: CarrierProcess,
    carrier: Carrier,
    dispatch: Dispatch,
    states: States,
) -> None:
    send_ten(database, twilio, dispatch, states)
    forget(database)
    with database.write() as session:  # one of the ten is known to another program too
        World(session, datetime.now(UTC), sender="+15005550001", slug="hillside").client(
            "+12025550000"
        )
    plan_for_all(database, datetime.now(UTC) - timedelta(minutes=10))

    look_back(database, carrier)

    with database.read() as session:
        ended = session.scalars(select(Touchpoint.state).order_by(Touchpoint.state)).all()
        replanned = session.scalars(select(Client).where(Client.replan_since.is_not(None))).all()
        assert ended == ["planned", *["skipped"] * 10]
        assert set(session.scalars(select(Decision.reason))) == {"may_have_gone"}
        assert len(replanned) == 10
        assert all(client.welcomed_at for client in replanned)


def test_what_is_planned_for_later_stays(
    database: Database,
    twilio: CarrierProcess,
    carrier: Carrier,
    dispatch: Dispatch,
    states: States,
) -> None:
    send_ten(database, twilio, dispatch, states)
    forget(database)
    plan_for_all(database, datetime.now(UTC) + timedelta(hours=1))

    look_back(database, carrier)

    with database.read() as session:
        assert set(session.scalars(select(Touchpoint.state))) == {"planned"}


def test_a_crash_is_no_backup(
    database: Database,
    twilio: CarrierProcess,
    carrier: Carrier,
    dispatch: Dispatch,
    states: States,
) -> None:
    send_ten(database, twilio, dispatch, states)
    with database.write() as session:
        session.execute(update(Message).values(state=MessageState.UNKNOWN, sid=None))

    assert look_back(database, carrier) == 0
    assert not paused(database)
