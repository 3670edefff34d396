"""A wrong or missing setting stops the start with a sentence that names it."""

import base64
from pathlib import Path

import pytest

from outreach.settings import DEMO_SECRET_KEY, SettingsError, load_settings, shown

KEY = base64.b64encode(b"k" * 32).decode()
TWILIO = {
    "OUTREACH_CARRIER": "twilio",
    "TWILIO_ACCOUNT_SID": "AC0",
    "TWILIO_AUTH_TOKEN": "token-token",
    "OUTREACH_PUBLIC_URL": "https://sms.example.org/",
}


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"OUTREACH_CARRIER": "pigeon"}, "OUTREACH_CARRIER"),
        ({"OUTREACH_SEND_CONCURRENCY": "many"}, "OUTREACH_SEND_CONCURRENCY"),
        ({"OUTREACH_SEND_CONCURRENCY": "0"}, "OUTREACH_SEND_CONCURRENCY"),
        ({"OUTREACH_RECONCILE_AFTER": "-1"}, "OUTREACH_RECONCILE_AFTER"),
        ({"OUTREACH_PUBLIC_URL": "sms.example.org"}, "OUTREACH_PUBLIC_URL"),
        ({**TWILIO, "TWILIO_AUTH_TOKEN": ""}, "TWILIO_AUTH_TOKEN"),
        ({**TWILIO, "OUTREACH_PUBLIC_URL": ""}, "OUTREACH_PUBLIC_URL"),
        ({**TWILIO, "OUTREACH_DEMO": "1"}, "OUTREACH_CARRIER"),
        ({"TWILIO_AUTH_TOKEN_FILE": "/nowhere/token"}, "TWILIO_AUTH_TOKEN_FILE"),
    ],
)
def test_a_bad_setting_is_named(environ: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        load_settings(environ=environ)


@pytest.mark.parametrize("keys", ["", "abc", base64.b64encode(b"short").decode(), f"{KEY},x"])
def test_a_missing_or_malformed_secret_key_is_refused(keys: str) -> None:
    with pytest.raises(SettingsError, match="outreach keys new"):
        load_settings("OUTREACH_SECRET_KEYS", environ={"OUTREACH_SECRET_KEYS": keys}).key_ring()


def test_the_demo_key_is_refused_outside_the_demo_even_behind_another() -> None:
    settings = load_settings(environ={"OUTREACH_SECRET_KEYS": f"{KEY},{DEMO_SECRET_KEY}"})
    with pytest.raises(SettingsError, match="demo's key"):
        settings.key_ring()


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "keys"
    secret.write_text(f"{KEY}\n")
    settings = load_settings(environ={"OUTREACH_SECRET_KEYS_FILE": str(secret)})
    assert settings.key_ring() == (b"k" * 32,)


def test_a_secret_given_twice_is_refused(tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text("one")
    environ = {"TWILIO_AUTH_TOKEN": "two", "TWILIO_AUTH_TOKEN_FILE": str(secret)}
    with pytest.raises(SettingsError, match="both set"):
        load_settings(environ=environ)


def test_shown_settings_hold_no_secret() -> None:
    settings = load_settings(environ={**TWILIO, "OUTREACH_DATABASE_URL": "postgresql://me:pw@db/x"})
    rows = dict(shown(settings))
    assert rows["TWILIO_AUTH_TOKEN"] == rows["OUTREACH_DATABASE_URL"] == "********"
    assert rows["OUTREACH_PUBLIC_URL"] == "https://sms.example.org"
