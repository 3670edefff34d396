"""Staff at work in a browser: a flag from queue to closed, two people at once, small screens."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from outreach.models import Client, Message
from outreach.vocabulary import MessageKind, Severity
from tests.integration.console.house import House

SignIn = Callable[..., Page]


@pytest.fixture
def sam(house: House) -> Client:
    riverside = house.program("riverside", "+15005550006")
    house.member("ada", riverside)
    house.member("ben", riverside)
    sam = house.client(riverside, "Sam Whitaker", "+12025550123", safe_to_call=True)
    for weeks, score in enumerate((6, 5, 7, 2)):
        house.score(sam, score, ago=timedelta(weeks=weeks))
    house.goal(sam, "Walk to the lake")
    house.appointment(sam, timedelta(days=2), "Dr. Okafor", "Room 4")
    house.message(sam, "How are things today, 0 to 10?", kind=MessageKind.GOAL_CHECK_IN)
    return sam


@pytest.fixture
def flag(house: House, sam: Client) -> str:
    text = "2. i want to die"
    reply = house.reply(sam, text, spans=[(3, len(text), "wish")], severity=Severity.HIGH)
    return house.flag(sam, reply, rules=["wish.die"])


def test_a_flag_is_worked_from_the_queue_to_closed(sign_in: SignIn, flag: str) -> None:
    page = sign_in("ada")
    page.get_by_role("link", name="Sam Whitaker").click()
    expect(page.locator("mark")).to_have_text("i want to die")
    page.get_by_role("button", name="Claim").click()
    expect(page.locator("#live")).to_contain_text("Claimed by you")
    page.get_by_label("Note for colleagues").fill("Rang, talked for ten minutes.")
    page.get_by_role("button", name="Add note").click()
    expect(page.locator("#side")).to_contain_text("Rang, talked for ten minutes.")
    page.get_by_label("Client is safe").check()
    page.get_by_label("What was done").fill("Sister stays the night.")
    page.get_by_role("button", name="Close flag").click()
    expect(page.locator("#live")).to_contain_text("Closed by you")
    page.get_by_role("link", name="Queue").first.click()
    expect(page.locator("#live")).to_contain_text("Nobody is waiting.")


def test_of_two_who_claim_one_is_told_who_was_first(
    sign_in: SignIn, flag: str, complaints: list[str]
) -> None:
    ada, ben = sign_in("ada"), sign_in("ben")
    for page in (ada, ben):
        page.goto(f"/flags/{flag}")
    ada.get_by_role("button", name="Claim").click()
    expect(ada.locator("#live")).to_contain_text("Claimed by you")
    ben.get_by_role("button", name="Claim").click()
    expect(ben.get_by_role("alert")).to_contain_text("It now belongs to Ada")
    assert [words for words in complaints if "409" not in words] == []
    complaints.clear()  # the browser itself reports the 409 we wanted


def test_a_new_flag_appears_by_itself(sign_in: SignIn, house: House, sam: Client) -> None:
    page = sign_in("ada")
    expect(page.locator("#live")).to_contain_text("Nobody is waiting.")
    house.flag(sam, severity=Severity.IMMINENT)
    expect(page.get_by_role("link", name="Sam Whitaker")).to_be_visible(timeout=10_000)
    expect(page).to_have_title("(1) Queue · Outreach")


def test_a_half_written_note_survives_the_page_renewing_itself(
    sign_in: SignIn, house: House, sam: Client, flag: str
) -> None:
    page = sign_in("ada")
    page.goto(f"/flags/{flag}")
    note = page.get_by_label("Note for colleagues")
    note.fill("She said that")
    house.reply(sam, "are you there")
    expect(page.locator("#talk")).to_contain_text("are you there", timeout=10_000)
    expect(note).to_have_value("She said that")
    expect(note).to_be_focused()


def test_clicking_twice_sends_one_text(sign_in: SignIn, house: House, sam: Client) -> None:
    page = sign_in("ada")
    page.goto(f"/clients/{sam.id}")
    page.get_by_label("Text Sam Whitaker").fill("I will call at three.")
    page.get_by_role("button", name="Send text").dblclick()
    expect(page.get_by_role("status").filter(has_text="on its way")).to_be_visible()
    with house.database.read() as session:
        bodies = [m.body for m in session.scalars(select(Message)) if m.kind == MessageKind.STAFF]
    assert bodies == ["I will call at three."]


def test_a_flag_can_be_claimed_without_a_mouse(sign_in: SignIn, flag: str) -> None:
    page = sign_in("ada")
    page.locator(".row a").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Claim").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#live")).to_contain_text("Claimed by you")


def test_everything_works_without_script(sign_in: SignIn, flag: str) -> None:
    page = sign_in("ada", java_script_enabled=False)
    page.get_by_role("link", name="Sam Whitaker").click()
    page.get_by_role("button", name="Claim").click()
    expect(page.locator("#live")).to_contain_text("Claimed by you")


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_scrolls_sideways(
    sign_in: SignIn, house: House, sam: Client, flag: str, width: int, scheme: str
) -> None:
    house.reply(sam, "averyveryverylongwordwithoutanyspace" * 6)
    page = sign_in("ada", viewport={"width": width, "height": 700}, color_scheme=scheme)
    for path in ("/", f"/flags/{flag}", f"/clients/{sam.id}", "/clients", "/attention", "/login"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_a_dead_server_is_admitted(sign_in: SignIn, sam: Client, complaints: list[str]) -> None:
    page = sign_in("ada")
    page.context.set_offline(True)
    expect(page.locator("#stale")).to_be_visible(timeout=10_000)
    page.context.set_offline(False)
    expect(page.locator("#stale")).to_be_hidden(timeout=10_000)
    complaints.clear()  # the browser reports the lost requests
