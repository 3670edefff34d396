"""What is due goes out once, in the right words, or ends with a reason."""

from datetime import timedelta

from tests.integration.campaigns.town import GOAL, HOPE, VISITS, Town

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_a_daily_hope_text_goes_out_once_a_day_with_other_words_each_day(town: Town) -> None:
    town.program({"hope": HOPE}).client()
    town.run_until(town.now + 7 * DAY)
    texts = town.texts()
    assert len(texts) == 7
    assert len({text.body for text in texts}) == 7
    assert {text.created_at.hour for text in texts} == {19}  # 13:30 in Chicago


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


def test_without_a_goal_the_check_in_is_skipped_with_its_reason(town: Town) -> None:
    town.program({"goals": GOAL}).client()
    town.run_until(town.now + DAY)
    assert [row.reason for row in town.touchpoints(state="skipped")] == ["no_goal"]
