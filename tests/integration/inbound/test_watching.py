"""What ticks watch over: silence, safety replies that got no receipt, pages that were not run."""

from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from outreach.content import library
from outreach.delivery.carrier import CarrierText, Handover, Listing, LookUpError, OutboundText
from outreach.models import FlagEvent, Message
from outreach.safety.paging import audit_pages, date_pages_anew, page_due
from outreach.safety.replies import chase_safety_replies
from outreach.safety.silence import watch_silence
from outreach.settings import Settings
from outreach.vocabulary import FlagReason, MessageKind, MessageState, PromptKind
from tests.integration.inbound.place import PHONE, Place

LIBRARY = library.load(library.default_directory())
CRY = "i want to kill myself"


@dataclass
class ListedCarrier:
    """A carrier that only answers look-ups, with what the test put on its list."""

    texts: tuple[CarrierText, ...] = ()
    complete: bool = True
    down: bool = False
    asked: list[tuple[str, datetime]] = field(default_factory=list)

    def opened(self) -> AbstractAsyncContextManager[None]:
        raise NotImplementedError

    async def send(self, text: OutboundText) -> Handover:
        raise NotImplementedError

    def find(self, number: str, since: datetime) -> Listing:
        self.asked.append((number, since))
        if self.down:
            raise LookUpError("timeout")
        return Listing(self.texts, self.complete)

    def status(self, sid: str) -> CarrierText | None:
        raise NotImplementedError

    def inbound_since(self, since: datetime) -> Iterator[CarrierText]:
        raise NotImplementedError


def safety_texts(place: Place) -> list[Message]:
    return sorted(place.rows(Message, kind=MessageKind.SAFETY), key=lambda row: row.id)


def chase(place: Place, carrier: ListedCarrier) -> None:
    chase_safety_replies(place.database, carrier, LIBRARY, now=place.clock.time)


def test_a_safety_reply_is_left_alone_for_two_minutes(place: Place) -> None:
    place.client()
    place.text(CRY)
    carrier = ListedCarrier()
    place.clock.pass_by(seconds=100)

    chase(place, carrier)

    assert carrier.asked == []


def test_one_the_carrier_never_had_is_sent_again_and_paged(place: Place) -> None:
    place.client()
    place.text(CRY)
    place.clock.pass_by(minutes=3)

    for _ in range(3):
        chase(place, ListedCarrier())

    first, again = safety_texts(place)
    assert (first.state, first.error) == (MessageState.FAILED, "no_receipt")
    assert (again.state, again.body) == (MessageState.QUEUED, first.body)
    assert place.flag().page_at == place.clock.time


def test_one_the_carrier_has_is_believed(place: Place) -> None:
    place.client()
    (answer,) = place.text(CRY)
    at = place.clock.time + timedelta(seconds=1)
    listed = CarrierText("SMx", False, "+1", PHONE, answer.body, "delivered", None, at)
    place.clock.pass_by(minutes=3)

    chase(place, ListedCarrier((listed,)))

    (text,) = safety_texts(place)
    assert (text.state, text.sid) == (MessageState.DELIVERED, "SMx")


@pytest.mark.parametrize("carrier", [ListedCarrier(down=True), ListedCarrier(complete=False)])
def test_while_the_carrier_cannot_say_nothing_is_sent_twice_but_staff_are_told(
    place: Place, carrier: ListedCarrier
) -> None:
    place.client()
    place.text(CRY)
    place.clock.pass_by(minutes=11)

    chase(place, carrier)

    assert len(safety_texts(place)) == 1
    assert place.rows(FlagEvent, what="safety_unproven")


def test_a_failed_safety_reply_pages_once(place: Place, settings: Settings) -> None:
    place.client()
    (answer,) = place.text("i feel so hopeless, whats the point of it all")
    assert place.flag().page_at is None
    place.receipt(answer.message_id, "undelivered", ErrorCode="30004")

    chase(place, ListedCarrier())
    assert page_due(place.database, settings, now=place.clock.time) >= 1
    chase(place, ListedCarrier())

    assert len(place.rows(FlagEvent, what="safety_failed")) == 1


def ask_weekly(place: Place, client: str, *, times: int) -> None:
    """Weekly check-ins, the last of which closed an hour ago."""
    for week in range(times):
        place.ask(client, PromptKind.SCALE, hours_ago=73 + week * 168)


def test_check_ins_in_a_row_without_a_word_open_one_flag(place: Place) -> None:
    client = place.client()
    ask_weekly(place, client, times=3)

    assert watch_silence(place.database, now=place.clock.time) == 1
    assert watch_silence(place.database, now=place.clock.time) == 0

    assert place.flag().reason == FlagReason.SILENCE


def test_two_unanswered_check_ins_are_no_silence_yet(place: Place) -> None:
    client = place.client()
    ask_weekly(place, client, times=2)

    assert watch_silence(place.database, now=place.clock.time) == 0


def test_who_writes_something_else_is_not_silent(place: Place) -> None:
    client = place.client()
    ask_weekly(place, client, times=3)
    place.text("thanks")

    assert watch_silence(place.database, now=place.clock.time) == 0


def test_no_word_after_a_safety_reply_is_noted_once(place: Place) -> None:
    place.client()
    place.text(CRY)
    place.clock.pass_by(hours=3)

    watch_silence(place.database, now=place.clock.time)
    watch_silence(place.database, now=place.clock.time)

    assert len(place.rows(FlagEvent, what="no_word")) == 1


def test_no_word_after_a_safety_reply_pages_again_although_somebody_said_1(
    place: Place, settings: Settings
) -> None:
    place.client()
    place.text(CRY)
    page_due(place.database, settings, now=place.clock.pass_by(minutes=100))
    place.text("1", number="+12025550190")

    watch_silence(place.database, now=place.clock.pass_by(minutes=30))

    assert page_due(place.database, settings, now=place.clock.time) == 1


def test_a_sudden_drop_against_the_clients_own_usual_opens_a_flag(place: Place) -> None:
    client = place.client()
    for score in ("9", "8", "9", "9"):
        place.ask(client, PromptKind.SCALE)
        place.text(score)
        place.clock.pass_by(days=7)
    place.ask(client, PromptKind.SCALE)

    place.text("5")

    assert place.flag().reason == FlagReason.LOW_SCORE


def test_paging_steps_that_did_not_run_are_counted(place: Place) -> None:
    place.client()
    place.text(CRY)
    assert audit_pages(place.database, now=place.clock.time) == 0

    assert audit_pages(place.database, now=place.clock.pass_by(minutes=3)) == 1


def test_a_page_dated_by_a_clock_that_was_set_back_is_due_at_once(place: Place) -> None:
    place.client()
    place.text(CRY)
    wrong = place.clock.time
    right = wrong - timedelta(hours=1)

    date_pages_anew(place.database, now=right)

    assert place.flag().page_at == right


def test_a_page_that_waits_its_usual_time_keeps_its_date(place: Place, settings: Settings) -> None:
    place.client()
    place.text(CRY)
    page_due(place.database, settings, now=place.clock.time)
    waits_until = place.flag().page_at

    date_pages_anew(place.database, now=place.clock.pass_by(seconds=1))

    assert place.flag().page_at == waits_until
