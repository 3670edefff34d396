"""What is due goes out once, in the right words, or ends with a reason."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from outreach.campaigns.gather import gather
from outreach.campaigns.outcomes import outcome_of
from outreach.campaigns.record import record as write_outcomes
from outreach.consent import ConsentFact, record
from outreach.delivery.sweep import sweep
from outreach.models import Appointment, Campaign, Client, Flag, Program, Prompt, SetAside, new_id
from outreach.vocabulary import ConsentKind, ConsentSource
from tests.integration.campaigns.town import GOAL, HOPE, MOOD, VISITS, Town, library

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_a_daily_hope_text_goes_out_once_a_day_with_other_words_each_day(town: Town) -> None:
    town.program({"hope": HOPE}).client()
    town.run_until(town.now + 7 * DAY)
    texts = town.texts()
    assert len(texts) == 7
    assert len({text.body for text in texts}) == 7
    assert {text.created_at.hour for text in texts} == {19}  # 13:30 in Chicago


def test_a_text_that_is_released_late_keeps_the_time_it_was_due(town: Town) -> None:
    town.program({"hope": HOPE}).client()
    town.tick()
    (planned,) = town.touchpoints()
    town.tick(planned.due_at + timedelta(seconds=40))
    (text,) = town.texts()
    assert text.send_after == planned.due_at


def test_the_welcome_precedes_everything_and_the_rest_waits_until_it_has_left(town: Town) -> None:
    town.program({"hope": HOPE | {"schedule": {"every": "day", "at": "12:01"}}})
    town.client(welcomed=False)
    town.tick()
    town.tick(town.now + timedelta(minutes=2))
    assert [text.kind for text in town.texts()] == ["welcome"]
    town.hand_over()
    town.tick(town.now + timedelta(minutes=2))
    assert [text.kind for text in town.texts()] == ["welcome", "hope"]


def test_reminders_name_the_day_as_it_is_when_they_go_out(town: Town) -> None:
    client = town.program({"visits": VISITS}).client()
    town.visit(client, town.now + 9 * DAY)
    town.run_until(town.now + 9 * DAY)
    far, day, hours = (text.body or "" for text in town.texts())
    assert "tomorrow" not in far
    assert "today" not in far
    assert "tomorrow" in day
    assert "today" in hours
    assert all("Friday, November 27" in body for body in (far, day, hours))


def test_a_goal_check_in_asks_about_each_goal_in_turn(town: Town) -> None:
    client = town.program({"goals": GOAL}).client()
    town.goal(client, "walking")
    town.goal(client, "calling my sister")
    town.run_until(town.now + 4 * DAY)
    goals = ["walking" if "walking" in (text.body or "") else "sister" for text in town.texts()]
    assert goals == ["walking", "sister", "walking", "sister"]


def test_a_goal_is_not_asked_about_before_it_starts(town: Town) -> None:
    client = town.program({"goals": GOAL}).client()
    town.goal(client, "walking", starts_on=(town.now + 2 * DAY).date())
    town.run_until(town.now + 3 * DAY)
    assert [row.state for row in town.touchpoints()][:3] == ["skipped", "skipped", "released"]


def test_a_campaign_that_ended_without_a_new_plan_sends_nothing(town: Town) -> None:
    client = town.program({"hope": HOPE, "visits": VISITS}).client()
    town.visit(client, town.now + 4 * HOUR)
    town.tick()
    for campaign_id in town.campaigns.values():
        town.change(Campaign, campaign_id, ended_at=town.now)
    town.tick(town.now + 3 * HOUR)
    assert town.texts() == []
    assert {row.reason for row in town.touchpoints()} == {"campaign_ended"}


def test_without_a_goal_the_check_in_is_skipped_with_its_reason(town: Town) -> None:
    town.program({"goals": GOAL}).client()
    town.run_until(town.now + DAY)
    assert [row.reason for row in town.touchpoints(state="skipped")] == ["no_goal"]


def test_a_moved_visit_owes_one_notice_with_the_new_time(town: Town) -> None:
    client = town.program({"visits": VISITS}).client()
    visit = town.visit(client, town.now + 26 * HOUR)
    town.run_until(town.now + 3 * HOUR)
    assert len(town.texts()) == 1
    new_start = town.now + 50 * HOUR
    town.change(Appointment, visit, starts_at=new_start, updated_at=town.now, notice_owed="moved")
    town.touch(client)
    town.run_until(town.now + HOUR)
    reminder, notice = town.texts()
    assert (reminder.kind, notice.kind) == ("appointment_reminder", "notice")
    assert "Friday, November 20" in (notice.body or "")
    town.touch(client)
    town.run_until(town.now + HOUR)
    assert len(town.texts()) == 2


def test_a_cancelled_visit_that_was_announced_is_called_off_once(town: Town) -> None:
    client = town.program({"visits": VISITS}).client()
    visit = town.visit(client, town.now + 26 * HOUR)
    town.run_until(town.now + 3 * HOUR)
    town.change(Appointment, visit, status="cancelled", notice_owed="cancelled")
    town.touch(client)
    town.run_until(town.now + 30 * HOUR)
    assert [text.kind for text in town.texts()] == ["appointment_reminder", "notice"]


def test_two_reminders_of_a_visit_within_four_hours_become_one(town: Town) -> None:
    visits = {"kind": "appointment_reminder", "before": ["12h", "2h"]}
    client = town.program({"visits": visits}).client()
    town.visit(client, datetime(2026, 11, 20, 15, 0, tzinfo=UTC))  # 09:00 in Chicago
    town.run_until(town.now + 3 * DAY)
    assert len(town.texts()) == 1
    assert [row.reason for row in town.touchpoints(state="skipped")] == ["merged"]


def test_reminders_that_an_outage_delayed_go_out_as_one_that_still_is_true(town: Town) -> None:
    client = town.program({"visits": VISITS}).client()
    town.visit(client, town.now + 9 * DAY)
    town.tick()
    town.tick(town.now + 8 * DAY + HOUR)  # the 7d and the 1d reminder are overdue
    assert ["tomorrow" in (text.body or "") for text in town.texts()] == [True]
    assert [row.reason for row in town.touchpoints(state="skipped")] == ["merged"]


def test_after_an_outage_hope_is_not_made_up_for_and_a_check_in_of_today_is(town: Town) -> None:
    town.program({"hope": HOPE, "mood": MOOD}).client()
    town.tick()
    town.tick(town.now + 2 * DAY + 7 * HOUR)  # 19:00 two days later
    town.run_until(town.now + HOUR)
    assert [(text.kind, text.created_at.day) for text in town.texts()] == [("goal_check_in", 21)]
    assert {row.reason for row in town.touchpoints(state="expired")} == {"stale"}


@pytest.mark.parametrize(
    ("catch_up", "hours_late", "state"),
    [
        ("skip", 1, "released"),
        ("skip", 3, "expired"),
        ("send", 6, "released"),
        ("send", 10, "expired"),  # the day is over
        ("merge", 10, "released"),
        ("merge", 25, "expired"),  # the next one has taken its place
    ],
)
def test_a_campaign_says_what_becomes_of_its_late_texts(
    town: Town, catch_up: str, hours_late: int, state: str
) -> None:
    mood = MOOD | {"catch_up": catch_up}
    town.program({"mood": mood}, quiet_hours={"from": "00:00", "to": "00:00"}).client()
    town.tick()
    town.tick(town.touchpoints()[0].planned_at + hours_late * HOUR)
    assert town.touchpoints()[0].state == state


def test_a_reminder_asks_before_the_check_in_which_waits_four_hours(town: Town) -> None:
    client = town.program({"visits": VISITS, "mood": MOOD}).client()
    town.visit(client, town.now + 6 * HOUR)  # its 2h reminder is due at 16:00, the mood at 15:00
    town.run_until(town.now + 9 * HOUR)
    kinds = [(text.kind, (text.created_at - timedelta(hours=6)).hour) for text in town.texts()]
    assert kinds[0] == ("appointment_reminder", 16)
    assert ("goal_check_in", 15) not in kinds


def test_the_cap_drops_hope_and_keeps_room_for_what_is_due_later(town: Town) -> None:
    mood = MOOD | {"schedule": {"every": "day", "at": "18:00"}}
    town.program({"hope": HOPE, "more-hope": HOPE, "mood": mood}, daily_cap=2).client()
    town.run_until(town.now + 8 * HOUR)
    assert [text.kind for text in town.texts()] == ["hope", "goal_check_in"]
    (skipped,) = town.touchpoints(state="skipped")
    assert skipped.reason == "daily_cap"


def test_a_flag_holds_gentle_texts_until_it_is_closed(town: Town) -> None:
    client = town.program({"mood": MOOD}).client()
    flag = Flag(
        id=new_id(),
        program_id=town.program_id,
        client_id=client,
        ref="Q1",
        reason="concern",
        concern="distress",
        severity="moderate",
        state="open",
        opened_at=town.now,
        due_at=town.now + 8 * HOUR,
    )
    town.add(flag)
    town.run_until(town.now + 4 * HOUR)
    (row,) = town.touchpoints(state="planned")
    assert town.decisions(row.id) == [("hold", "open_flag")]
    town.change(Flag, flag.id, state="closed")
    town.run_until(town.now + HOUR)
    assert [text.kind for text in town.texts()] == ["goal_check_in"]
    assert town.decisions(row.id) == [("hold", "open_flag"), ("send", "due")]


def test_a_paused_program_sends_nothing_and_each_touchpoint_says_why(town: Town) -> None:
    town.program({"hope": HOPE}).client()
    town.change(Program, town.program_id, paused_at=town.now)
    town.run_until(town.now + 5 * HOUR)
    assert town.texts() == []
    assert [row.reason for row in town.touchpoints(state="skipped")] == ["program_paused"]


def test_consent_revoked_after_planning_is_seen_at_release(town: Town) -> None:
    client = town.program({"hope": HOPE}).client()
    town.tick()
    with town.database.write() as session:
        number_hash = session.get_one(Client, client).number_hash
        fact = ConsentFact(
            town.program_id, number_hash, ConsentKind.REVOKED, ConsentSource.TEXT, town.now
        )
        record(session, fact, now=town.now)
    town.tick(town.now + 2 * HOUR)
    assert town.texts() == []
    assert [row.reason for row in town.touchpoints(state="skipped")] == ["no_consent"]


def test_a_texts_validity_ends_before_quiet_hours_and_before_the_visit(town: Town) -> None:
    client = town.program({"visits": VISITS, "mood": MOOD}).client()
    visit = datetime(2026, 11, 19, 23, 0, tzinfo=UTC)
    town.visit(client, visit)
    town.run_until(visit)
    eight = timedelta(hours=2)  # 20:00 in Chicago is 02:00 in UTC
    for text in town.texts():
        assert text.created_at < text.useful_until
        midnight = text.created_at.replace(hour=0, minute=0) + DAY
        assert text.useful_until <= midnight + eight
        if text.kind == "appointment_reminder":
            assert text.useful_until <= visit


def test_a_question_closes_the_earlier_one_of_its_campaign(town: Town) -> None:
    town.program({"mood": MOOD}).client()
    town.run_until(town.now + 2 * DAY)
    with town.database.read() as session:
        first, second = session.scalars(select(Prompt).order_by(Prompt.opened_at)).all()
    assert first.closes_at == second.opened_at
    assert second.closes_at == second.opened_at + timedelta(hours=72)


def test_a_reminder_tells_the_visit_what_it_announced(town: Town) -> None:
    client = town.program({"visits": VISITS}).client()
    visit = town.visit(client, town.now + 26 * HOUR)
    town.run_until(town.now + 3 * HOUR)
    with town.database.read() as session:
        assert session.get_one(Appointment, visit).told_starts_at == town.now - 2 * HOUR + 26 * HOUR
        (prompt,) = session.scalars(select(Prompt)).all()
    assert (prompt.kind, prompt.subject) == ("appointment", visit)


def test_a_text_that_cannot_be_written_is_set_aside_and_the_others_go_out(town: Town) -> None:
    bad = town.program({"hope": HOPE}).client()
    town.client()
    town.change(Client, bad, number_sealed=b"not sealed by us")
    town.run_until(town.now + 2 * HOUR)
    assert len(town.texts()) == 1
    (row,) = town.touchpoints(state="skipped")
    assert (row.client_id, row.reason) == (bad, "set_aside")
    with town.database.read() as session:
        assert [aside.row_id for aside in session.scalars(select(SetAside))] == [row.id]


def test_a_touchpoint_released_by_another_leader_is_left_alone(town: Town) -> None:
    client = town.program({"hope": HOPE}).client()
    town.tick()
    town.now += 2 * HOUR
    with town.database.read() as session:
        gathered = gather(session, [client], now=town.now)
    due = list(gathered.situations[client].waiting.values())
    outcomes = [outcome_of(library(), gathered, row, town.now) for row in due]
    town.tick()
    write_outcomes(town.database, outcomes, now=town.now)
    assert len(town.texts()) == 1


def test_a_spanish_speaker_is_reminded_in_spanish(town: Town) -> None:
    client = town.program({"visits": VISITS}).client(chosen_language="es")
    town.visit(client, town.now + 9 * DAY)
    town.run_until(town.now + 3 * DAY)
    assert "viernes 27 de noviembre" in (town.texts()[0].body or "")
    assert town.texts()[0].language == "es"


def test_a_welcome_that_expired_in_the_queue_is_owed_again(town: Town) -> None:
    town.program({"hope": HOPE}).client(welcomed=False)
    town.tick()
    sweep(town.database, now=town.now + 12 * HOUR)
    town.tick(town.now + DAY)
    town.tick(town.now + 2 * HOUR)
    assert [(text.kind, text.state) for text in town.texts()] == [
        ("welcome", "expired"),
        ("welcome", "queued"),
    ]
    town.hand_over()
    town.run_until(town.now + DAY)
    assert town.texts()[-1].kind == "hope"


def test_two_clients_with_one_phone_are_owed_one_welcome_again(town: Town) -> None:
    town.program({})
    for _ in range(2):
        town.client(welcomed=False, number="+12025550177")
    town.tick()
    sweep(town.database, now=town.now + 12 * HOUR)
    town.run_until(town.now + 3 * DAY)
    assert [text.state for text in town.texts()] == ["expired", "accepted"]
