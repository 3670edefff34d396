"""`outreach staff add`: logins and the links that set their passwords."""

import re

from sqlalchemy import select

from outreach.console.passwords import is_password, token_hash
from outreach.database import Database
from outreach.models import AuditEvent, Membership, PasswordLink, Staff
from tests.integration.cli.conftest import Outreach, sentence

PASSWORD = "four calm words here"


def test_a_new_member_gets_a_link_that_is_stored_only_as_a_hash(
    outreach: Outreach, riverside: str, sqlite_database: Database
) -> None:
    result = outreach(
        *("staff", "add", "--program", riverside, "--email", "Ana@Example.org"),
        *("--role", "staff", "--url", "https://desk.example.org/"),
    )
    found = re.search(r"https://desk\.example\.org/password/(\S+)", result.output)
    assert found is not None
    with sqlite_database.read() as session:
        assert session.scalars(select(PasswordLink.token_hash)).all() == [token_hash(found[1])]
        assert session.scalars(select(Membership.role)).all() == ["staff"]
        assert session.scalars(select(Staff)).one().email == "ana@example.org"
        assert session.scalars(select(AuditEvent.action)).all() == ["added staff"]


def test_a_password_from_standard_input_needs_no_link(
    outreach: Outreach, riverside: str, sqlite_database: Database
) -> None:
    result = outreach(
        *("staff", "add", "--program", riverside, "--email", "ana@example.org"),
        *("--role", "admin", "--password-stdin"),
        text=f"{PASSWORD}\n",
    )
    assert "/password/" not in result.output
    with sqlite_database.read() as session:
        assert is_password(PASSWORD, session.scalars(select(Staff.password_hash)).one())
        assert session.scalars(select(PasswordLink.token_hash)).all() == []


def test_the_same_address_stays_one_person(
    outreach: Outreach, riverside: str, sqlite_database: Database
) -> None:
    for email, role in (("ana@example.org", "staff"), (" ANA@example.org", "supervisor")):
        outreach("staff", "add", "--program", riverside, "--email", email, "--role", role)
    with sqlite_database.read() as session:
        assert len(session.scalars(select(Staff.id)).all()) == 1
        assert session.scalars(select(Membership.role)).all() == ["supervisor"]


def test_a_short_password_makes_no_login(
    outreach: Outreach, riverside: str, sqlite_database: Database
) -> None:
    result = outreach(
        *("staff", "add", "--program", riverside, "--email", "ana@example.org"),
        *("--role", "admin", "--password-stdin"),
        text="short\n",
    )
    assert "at least 12" in sentence(result)
    with sqlite_database.read() as session:
        assert session.scalars(select(Staff.id)).all() == []


def test_a_role_or_address_that_cannot_be_is_wrong_usage(
    outreach: Outreach, riverside: str
) -> None:
    add = ("staff", "add", "--program", riverside)
    assert outreach(*add, "--email", "ana@example.org", "--role", "boss").exit_code == 2
    assert outreach(*add, "--email", "ana", "--role", "staff").exit_code == 2
