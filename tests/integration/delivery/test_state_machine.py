"""A text's life under arbitrary receipts, lost answers and crashes: hypothesis looks for a way out.

The carrier here is a set of texts it took. Receipts come in through the webhooks app, at any time,
in any order, true or not; every claim, attempt, answer and look-up is the service's own.
"""

from datetime import datetime, timedelta
from itertools import count

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select, update

from outreach.database import Database
from outreach.delivery.attempt import HandingOver, begin_claimed
from outreach.delivery.carrier import Answer, Carrier, CarrierText, Handover, Listing, LookUpError
from outreach.delivery.claim import claim
from outreach.delivery.reconcile import lose_hope, reconcile
from outreach.delivery.settle import Finished, settle
from outreach.delivery.states import FROM_CARRIER, LADDER, MAY_FOLLOW, from_carrier
from outreach.delivery.sweep import sweep
from outreach.models import Attempt, Message, Sender
from outreach.settings import load_settings
from outreach.start import Started
from outreach.vocabulary import MessageState
from tests.integration.delivery.world import World
from tests.integration.inbound.place import PUBLIC_URL, TOKEN, Clock, Place
from webhooks import create_app

NUMBER = "+12025550123"
WORDS = st.sampled_from([*FROM_CARRIER, "made-up"])

_lives, _sids = count(), count()


class Ledger(Carrier):
    """What the carrier took; asked, it tells the truth, or does not answer."""

    def __init__(self, body: str) -> None:
        self.body = body
        self.taken: list[CarrierText] = []
        self.answers = True

    def take(self, now: datetime) -> CarrierText:
        sid = f"SM{next(_sids)}"
        text = CarrierText(sid, False, "", NUMBER, self.body, "sent", None, now)
        self.taken.append(text)
        return text

    def find(self, _number: str, since: datetime) -> Listing:
        if not self.answers:
            raise LookUpError("20500")
        return Listing(tuple(t for t in self.taken if t.created_at >= since), complete=True)


class LifeOfAText(RuleBasedStateMachine):
    """One text that is due, and everything that may happen to it, in any order."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place
        self.number = next(_lives)
        self.ledger = Ledger(f"Text number {self.number}.")
        self.calls: list[HandingOver] = []
        self.came_back: list[Finished] = []
        self.strongest = -1
        self.before = MessageState.QUEUED

    @initialize()
    def queue(self) -> None:
        with self.place.database.write() as session:
            world = World(
                session, self.now, sender=f"+1500{self.number:07}", slug=f"p{self.number}"
            )
            self.id = world.text(world.client(NUMBER), self.ledger.body)
            self.sender_id = world.sender_id

    @property
    def now(self) -> datetime:
        return self.place.clock.time

    @rule(seconds=st.sampled_from([1, 11, 31, 150, 3600]))
    def time_passes(self, seconds: int) -> None:
        self.place.clock.pass_by(seconds=seconds)

    @rule()
    def dispatch(self) -> None:
        with self.place.database.write() as session:
            claimed = claim(session, now=self.now, room=50, horizon=timedelta(seconds=0.25))
        begun = begin_claimed(self.place.database, claimed, now=self.now)
        self.calls += [text for text in begun if text.message_id == self.id]

    @precondition(lambda self: self.calls)
    @rule(taken=st.booleans(), answer=st.sampled_from(["clear", "lost", "crash"]))
    def call(self, taken: bool, answer: str) -> None:
        """The carrier takes it or not; its answer reaches us, gets lost, or finds nobody."""
        text = self.calls.pop()
        sid = self.ledger.take(self.now).sid if taken else None
        if answer == "lost":
            self.came_back.append(Finished(text, Handover(Answer.UNKNOWN, code="no_answer")))
        elif answer == "clear":
            clear = (
                Handover(Answer.ACCEPTED, sid=sid)
                if taken
                else Handover(Answer.RETRY, code="20429", after=1)
            )
            self.came_back.append(Finished(text, clear))

    @precondition(lambda self: self.came_back)
    @rule()
    def write_answers_down(self) -> None:
        with self.place.database.write() as session:
            settle(session, self.came_back, now=self.now)
        self.came_back = []

    @rule(status=WORDS, error=st.sampled_from(["", "30003"]))
    def receipt(self, status: str, error: str) -> None:
        assert self.place.receipt(self.id, status, ErrorCode=error).status_code == 204
        said = from_carrier(status)
        if said is not None:
            self.strongest = max(self.strongest, LADDER.index(said))

    @precondition(lambda self: not self.calls)
    @rule()
    def restart(self) -> None:
        self.came_back = []
        with self.place.database.write() as session:
            lose_hope(session, now=self.now, at_once=True)

    @precondition(lambda self: not self.calls)  # a call ends long before absence is proof
    @rule(answers=st.booleans())
    def look_up(self, answers: bool) -> None:
        self.ledger.answers = answers
        reconcile(self.place.database, self.ledger, after=120, now=self.now)

    @rule()
    def housekeeping(self) -> None:
        sweep(self.place.database, now=self.now)

    @invariant()
    def it_was_taken_at_most_once(self) -> None:
        assert len(self.ledger.taken) <= 1

    @invariant()
    def it_moves_only_along_the_table(self) -> None:
        state = MessageState(self.row().state)
        assert state in _reachable(self.before), f"{self.before} -> {state}"
        if self.before in LADDER:
            assert LADDER.index(state) >= LADDER.index(self.before)
        self.before = state

    @invariant()
    def a_receipt_is_never_forgotten(self) -> None:
        if self.strongest >= 0:
            assert LADDER.index(MessageState(self.row().state)) >= self.strongest

    @invariant()
    def every_attempt_is_written_and_only_the_last_may_be_open(self) -> None:
        with self.place.database.read() as session:
            ends = list(
                session.scalars(
                    select(Attempt.outcome)
                    .where(Attempt.message_id == self.id)
                    .order_by(Attempt.ordinal)
                )
            )
        assert len(ends) == self.row().attempts
        assert None not in ends[:-1]

    def teardown(self) -> None:
        """Whatever happened: once the carrier answers, the text's fate is known, and true."""
        if not hasattr(self, "id"):
            return
        self.calls = []
        self.restart()
        for _ in range(2):
            self.place.clock.pass_by(minutes=20)
            self.look_up(answers=True)
            self.housekeeping()
        state = MessageState(self.row().state)
        assert state not in {MessageState.UNKNOWN, MessageState.HANDING_OVER, MessageState.CLAIMED}
        if self.ledger.taken:
            assert state in LADDER
        with self.place.database.write() as session:  # so that the next life is alone
            session.execute(
                update(Sender).where(Sender.id == self.sender_id).values(stopped_at=self.now)
            )

    def row(self) -> Message:
        return self.place.get(Message, self.id)


def _reachable(state: MessageState) -> set[MessageState]:
    """A rule may take several steps."""
    found = {state}
    while more := {after for one in found for after in MAY_FOLLOW[one]} - found:
        found |= more
    return found


def test_no_order_of_receipts_answers_and_crashes_doubles_or_loses_a_text(
    sqlite_database: Database, now: datetime
) -> None:
    environment = {
        "OUTREACH_CARRIER": "simulated",
        "OUTREACH_PUBLIC_URL": PUBLIC_URL,
        "TWILIO_AUTH_TOKEN": TOKEN,
    }
    clock = Clock(now)
    app = create_app(Started(load_settings(environ=environment), sqlite_database, clock))
    place = Place(app, sqlite_database, clock)
    run_state_machine_as_test(
        lambda: LifeOfAText(place),
        settings=settings(
            max_examples=40,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate],  # making a failure shorter would outlast the test
            suppress_health_check=list(HealthCheck),
        ),
    )
