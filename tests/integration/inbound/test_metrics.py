"""What /metrics tells about delivery, counted by whichever process works."""

from datetime import timedelta

import pytest

from outreach.delivery.attempt import begin_claimed
from outreach.delivery.carrier import Answer, Carrier, Handover, Listing, LookUpError
from outreach.delivery.claim import claim
from outreach.delivery.reconcile import reconcile
from outreach.delivery.settle import Finished, settle
from outreach.vocabulary import MessageKind
from tests.integration.delivery.world import World
from tests.integration.inbound.place import Place

SOON = timedelta(seconds=0.25)


class Shown:
    """The figures of one look at /metrics: series -> value."""

    def __init__(self, place: Place) -> None:
        headers = {"Authorization": "Bearer for the monitor"}
        lines = place.web.get("/metrics", headers=headers).text.splitlines()
        pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
        self._values = {series: float(value) for series, value in pairs}

    def __getitem__(self, series: str) -> float:
        return self._values[f"outreach_{series}"]


@pytest.fixture
def place(unfounded: Place) -> Place:
    """A place whose one program is the world's."""
    return unfounded


def queue(place: Place, *, pace: float = 1000.0) -> World:
    with place.database.write() as session:
        return World(session, place.clock.time, pace=pace)


def add(place: Place, world: World, number: str, kind: MessageKind = MessageKind.HOPE) -> str:
    with place.database.write() as session:
        world.session = session
        return world.text(world.client(number), kind=kind)


def hand_over(place: Place, handover: Handover) -> None:
    """Claim and begin what is due; the carrier answers like this."""
    now = place.clock.time
    with place.database.write() as session:
        claimed = claim(session, now=now, room=100, horizon=SOON)
    texts = begin_claimed(place.database, claimed, now=now)
    with place.database.write() as session:
        settle(session, [Finished(text, handover) for text in texts], now=now)


def test_lateness_is_a_histogram_of_seconds_since_a_text_was_due(place: Place) -> None:
    world = queue(place)
    add(place, world, "+12025550101")
    add(place, world, "+12025550102", MessageKind.PAGE)
    place.clock.pass_by(seconds=1.5)
    hand_over(place, Handover(Answer.ACCEPTED, sid=None))
    add(place, world, "+12025550103")
    place.clock.pass_by(hours=2)
    hand_over(place, Handover(Answer.ACCEPTED, sid=None))

    shown = Shown(place)

    assert shown['lateness_seconds_bucket{lane="5",le="1"}'] == 0
    assert shown['lateness_seconds_bucket{lane="5",le="2"}'] == 1
    assert shown['lateness_seconds_bucket{lane="5",le="3600"}'] == 1
    assert shown['lateness_seconds_bucket{lane="5",le="+Inf"}'] == 2
    assert shown['lateness_seconds_count{lane="5"}'] == 2
    assert shown['lateness_seconds_count{lane="0"}'] == 1


def test_what_is_due_and_what_was_claimed(place: Place) -> None:
    world = queue(place)
    add(place, world, "+12025550101")
    add(place, world, "+12025550102")
    with place.database.write() as session:
        world.session = session
        world.text(world.client("+12025550103"), due=timedelta(hours=1))
    assert Shown(place)["messages_due"] == 2
    assert Shown(place)["claimed_total"] == 0

    hand_over(place, Handover(Answer.ACCEPTED, sid=None))

    shown = Shown(place)
    assert shown["messages_due"] == 0
    assert shown['messages{state="queued"}'] == 1
    assert shown["claimed_total"] == 2


@pytest.mark.parametrize("answer", ["accepted", "refused", "retry", "unknown"])
def test_outcomes_are_counted_by_answer_and_kind(place: Place, answer: str) -> None:
    add(place, queue(place), "+12025550101", MessageKind.GOAL_CHECK_IN)
    series = f'handovers_total{{answer="{answer}",kind="goal_check_in"}}'
    assert Shown(place)[series] == 0

    hand_over(place, Handover(Answer(answer), code="30001"))

    shown = Shown(place)
    assert shown[series] == 1
    assert shown['handovers_total{answer="accepted",kind="hope"}'] == 0
    assert shown['messages{state="unknown"}'] == (answer == "unknown")


def test_due_texts_that_may_not_go_are_counted_with_the_reason(place: Place) -> None:
    world = queue(place)
    with place.database.write() as session:
        world.session = session
        world.text(world.client("+12025550101", consent=False))
    hand_over(place, Handover(Answer.ACCEPTED))

    shown = Shown(place)
    assert shown['not_sent_total{kind="hope",reason="no_consent"}'] == 1
    assert shown['not_sent_total{kind="hope",reason="too_late"}'] == 0


class _Looked(Carrier):
    """Answers a look-up by number: absent, or cannot be asked."""

    def find(self, number: str, _since: object) -> Listing:
        if number.endswith("1"):
            return Listing((), complete=True)
        raise LookUpError("20500")


def test_results_of_reconciling_are_counted(place: Place) -> None:
    world = queue(place)
    add(place, world, "+12025550101")
    add(place, world, "+12025550102")
    hand_over(place, Handover(Answer.UNKNOWN, code="no_answer"))
    now = place.clock.pass_by(hours=1)

    reconcile(place.database, _Looked(), after=120, now=now)

    shown = Shown(place)
    assert shown['reconcile_total{result="absent"}'] == 1
    assert shown['reconcile_total{result="open"}'] == 1
    assert shown['reconcile_total{result="found"}'] == 0


def test_pace_allowed_used_and_ahead(place: Place) -> None:
    world = queue(place, pace=2.0)
    for number in range(101, 105):
        add(place, world, f"+12025550{number}", MessageKind.STAFF)  # not held by the pace
    assert Shown(place)['sender_pace_ahead_seconds{program="riverside"}'] == 0

    for _turn in range(2):
        hand_over(place, Handover(Answer.ACCEPTED, sid=None))

    shown = Shown(place)
    assert shown['sender_segments_per_second{program="riverside"}'] == 2
    assert shown['sender_segments_total{program="riverside"}'] == 4
    assert shown['sender_pace_ahead_seconds{program="riverside"}'] == 2
    place.clock.pass_by(seconds=30)
    assert Shown(place)['sender_pace_ahead_seconds{program="riverside"}'] == 0


def test_receipts_are_counted_by_what_they_say(place: Place) -> None:
    message_id = add(place, queue(place), "+12025550101")
    hand_over(place, Handover(Answer.ACCEPTED, sid=None))
    for status in ("sent", "delivered", "delivered", "something new"):
        assert place.receipt(message_id, status).status_code == 204

    shown = Shown(place)
    assert shown['receipts_total{source="callback",status="sent"}'] == 1
    assert shown['receipts_total{source="callback",status="delivered"}'] == 2
    assert shown['receipts_total{source="callback",status="other"}'] == 1
    assert shown['receipts_total{source="asked",status="delivered"}'] == 0


def test_unknown_is_shown_as_zero_before_anything_happened(place: Place) -> None:
    assert Shown(place)['messages{state="unknown"}'] == 0
