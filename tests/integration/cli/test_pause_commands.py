"""`outreach pause` and `outreach resume`: the stop-everything switch."""

from pathlib import Path

import pytest
from sqlalchemy import select

from outreach.database import Database
from outreach.models import AuditEvent, Client, Program
from tests.integration.cli.conftest import Outreach, sentence


@pytest.fixture
def client(outreach: Outreach, riverside: str, tmp_path: Path) -> str:
    path = tmp_path / "clients.csv"
    path.write_text("external_id,phone,consent\nc1,+12025550123,asked\n")
    outreach("clients", "import", path, "--program", riverside)
    return "c1"


def audited(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))


def test_a_program_is_paused_until_it_is_resumed(
    outreach: Outreach, riverside: str, sqlite_database: Database
) -> None:
    def paused() -> bool:
        with sqlite_database.read() as session:
            return session.scalars(select(Program.paused_at)).one() is not None

    assert outreach("pause", "--program", riverside).exit_code == 0
    assert paused()
    assert "already" in outreach("pause", "--program", riverside).output
    assert outreach("resume", "--program", riverside).exit_code == 0
    assert not paused()
    assert audited(sqlite_database) == ["paused program", "resumed program"]


def test_one_client_is_paused_by_staff(
    outreach: Outreach, riverside: str, client: str, sqlite_database: Database
) -> None:
    def by() -> str | None:
        with sqlite_database.read() as session:
            return session.scalars(select(Client.paused_by)).one()

    outreach("pause", "--program", riverside, "--client", client)
    assert by() == "staff"
    outreach("resume", "--program", riverside, "--client", client)
    assert by() is None
    assert audited(sqlite_database) == ["paused client", "resumed client"]


def test_an_unknown_client_changes_nothing(
    outreach: Outreach, riverside: str, sqlite_database: Database
) -> None:
    result = outreach("pause", "--program", riverside, "--client", "nobody")
    assert "no client" in sentence(result)
    assert audited(sqlite_database) == []


def test_without_a_program_nothing_is_stopped(outreach: Outreach) -> None:
    assert outreach("pause").exit_code == 2
