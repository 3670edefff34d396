"""A backup that was put back: nothing goes out twice, and the plan goes on."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from outreach.delivery.carrier import Carrier, CarrierText
from outreach.delivery.restored import look_for_forgotten
from outreach.models import Program
from tests.integration.campaigns.town import HOPE, VISITS, Town

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@dataclass
class Remembers:
    """A carrier that only lists what it sent."""

    texts: tuple[CarrierText, ...]

    def outbound_since(self, _since: datetime) -> Iterator[CarrierText]:
        yield from self.texts


def sent(number: str, at: datetime) -> Carrier:
    text = CarrierText(
        sid=f"SM{0:032}",
        inbound=False,
        from_="+12025550100",
        to=number,
        body="words that the backup has never seen",
        status="delivered",
        error=None,
        created_at=at,
    )
    return cast("Carrier", Remembers((text,)))


def put_back_and_resume(town: Town, number: str, at: datetime) -> None:
    """The backup is of `town.now`; at `at` it is looked into, and staff let the program go on."""
    look_for_forgotten(town.database, sent(number, at - MINUTE), silent_since=town.now, now=at)
    town.change(Program, town.program_id, paused_at=None)
    town.tick(at)


def slots(town: Town, client: str) -> list[tuple[str, str]]:
    return [(row.slot, row.state) for row in town.touchpoints(client_id=client)]


def test_only_who_was_reached_is_spared_and_the_cadence_goes_on(town: Town) -> None:
    town.program({"hope": HOPE})
    reached, other = town.client(number="+12025550111"), town.client(number="+12025550122")
    town.tick()
    (due,) = {row.planned_at for row in town.touchpoints()}

    put_back_and_resume(town, "+12025550111", due + 10 * MINUTE)

    assert slots(town, reached) == [("2026-11-18", "skipped"), ("2026-11-19", "planned")]
    assert [text.client_id for text in town.texts()] == [other]


def test_the_reminders_still_to_come_stay(town: Town) -> None:
    client = town.program({"visits": VISITS}).client(number="+12025550111")
    town.visit(client, town.now + 3 * DAY)
    town.tick()
    first, second = (row.planned_at for row in town.touchpoints())

    put_back_and_resume(town, "+12025550111", first + 10 * MINUTE)

    assert [state for _, state in slots(town, client)] == ["skipped", "planned"]
    assert town.texts() == []
    assert second > town.now
