"""A client's page, and what staff do for a client."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from outreach.models import Client, Consent, Message, new_id
from outreach.vocabulary import ConsentKind, MessageKind, MessageState
from tests.integration.console.house import House

Console = Callable[[str], FlaskClient]


@pytest.fixture
def sam(house: House) -> Client:
    riverside = house.program("riverside", "+15005550006")
    house.member("ada", riverside)
    return house.client(riverside, "Sam Whitaker", "+12025550123", safe_to_call=False)


def test_the_page_shows_what_is_known(console: Console, house: House, sam: Client) -> None:
    house.score(sam, 4, ago=timedelta(days=8))
    house.score(sam, 7, ago=timedelta(days=1))
    house.goal(sam, "Walk to the lake")
    house.appointment(sam, timedelta(days=2), "Dr. Okafor", "Room 4")
    house.message(sam, "You have come a long way.")
    page = console("ada").get(f"/clients/{sam.id}").text
    for words in (
        "You have come a long way.",
        "Not safe to call",
        "Walk to the lake",
        "Dr. Okafor, Room 4",
        "2 answers, the latest 7 of 10",
        "Signed form of September",
        "Consent in force",
    ):
        assert words in page


def test_staff_may_write_to_a_client(console: Console, house: House, sam: Client) -> None:
    form = {"body": "I will call at three.", "once": new_id()}
    assert console("ada").post(f"/clients/{sam.id}/text", data=form).status_code == 303
    with house.database.read() as session:
        message = session.scalars(select(Message)).one()
    assert (message.kind, message.state) == (MessageKind.STAFF, MessageState.QUEUED)
    assert (message.body, message.number) == ("I will call at three.", "+12025550123")


def test_the_same_form_twice_writes_one_text(console: Console, house: House, sam: Client) -> None:
    form = {"body": "I will call at three.", "once": new_id()}
    member = console("ada")
    codes = [member.post(f"/clients/{sam.id}/text", data=form).status_code for _ in range(3)]
    assert codes == [303, 303, 303]
    with house.database.read() as session:
        assert len(session.scalars(select(Message)).all()) == 1


def test_no_text_goes_out_without_consent(console: Console, house: House, sam: Client) -> None:
    house.consent(sam, ConsentKind.REVOKED)
    form = {"body": "Hello again", "once": new_id()}
    answer = console("ada").post(f"/clients/{sam.id}/text", data=form)
    assert answer.status_code == 422
    assert "Consent is not in force" in answer.text
    with house.database.read() as session:
        assert session.scalars(select(Message)).all() == []


def test_a_pause_and_its_end_make_the_plan_new(console: Console, house: House, sam: Client) -> None:
    member = console("ada")
    member.post(f"/clients/{sam.id}/pause", data={"days": "3"})
    with house.database.read() as session:
        paused = session.get_one(Client, sam.id)
    assert paused.paused_until == house.now + timedelta(days=3)
    assert paused.replan_since == house.now
    member.post(f"/clients/{sam.id}/resume")
    with house.database.read() as session:
        assert session.get_one(Client, sam.id).paused_at is None


def test_a_revocation_told_to_staff_cancels_what_waits(
    console: Console, house: House, sam: Client
) -> None:
    house.message(sam, "Tomorrow at ten", state=MessageState.QUEUED)
    form = {"told": "revoked", "proof": "By phone, to the front desk"}
    console("ada").post(f"/clients/{sam.id}/consent", data=form)
    with house.database.read() as session:
        assert not session.get_one(Consent, (sam.program_id, sam.number_hash)).in_force
        assert session.scalars(select(Message.state)).one() == MessageState.CANCELLED


def test_people_who_share_a_phone_are_named(console: Console, house: House, sam: Client) -> None:
    house.client(sam.program_id, "Kim Whitaker", "+12025550123")
    page = console("ada").get(f"/clients/{sam.id}").text
    assert "Shares this phone with" in page
    assert "Kim Whitaker" in page


def test_texts_without_proof_need_attention(console: Console, house: House, sam: Client) -> None:
    member = console("ada")
    assert "Everything found its end." in member.get("/attention").text
    house.message(sam, "Did it go out?", state=MessageState.UNKNOWN)
    page = member.get("/attention").text
    assert "may or may not have gone out" in page
    assert "Sam Whitaker" in page


def test_a_long_list_of_clients_comes_in_pages(console: Console, house: House, sam: Client) -> None:
    for index in range(60):
        house.client(sam.program_id, f"P{index:02}", f"+1202555{index + 100:04}")
    member = console("ada")
    first = member.get("/clients").text
    following = first.partition("/clients?after=")[2].partition('"')[0]
    second = member.get(f"/clients?after={following}").text
    assert "P48" in first
    assert "P59" in second
    assert "P48" not in second
