"""`outreach doctor`: what is wrong, and what to do about it."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import responses
from sqlalchemy import update

from outreach.database import Database
from outreach.models import Heartbeat, Sender, SetAside
from tests.integration.cli.conftest import Outreach

ACCOUNT = "AC" + "0" * 32
API = f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}"


@pytest.fixture
def running(riverside: str, sqlite_database: Database) -> None:
    """A program, and a scheduler that was alive a moment ago."""
    with sqlite_database.write() as session:
        session.add(Heartbeat(name="scheduler", at=datetime.now(UTC)))


@pytest.fixture
def twilio(outreach: Outreach, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTREACH_CARRIER", "twilio")
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", ACCOUNT)
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "t" * 32)
    monkeypatch.setenv("OUTREACH_PUBLIC_URL", "https://texts.example.org")


def wrong(outreach: Outreach) -> dict[str, str]:
    """Check -> words of everything that is wrong."""
    result = outreach("doctor", "--json")
    told = json.loads(result.stdout)
    found = {f["check"]: f["words"] for f in told["findings"] if f["grade"] == "wrong"}
    assert result.exit_code == (1 if found else 0)
    assert told["ok"] is (not found)
    assert all(f["todo"] for f in told["findings"] if f["grade"] == "wrong")
    return found


@pytest.mark.usefixtures("running")
def test_a_sound_installation_exits_0(outreach: Outreach) -> None:
    assert wrong(outreach) == {}


@pytest.mark.parametrize(
    ("name", "value", "check"),
    [
        ("OUTREACH_SECRET_KEYS", "", "settings"),
        ("OUTREACH_CARRIER", "pigeon", "settings"),
        ("OUTREACH_DATABASE_URL", "postgresql://127.0.0.1:1/nothing", "database"),
    ],
)
def test_what_keeps_it_from_starting_is_named(
    outreach: Outreach, monkeypatch: pytest.MonkeyPatch, name: str, value: str, check: str
) -> None:
    monkeypatch.setenv(name, value)
    assert list(wrong(outreach)) == [check]


def test_a_database_that_was_never_migrated_says_what_to_run(
    outreach: Outreach, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    empty = tmp_path_factory.mktemp("empty") / "new.sqlite"
    monkeypatch.setenv("OUTREACH_DATABASE_URL", f"sqlite:///{empty}")
    assert "never migrated" in wrong(outreach)["migrations"]


def test_a_scheduler_that_went_silent_is_wrong(
    outreach: Outreach, riverside: str, sqlite_database: Database
) -> None:
    assert "never ran" in wrong(outreach)["scheduler"]
    with sqlite_database.write() as session:
        session.add(Heartbeat(name="scheduler", at=datetime.now(UTC) - timedelta(minutes=2)))
    assert "ago" in wrong(outreach)["scheduler"]


@pytest.mark.usefixtures("running")
def test_rows_set_aside_and_stopped_senders_are_wrong(
    outreach: Outreach, sqlite_database: Database, now: datetime
) -> None:
    with sqlite_database.write() as session:
        session.add(SetAside(kind="touchpoint", row_id="0" * 32, error="KeyError", at=now))
        session.execute(update(Sender).values(stopped_at=now, stopped_code="21606"))
    found = wrong(outreach)
    assert found.keys() == {"set aside", "senders"}
    assert "21606" in found["senders"]


@pytest.mark.usefixtures("running")
def test_data_sealed_with_a_lost_key_is_told_as_such(
    outreach: Outreach, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTREACH_SECRET_KEYS", "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg=")
    assert "OUTREACH_SECRET_KEYS" in wrong(outreach)["keys"]


@pytest.mark.usefixtures("running", "twilio")
@responses.activate
def test_credentials_that_twilio_refuses_are_wrong(outreach: Outreach) -> None:
    responses.get(f"{API}.json", json={"code": 20003, "message": "no", "status": 401}, status=401)
    assert "HTTP 401" in wrong(outreach)["twilio account"]


@pytest.mark.usefixtures("running", "twilio")
@pytest.mark.parametrize(
    ("incoming", "fallback", "words"),
    [
        (
            "https://texts.example.org/twilio/sms#rc=3",
            "https://texts.example.org/twilio/fallback",
            "",
        ),
        ("https://old.example.org/sms", "https://texts.example.org/twilio/fallback", "incoming"),
        ("https://texts.example.org/twilio/sms", "", "fallback texts to nowhere"),
    ],
)
@responses.activate
def test_the_addresses_that_twilio_calls_are_compared_with_ours(
    outreach: Outreach, incoming: str, fallback: str, words: str
) -> None:
    responses.get(f"{API}.json", json={"sid": ACCOUNT, "status": "active"})
    number = {"sid": "PN" + "0" * 32, "sms_url": incoming, "sms_fallback_url": fallback}
    responses.get(
        f"{API}/IncomingPhoneNumbers.json", json={"incoming_phone_numbers": [number], "page": 0}
    )
    found = wrong(outreach)
    if words:
        assert words in found["webhooks of +15005550006"]
    else:
        assert found == {}


@pytest.mark.usefixtures("running", "twilio")
@responses.activate
def test_a_silent_twilio_is_wrong(outreach: Outreach) -> None:
    assert "does not answer" in wrong(outreach)["twilio account"]
