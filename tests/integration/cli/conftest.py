"""The command line, run in this process against an empty database."""

import base64
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from outreach.cli import main
from outreach.errors import OutreachError
from tests.conftest import TEST_KEY

PROGRAM = """\
program: riverside
name: Riverside Recovery
timezone: America/Chicago
sender: {number: "+15005550006"}
on_call:
  rota: [{who: lead}]
  people: {lead: {sms: "+12025550111"}}
campaigns:
  morning-hope: {kind: hope, collection: hope, schedule: {every: day, at: "09:30"}}
"""

Outreach = Callable[..., Result]
"""Runs `outreach` with these arguments; `text` goes to standard input."""


@pytest.fixture
def environment(sqlite_url: str) -> dict[str, str]:
    return {
        "OUTREACH_DATABASE_URL": sqlite_url,
        "OUTREACH_SECRET_KEYS": base64.b64encode(TEST_KEY).decode(),
        "OUTREACH_CARRIER": "simulated",
    }


@pytest.fixture
def outreach(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Outreach:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str | Path, text: str | None = None) -> Result:
        return CliRunner().invoke(main, [str(part) for part in arguments], input=text)

    return run


@pytest.fixture
def program_file(tmp_path: Path) -> Path:
    path = tmp_path / "riverside.yaml"
    path.write_text(PROGRAM, encoding="utf-8")
    return path


@pytest.fixture
def riverside(outreach: Outreach, program_file: Path) -> str:
    """The slug of an applied program."""
    result = outreach("program", "apply", program_file)
    assert result.exit_code == 0, result.output
    return "riverside"


def sentence(result: Result) -> str:
    """What `outreach` says before it exits 1 for a person's mistake."""
    assert isinstance(result.exception, OutreachError), result.output
    return str(result.exception)
