"""Working a flag: queue, claim, note, close, and two people at once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from outreach.models import Client, Flag, Heartbeat
from outreach.vocabulary import Concern, FlagReason, FlagState, Severity
from tests.integration.console.house import House

Console = Callable[[str], FlaskClient]


@pytest.fixture
def sam(house: House) -> Client:
    riverside = house.program("riverside", "+15005550006")
    house.member("ada", riverside)
    house.member("ben", riverside)
    return house.client(riverside, "Sam Whitaker", "+12025550123")


def test_the_most_urgent_stands_first_and_then_the_first_due(
    console: Console, house: House, sam: Client
) -> None:
    others = [
        house.client(sam.program_id, name, f"+1202555013{index}")
        for index, name in enumerate(("Low", "Late", "Later", "Now"))
    ]
    low, late, later, now = others
    house.flag(low, severity=Severity.LOW)
    house.flag(late, severity=Severity.HIGH, ago=timedelta(minutes=50))
    house.flag(later, severity=Severity.HIGH, ago=timedelta(minutes=5))
    house.flag(now, severity=Severity.IMMINENT)
    page = console("ada").get("/").text
    places = [page.index(f">{name}<") for name in ("Now", "Late", "Later", "Low")]
    assert places == sorted(places)
    assert "overdue by 20 min" in page
    assert "due in 25 min" in page


def test_the_words_that_raised_a_flag_are_marked(
    console: Console, house: House, sam: Client
) -> None:
    text = "fine. <b>i want to die</b>"
    start = text.index("i want")
    reply = house.reply(sam, text, spans=[(start, start + 13, "wish")], severity=Severity.HIGH)
    flag = house.flag(sam, reply, rules=["wish.die"])
    page = console("ada").get(f"/flags/{flag}").text
    assert "<mark>i want to die</mark>" in page
    assert "&lt;b&gt;<mark>" in page
    assert "wish.die" in page


def test_a_flag_goes_from_the_queue_to_closed(
    console: Console, house: House, sam: Client, audit: Callable[[], list[str]]
) -> None:
    flag = house.flag(sam)
    member = console("ada")
    assert member.post(f"/flags/{flag}/claim", data={"version": 1}).status_code == 303
    form = {"version": 2, "note": "Talked for ten minutes."}
    assert member.post(f"/flags/{flag}/note", data=form).status_code == 303
    form = {"version": 3, "outcome": "safe", "note": "Sister is with them.", "resume": "yes"}
    assert member.post(f"/flags/{flag}/close", data=form).status_code == 303
    page = member.get(f"/flags/{flag}").text
    assert "Talked for ten minutes." in page
    assert "Client is safe" in page
    assert "Nobody is waiting." in member.get("/").text
    assert "Sam Whitaker" in member.get("/?show=closed").text
    assert [act for act in audit() if act.endswith("flag")] == [
        "claimed flag",
        "noted flag",
        "closed flag",
        "saw flag",
    ]


def test_the_second_to_claim_sees_who_was_first(
    console: Console, house: House, sam: Client
) -> None:
    flag = house.flag(sam)
    ada, ben = console("ada"), console("ben")
    ada.post(f"/flags/{flag}/claim", data={"version": 1})
    answer = ben.post(f"/flags/{flag}/claim", data={"version": 1})
    assert answer.status_code == 409
    assert "Somebody else was faster" in answer.text
    assert "Claimed by <strong>Ada</strong>" in answer.text


def test_what_was_typed_survives_a_conflict(console: Console, house: House, sam: Client) -> None:
    flag = house.flag(sam)
    console("ben").post(f"/flags/{flag}/claim", data={"version": 1})
    form = {"version": 1, "note": "A long note <that> must not be lost."}
    answer = console("ada").post(f"/flags/{flag}/note", data=form)
    assert answer.status_code == 409
    assert "A long note &lt;that&gt; must not be lost.</textarea>" in answer.text


def test_a_closed_flag_stays_closed(console: Console, house: House, sam: Client) -> None:
    flag = house.flag(sam, severity=Severity.LOW)
    ada, ben = console("ada"), console("ben")
    ada.post(f"/flags/{flag}/close", data={"version": 1, "outcome": "done", "resume": "yes"})
    answer = ben.post(f"/flags/{flag}/close", data={"version": 1, "outcome": "false_alarm"})
    assert answer.status_code == 409
    with house.database.read() as session:
        row = session.get_one(Flag, flag)
    assert (row.state, row.outcome) == (FlagState.CLOSED, "done")


@pytest.mark.parametrize("form", [{"outcome": "safe"}, {"outcome": "gone", "note": "x"}, {}])
def test_an_urgent_flag_is_not_closed_without_outcome_and_note(
    console: Console, house: House, sam: Client, form: dict[str, str]
) -> None:
    flag = house.flag(sam, severity=Severity.HIGH)
    answer = console("ada").post(f"/flags/{flag}/close", data=form | {"version": "1"})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    with house.database.read() as session:
        assert session.get_one(Flag, flag).state == FlagState.OPEN


def test_closing_without_going_on_pauses_the_client(
    console: Console, house: House, sam: Client
) -> None:
    flag = house.flag(sam)
    form = {"version": 1, "outcome": "emergency", "note": "Ambulance is there."}
    console("ada").post(f"/flags/{flag}/close", data=form)
    with house.database.read() as session:
        assert session.get_one(Client, sam.id).paused_by == "staff"


def test_a_claim_can_be_put_back(console: Console, house: House, sam: Client) -> None:
    flag = house.flag(sam, severity=Severity.MODERATE)
    member = console("ada")
    member.post(f"/flags/{flag}/claim", data={"version": 1})
    member.post(f"/flags/{flag}/release", data={"version": 2})
    assert "Sam Whitaker" in member.get("/?show=unclaimed").text


def test_every_reason_for_a_flag_has_a_page(console: Console, house: House, sam: Client) -> None:
    member = console("ada")
    for index, reason in enumerate(FlagReason):
        client = house.client(sam.program_id, f"Client {index}", f"+120255501{index + 40}")
        flag = house.flag(client, reason=reason, severity=Severity.LOW, concern=Concern.NONE)
        assert member.get(f"/flags/{flag}").status_code == 200
    assert member.get("/").status_code == 200


def test_an_unchanged_page_costs_nothing(console: Console, house: House, sam: Client) -> None:
    flag = house.flag(sam)
    member = console("ada")
    for path in ("/", f"/flags/{flag}", f"/clients/{sam.id}"):
        tag = member.get(path).headers["ETag"]
        again = member.get(path, headers={"If-None-Match": tag})
        assert (again.status_code, again.data) == (304, b"")
        house.reply(sam, "one more thing") if path != "/" else house.flag(sam)
        assert member.get(path, headers={"If-None-Match": tag}).status_code == 200


def test_what_is_shown_is_recorded_and_what_is_not_is_not(
    console: Console, house: House, sam: Client, audit: Callable[[], list[str]]
) -> None:
    member = console("ada")
    tag = member.get(f"/clients/{sam.id}").headers["ETag"]
    member.get(f"/clients/{sam.id}", headers={"If-None-Match": tag})
    member.get("/clients/none")
    assert audit() == ["signed in", "saw client"]


def test_a_silent_scheduler_is_said_aloud(console: Console, house: House, sam: Client) -> None:
    member = console("ada")
    assert "Texts are not going out" in member.get("/").text
    with house.database.write() as session:
        session.add(Heartbeat(name="scheduler", at=datetime.now(UTC)))
    assert "Texts are not going out" not in member.get("/").text


def test_a_stranger_can_be_read_and_called(console: Console, house: House, sam: Client) -> None:
    flag = house.stranger_writes(sam.program_id, "+12025550177", "please help me")
    page = console("ada").get(f"/flags/{flag}").text
    assert "please help me" in page
    assert 'href="tel:+12025550177"' in page
    assert "Nobody in the program has this number." in page


def test_whoever_shares_the_phone_is_named_beside_a_flag(
    console: Console, house: House, sam: Client
) -> None:
    house.client(sam.program_id, "Kim Whitaker", sam.number or "")
    assert "Kim Whitaker" in console("ada").get(f"/flags/{house.flag(sam)}").text
