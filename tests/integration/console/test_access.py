"""Who may see and do what (law 11): members, colleagues of another program, auditors, strangers."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from outreach.console import access
from outreach.console.app import build_app
from outreach.models import Client
from outreach.start import Started
from outreach.vocabulary import StaffRole
from tests.integration.console.house import House

Console = Callable[[str], FlaskClient]

OPEN_TO_EVERYONE = {"health.healthz", "signing_in.login", "signing_in.password", "static"}


@pytest.fixture
def sam(house: House) -> Client:
    """A client of Riverside; ada works there, cy at Harbor, vera only looks."""
    riverside = house.program("riverside", "+15005550006")
    harbor = house.program("harbor", "+15005550008")
    house.member("ada", riverside)
    house.member("cy", harbor)
    house.member("vera", riverside, role=StaffRole.AUDITOR)
    house.client(harbor, "Lee Park", "+12025550124")
    return house.client(riverside, "Sam Whitaker", "+12025550123")


def test_every_route_says_who_may_call_it(started: Started) -> None:
    app = build_app(started)
    silent = [rule.endpoint for rule in app.url_map.iter_rules() if _roles(app, rule) is None]
    assert silent == []


def test_only_the_door_and_the_pulse_are_open_to_everyone(started: Started) -> None:
    app = build_app(started)
    rules = list(app.url_map.iter_rules())
    open_ones = {rule.endpoint for rule in rules if _roles(app, rule) == access.EVERYONE}
    assert open_ones == OPEN_TO_EVERYONE


def test_what_changes_something_is_closed_to_auditors(started: Started) -> None:
    app = build_app(started)
    writing = [rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())]
    loose = {
        rule.endpoint
        for rule in writing
        if _roles(app, rule) not in {access.WORKERS, access.EVERYONE}
    }
    assert loose == {"signing_in.logout"}


def test_a_stranger_is_sent_to_the_door(console: Console, sam: Client) -> None:
    answer = console("").get(f"/clients/{sam.id}")
    assert answer.status_code == 303
    assert answer.location == f"/login?next=/clients/{sam.id}"


def test_a_poll_without_a_session_makes_the_page_reload(console: Console, sam: Client) -> None:
    answer = console("").get("/", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer.headers["HX-Refresh"] == "true"


def test_another_programs_client_looks_like_none(console: Console, sam: Client) -> None:
    assert console("ada").get(f"/clients/{sam.id}").status_code == 200
    assert console("cy").get(f"/clients/{sam.id}").status_code == 404


def test_another_programs_flag_looks_like_none(console: Console, house: House, sam: Client) -> None:
    flag = house.flag(sam)
    assert console("ada").get(f"/flags/{flag}").status_code == 200
    stranger = console("cy")
    assert stranger.get(f"/flags/{flag}").status_code == 404
    for act in ("claim", "release", "note", "close"):
        form = {"version": "1", "note": "hello", "outcome": "done"}
        assert stranger.post(f"/flags/{flag}/{act}", data=form).status_code == 404


def test_nothing_can_be_done_to_another_programs_client(console: Console, sam: Client) -> None:
    stranger = console("cy")
    for act, form in {
        "text": {"body": "hello", "once": "0" * 32},
        "pause": {"days": "1"},
        "resume": {},
        "consent": {"told": "revoked", "proof": "by phone"},
    }.items():
        assert stranger.post(f"/clients/{sam.id}/{act}", data=form).status_code == 404


@pytest.mark.parametrize("words", ["", "Sam", "sam whit", "+1 202 555 0123", "SAM-WHITAKER"])
def test_search_finds_only_the_members_own_clients(
    console: Console, sam: Client, words: str
) -> None:
    assert "Sam Whitaker" in console("ada").get("/clients", query_string={"q": words}).text
    assert "Sam Whitaker" not in console("cy").get("/clients", query_string={"q": words}).text


def test_the_queue_shows_only_the_members_own_flags(
    console: Console, house: House, sam: Client
) -> None:
    house.flag(sam)
    assert "Sam Whitaker" in console("ada").get("/").text
    assert "Sam Whitaker" not in console("cy").get("/").text


def test_an_auditor_looks_and_does_not_touch(console: Console, house: House, sam: Client) -> None:
    flag = house.flag(sam)
    auditor = console("vera")
    assert auditor.get(f"/flags/{flag}").status_code == 200
    assert auditor.post(f"/flags/{flag}/claim", data={"version": "1"}).status_code == 403


def test_every_answer_forbids_foreign_parts_and_copies(console: Console, sam: Client) -> None:
    member = console("ada")
    for path in ("/", "/clients", f"/clients/{sam.id}", "/attention", "/login", "/nothing-here"):
        headers = member.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["Cache-Control"] == "no-store"


def test_nothing_of_a_mistake_reaches_page_or_log(
    console: Console, house: House, sam: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    with house.database.write() as session:
        session.get_one(Client, sam.id).zones = ["Nowhere/Sam Whitaker"]
        session.get_one(Client, sam.id).timezone = "Nowhere/Sam Whitaker"
    answer = console("ada").get(f"/clients/{sam.id}")
    assert answer.status_code == 500
    assert "Nowhere" not in answer.text + capsys.readouterr().err


def _roles(app: object, rule: object) -> frozenset[StaffRole] | None:
    return access.roles_of(app, rule.endpoint)  # type: ignore[arg-type, attr-defined]
