"""What goes wrong ends in a sentence and an exit code, never in a traceback."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("OUTREACH_DATABASE_URL", "postgresql://127.0.0.1:1/nothing", "outreach doctor"),
        ("OUTREACH_DATABASE_URL", "sqlite:///{folder}/new.sqlite", "outreach doctor"),
        ("OUTREACH_DATABASE_URL", "my database", "not a database address"),
        ("OUTREACH_SECRET_KEYS", "short", "outreach keys new"),
    ],
    ids=["away", "never migrated", "malformed", "bad key"],
)
def test_a_broken_installation_ends_in_a_sentence(
    environment: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
    name: str,
    value: str,
    words: str,
) -> None:
    folder = tmp_path_factory.mktemp("new")
    result = subprocess.run(
        [sys.executable, "-c", "from outreach.cli import run; run()", "pause", "--program", "x"],
        env=environment | {name: value.format(folder=folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert result.stderr.startswith("outreach: ")
    assert words in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("command", ["scheduler", "worker"])
def test_nothing_runs_on_a_database_that_was_never_migrated(
    environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory, command: str
) -> None:
    address = f"sqlite:///{tmp_path_factory.mktemp('new')}/new.sqlite"
    result = subprocess.run(
        [sys.executable, "-c", "from outreach.cli import run; run()", command],
        env=environment
        | {"OUTREACH_DATABASE_URL": address, "OUTREACH_CARRIER": "simulated"}
        | {"OUTREACH_BROKER_URL": "redis://127.0.0.1:1/0"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert result.returncode == 1
    assert "Run: outreach db upgrade" in result.stderr
