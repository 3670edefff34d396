"""An import that is killed in the middle leaves whole rows, and completes when it is run again."""

import os
import signal
import subprocess
import sys
import time
from base64 import b64encode
from pathlib import Path

import pytest
from sqlalchemy import func, select

from outreach.database import Database
from outreach.models import Client, Consent, ConsentEvent
from outreach.programs.importing import BATCH
from tests.conftest import TEST_KEY

ROWS = 12 * BATCH

PROGRAM = """\
program: riverside
name: Riverside Recovery
timezone: America/Chicago
sender: {number: "+15005550006"}
"""


@pytest.fixture
def environment(sqlite_url: str) -> dict[str, str]:
    return os.environ | {
        "OUTREACH_DATABASE_URL": sqlite_url,
        "OUTREACH_SECRET_KEYS": b64encode(TEST_KEY).decode(),
        "OUTREACH_CARRIER": "simulated",
    }


@pytest.fixture
def clients_file(tmp_path: Path) -> Path:
    path = tmp_path / "clients.csv"
    rows = (f"c{n},+1202{2_000_000 + n},given,form,2026-01-01\n" for n in range(ROWS))
    path.write_text("external_id,phone,consent,consent_source,consent_at\n" + "".join(rows))
    return path


def counts(database: Database) -> list[int]:
    with database.read() as session:
        return [
            session.scalar(select(func.count()).select_from(model)) or 0
            for model in (Client, Consent, ConsentEvent)
        ]


@pytest.mark.crash
def test_a_killed_import_is_completed_by_the_next(
    environment: dict[str, str], clients_file: Path, sqlite_database: Database, tmp_path: Path
) -> None:
    program = tmp_path / "riverside.yaml"
    program.write_text(PROGRAM)
    outreach = [sys.executable, "-c", "from outreach.cli import run; run()"]
    subprocess.run([*outreach, "program", "apply", program], env=environment, check=True)
    command = [*outreach, "clients", "import", str(clients_file), "--program", "riverside"]
    running = subprocess.Popen(command, env=environment)
    while counts(sqlite_database)[0] == 0:
        assert running.poll() is None, "it ended before its first batch"
        time.sleep(0.01)
    running.send_signal(signal.SIGKILL)
    running.wait()
    left = counts(sqlite_database)
    assert left == [left[0]] * 3, "a client without consent, or the other way round"
    assert left[0] % BATCH == 0
    assert left[0] < ROWS
    again = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    assert f"created {ROWS - left[0]}, updated 0, unchanged {left[0]}" in again.stdout
    assert counts(sqlite_database) == [ROWS] * 3
