"""`outreach clients|appointments|goals import` as a person or a script sees it."""

import json
from pathlib import Path

import pytest

from tests.integration.cli.conftest import Outreach, sentence

CLIENTS = """\
external_id,phone,name,consent,consent_source,consent_at,shoe
c1,+12025550123,Ana,given,intake form,2026-11-01,38
c2,none,Ben,asked,,,
"""


@pytest.fixture
def clients_file(tmp_path: Path) -> Path:
    path = tmp_path / "clients.csv"
    path.write_text(CLIENTS, encoding="utf-8")
    return path


def test_refused_rows_exit_1_and_are_told_on_stderr(
    outreach: Outreach, riverside: str, clients_file: Path
) -> None:
    result = outreach("clients", "import", clients_file, "--program", riverside)
    assert result.exit_code == 1
    assert result.stdout == "created 1, updated 0, unchanged 0, refused 1.\n"
    assert "line 3: refused: phone: This is not a phone number." in result.stderr
    assert "line 1: warning: shoe: The column shoe is not known" in result.stderr


def test_json_is_all_that_stdout_gets(
    outreach: Outreach, riverside: str, clients_file: Path
) -> None:
    result = outreach("clients", "import", clients_file, "--program", riverside, "--json")
    told = json.loads(result.stdout)
    assert (told["created"], told["updated"], told["unchanged"]) == (1, 0, 0)
    assert told["refused"] == [
        {
            "line": 3,
            "column": "phone",
            "code": "not_a_number",
            "message": "This is not a phone number. Write it like +12025550123.",
        }
    ]


def test_a_dry_run_says_what_would_be(
    outreach: Outreach, riverside: str, clients_file: Path
) -> None:
    arguments = ("clients", "import", clients_file, "--program", riverside)
    assert "Would be: created 1" in outreach(*arguments, "--dry-run").stdout
    assert "created 1" in outreach(*arguments).stdout


def test_visits_and_goals_follow_their_clients(
    outreach: Outreach, riverside: str, clients_file: Path, tmp_path: Path
) -> None:
    outreach("clients", "import", clients_file, "--program", riverside)
    visits, goals = tmp_path / "visits.csv", tmp_path / "goals.csv"
    visits.write_text("external_id,client_external_id,starts_at\nv1,c1,2027-01-04T10:00\n")
    goals.write_text("external_id,client_external_id,title,dimension\ng1,c1,walk,health\n")
    for group, path in (("appointments", visits), ("goals", goals)):
        result = outreach(group, "import", path, "--program", riverside)
        assert (result.exit_code, result.stdout[:9]) == (0, "created 1")


def test_a_program_nobody_made_is_named_in_a_sentence(
    outreach: Outreach, riverside: str, clients_file: Path
) -> None:
    result = outreach("clients", "import", clients_file, "--program", "lakeside")
    assert sentence(result) == "There is no program 'lakeside'; there is riverside."


def test_a_missing_program_or_file_is_wrong_usage(outreach: Outreach, clients_file: Path) -> None:
    assert outreach("clients", "import", clients_file).exit_code == 2
    assert outreach("clients", "import", "nowhere.csv", "--program", "x").exit_code == 2
