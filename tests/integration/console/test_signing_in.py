"""Signing in, and passwords set by one-use links."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient

from outreach.console.app import build_app
from outreach.console.passwords import hash_password, new_token, token_hash
from outreach.database import Database
from outreach.models import PasswordLink, Staff
from outreach.start import Started
from tests.integration.console.house import PASSWORD, House

Console = Callable[[str], FlaskClient]


@pytest.fixture
def ada(house: House) -> str:
    return house.member("ada", house.program("riverside", "+15005550006"))


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("ada@example.org", "wrong horse battery"),
        ("ada@example.org", ""),
        ("nobody@example.org", PASSWORD),
        ("ada@example.org", "x" * 100_000),
    ],
)
def test_wrong_pairs_are_refused_in_the_same_words(
    console: Console, ada: str, email: str, password: str
) -> None:
    answer = console("").post("/login", data={"email": email, "password": password})
    assert answer.status_code in {413, 422}
    assert "Sign out" not in answer.text


def test_case_and_spaces_of_the_address_do_not_matter(console: Console, ada: str) -> None:
    form = {"email": " Ada@Example.org ", "password": PASSWORD}
    assert console("").post("/login", data=form).status_code == 303


@pytest.mark.parametrize(
    ("asked", "led_to"),
    [
        ("/clients", "/clients"),
        ("https://evil.example", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("", "/"),
    ],
)
def test_signing_in_leads_only_to_our_own_pages(
    console: Console, ada: str, asked: str, led_to: str
) -> None:
    form = {"email": "ada@example.org", "password": PASSWORD}
    answer = console("").post("/login", query_string={"next": asked}, data=form)
    assert answer.location == led_to


def test_signing_out_ends_the_session(console: Console, ada: str) -> None:
    member = console("ada")
    member.post("/logout")
    assert member.get("/").status_code == 303


def test_a_disabled_member_is_out_at_once(console: Console, house: House, ada: str) -> None:
    member = console("ada")
    with house.database.write() as session:
        session.get_one(Staff, ada).disabled_at = house.now
    assert member.get("/").status_code == 303


def test_many_tries_are_slowed_down(started: Started, ada: str) -> None:
    app = build_app(started)
    app.config["WTF_CSRF_ENABLED"] = False
    stranger = app.test_client()
    form = {"email": "ada@example.org", "password": "wrong horse battery"}
    codes = [stranger.post("/login", data=form).status_code for _ in range(8)]
    assert codes[0] == 422
    assert codes[-1] == 429


def test_signing_in_often_is_no_guessing(started: Started, ada: str) -> None:
    app = build_app(started)
    app.config["WTF_CSRF_ENABLED"] = False
    form = {"email": "ada@example.org", "password": PASSWORD}
    codes = {app.test_client().post("/login", data=form).status_code for _ in range(10)}
    assert codes == {303}


def test_a_form_without_its_token_is_refused(started: Started, ada: str) -> None:
    form = {"email": "ada@example.org", "password": PASSWORD}
    assert build_app(started).test_client().post("/login", data=form).status_code == 400


def test_a_link_sets_the_password_once(console: Console, house: House, ada: str) -> None:
    token = _link(house.database, ada, house.now + timedelta(hours=1))
    chosen = {"password": "a new long password", "again": "a new long password"}
    stranger = console("")
    assert "ada@example.org" in stranger.get(f"/password/{token}").text
    assert stranger.post(f"/password/{token}", data=chosen).status_code == 303
    assert stranger.post(f"/password/{token}", data=chosen).status_code == 410
    form = {"email": "ada@example.org", "password": "a new long password"}
    assert stranger.post("/login", data=form).status_code == 303


def test_a_new_password_ends_older_sessions(console: Console, house: House, ada: str) -> None:
    member = console("ada")
    token = _link(house.database, ada, house.now + timedelta(hours=1))
    chosen = {"password": "a new long password", "again": "a new long password"}
    console("").post(f"/password/{token}", data=chosen)
    assert member.get("/").status_code == 303


@pytest.mark.parametrize(
    ("password", "again"), [("short", "short"), ("a new long password", "another long password")]
)
def test_a_weak_or_unequal_password_is_refused(
    console: Console, house: House, ada: str, password: str, again: str
) -> None:
    token = _link(house.database, ada, house.now + timedelta(hours=1))
    form = {"password": password, "again": again}
    assert console("").post(f"/password/{token}", data=form).status_code == 422


def test_an_old_or_unknown_link_is_gone(console: Console, house: House, ada: str) -> None:
    old = _link(house.database, ada, house.now - timedelta(minutes=1))
    assert console("").get(f"/password/{old}").status_code == 410
    assert console("").get("/password/nothing").status_code == 410


def test_passwords_are_kept_as_argon2id() -> None:
    assert hash_password(PASSWORD).startswith("$argon2id$")


def _link(database: Database, staff_id: str, expires_at: datetime) -> str:
    token = new_token()
    with database.write() as session:
        session.add(
            PasswordLink(token_hash=token_hash(token), staff_id=staff_id, expires_at=expires_at)
        )
    return token


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "/\r//evil.example",
        "javascript:alert(1)",
    ],
)
def test_signing_in_never_leads_to_another_host(console: Console, ada: str, elsewhere: str) -> None:
    answer = console("").post(
        "/login",
        query_string={"next": elsewhere},
        data={"email": "ada@example.org", "password": PASSWORD},
    )
    assert answer.status_code == 303
    assert answer.location == "/"
