"""The due table follows what changes, and what was released is never doubled."""

from datetime import datetime, timedelta

import pytest

from outreach.campaigns.load import planning_facts
from outreach.campaigns.planner import _unchanged, plan_dirty
from outreach.campaigns.release import release_due
from outreach.consent import ConsentFact, record
from outreach.models import Appointment, Campaign, Client, SetAside
from outreach.vocabulary import ConsentKind, ConsentSource
from tests.integration.campaigns.town import GOAL, HOPE, MOOD, VISITS, Town, library

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def planned(town: Town) -> list[str]:
    return [f"{row.kind} {row.slot}" for row in town.touchpoints(state="planned")]


def test_only_the_next_slot_of_a_campaign_is_planned_and_nothing_is_back_filled(
    town: Town,
) -> None:
    town.program({"hope": HOPE, "early": HOPE | {"schedule": {"every": "day", "at": "09:30"}}})
    town.client()
    town.tick()
    assert planned(town) == ["hope 2026-11-18", "hope 2026-11-19"]


def test_planning_twice_changes_nothing(town: Town) -> None:
    client = town.program({"hope": HOPE, "visits": VISITS}).client()
    town.visit(client, town.now + 9 * DAY)
    town.tick()
    before = [row.id for row in town.touchpoints()]
    town.touch(client)
    town.tick(town.now + timedelta(minutes=1))
    assert [row.id for row in town.touchpoints()] == before


@pytest.mark.parametrize("columns", [{"status": "discharged"}, {"status": "paused"}])
def test_a_client_who_is_no_longer_active_leaves_every_campaign(
    town: Town, columns: dict[str, str]
) -> None:
    client = town.program({"hope": HOPE}).client()
    town.tick()
    town.touch(client, **columns)
    town.tick()
    assert town.touchpoints() == []


def test_without_consent_nothing_is_planned_until_it_is_given(town: Town) -> None:
    client = town.program({"hope": HOPE}).client(consent=False)
    town.tick()
    assert town.touchpoints() == []
    with town.database.write() as session:
        number_hash = session.get_one(Client, client).number_hash
        fact = ConsentFact(
            town.program_id, number_hash, ConsentKind.GIVEN, ConsentSource.STAFF, town.now
        )
        record(session, fact, now=town.now)
    town.tick()
    assert planned(town) == ["hope 2026-11-18"]


def test_an_audience_of_tags_gets_its_campaign_and_nobody_else_does(town: Town) -> None:
    town.program({"hope": HOPE | {"audience": {"tags": ["veteran"]}}})
    town.client()
    veteran = town.client(tags=["new", "veteran"])
    town.tick()
    assert [row.client_id for row in town.touchpoints()] == [veteran]


def test_a_chosen_time_moves_what_is_planned_and_counts_from_now_on(town: Town) -> None:
    client = town.program({"hope": HOPE}).client()
    town.tick()
    town.touch(client, chosen_time="08:30")
    town.tick()
    (row,) = town.touchpoints(state="planned")
    assert (row.slot, row.planned_at.hour, row.planned_at.minute) == ("2026-11-19", 14, 30)


def test_a_new_zone_never_doubles_a_day(town: Town) -> None:
    client = town.program({"hope": HOPE}).client()
    town.run_until(town.now + 2 * HOUR)
    town.touch(client, zones=["Pacific/Honolulu"])
    town.run_until(town.now + 12 * HOUR)
    assert len(town.texts()) == 1
    assert planned(town) == ["hope 2026-11-19"]


def test_a_moved_visit_replans_its_reminders(town: Town) -> None:
    client = town.program({"visits": VISITS}).client()
    visit = town.visit(client, town.now + 9 * DAY)
    town.tick()
    town.change(Appointment, visit, starts_at=town.now + 10 * DAY, updated_at=town.now)
    town.touch(client)
    town.tick()
    assert planned(town) == [
        f"appointment_reminder {offset}@2026-11-28T18:00" for offset in ("7d", "1d", "2h")
    ]


def test_a_cancelled_visit_drops_its_reminders(town: Town) -> None:
    client = town.program({"visits": VISITS}).client()
    visit = town.visit(client, town.now + 9 * DAY)
    town.tick()
    town.change(Appointment, visit, status="cancelled")
    town.touch(client)
    town.tick()
    assert town.touchpoints() == []


def test_a_visit_booked_late_gets_only_the_reminders_that_lie_ahead(town: Town) -> None:
    client = town.program({"visits": VISITS}).client()
    town.visit(client, town.now + 5 * HOUR)
    town.tick()
    assert planned(town) == ["appointment_reminder 2h@2026-11-18T23:00"]


def test_a_reminder_in_quiet_hours_goes_at_the_last_allowed_moment_before(town: Town) -> None:
    client = town.program({"visits": VISITS}).client()
    town.visit(client, datetime(2026, 11, 30, 15, 0, tzinfo=town.now.tzinfo))  # 09:00 in Chicago
    town.tick()
    two_hours = town.touchpoints()[-1]
    assert two_hours.planned_at == datetime(2026, 11, 30, 1, 50, tzinfo=town.now.tzinfo)  # 19:50


def test_a_campaign_taken_out_of_the_file_ends_what_waits(town: Town) -> None:
    client = town.program({"hope": HOPE, "mood": MOOD}).client()
    town.tick()
    town.change(Campaign, town.campaigns["hope"], ended_at=town.now)
    town.touch(client)
    town.tick()
    assert [row.kind for row in town.touchpoints()] == ["goal_check_in"]


def test_two_clients_with_one_phone_get_one_welcome(town: Town) -> None:
    town.program({"hope": HOPE})
    for _ in range(2):
        town.client(welcomed=False, number="+12025550177")
    town.run_until(town.now + 2 * HOUR)
    assert [text.kind for text in town.texts()] == ["welcome", "hope", "hope"]


def test_somebody_who_joins_a_welcomed_phone_is_not_welcomed_again(town: Town) -> None:
    town.program({"hope": HOPE}).client(number="+12025550177")
    second = town.client(welcomed=False, number="+12025550177")
    town.run_until(town.now + 2 * HOUR)
    assert [text.kind for text in town.texts(second)] == ["hope"]


def test_a_client_that_cannot_be_planned_is_set_aside_and_the_others_are_planned(
    town: Town,
) -> None:
    bad = town.program({"hope": HOPE}).client(zones=["Mars/Olympus"])
    town.client()
    town.tick()
    assert planned(town) == ["hope 2026-11-18"]
    with town.database.read() as session:
        assert [row.row_id for row in session.query(SetAside)] == [bad]
    assert plan_dirty(town.database, now=town.now) == 0


def test_a_plan_made_beside_a_release_waits_for_the_next_tick(town: Town) -> None:
    client = town.program({"goals": GOAL}).client()
    town.goal(client, "walking")
    town.tick()
    town.touch(client, chosen_time="19:00")
    with town.database.read() as session:
        marks = {client: session.get_one(Client, client).replan_since or town.now}
        read_before = planning_facts(session, [client], now=town.now)
    release_due(town.database, library(), now=town.now + 2 * HOUR)
    with town.database.write() as session:
        assert _unchanged(session, marks, read_before) == set()
        read_after = planning_facts(session, [client], now=town.now)
        assert _unchanged(session, marks, read_after) == {client}
    town.tick(town.now + 3 * HOUR)
    assert len(town.texts()) == 1
    assert planned(town) == ["goal_check_in 2026-11-19"]
