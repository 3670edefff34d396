"""Every setting of the service, typed, from the environment.

A wrong or missing setting stops the start with a sentence that names it. Every secret may be given
as a file through `NAME_FILE`; giving both is an error, so that nobody wonders which one counts.
"""

import base64
import binascii
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
)

from outreach.errors import OutreachError

DEMO_SECRET_KEY = base64.b64encode(b"outreach demo key, not a secret!").decode()
"""Known to everybody, therefore refused outside the demo."""

DEFAULT_DATABASE_URL = "sqlite:///var/outreach.sqlite"

SECRETS = frozenset(
    {
        "OUTREACH_DATABASE_URL",
        "TWILIO_AUTH_TOKEN",
        "TWILIO_AUTH_TOKEN_SECONDARY",
        "OUTREACH_SECRET_KEYS",
        "OUTREACH_BROKER_URL",
        "OUTREACH_SMTP_URL",
        "OUTREACH_HEARTBEAT_URL",
        "OUTREACH_METRICS_TOKEN",
    }
)
"""Settings that may also come from the file that `NAME_FILE` names, and are masked when shown."""


class SettingsError(OutreachError):
    """A setting is wrong or missing; the message names it and says what to do."""

    code = "settings"


def _web_address(value: str | None) -> str | None:
    if value is not None and not value.startswith(("http://", "https://")):
        raise ValueError("must start with https:// (or http:// on this machine)")
    return value.rstrip("/") if value else None


WebAddress = Annotated[str | None, AfterValidator(_web_address)]
Secret = SecretStr | None


class Settings(BaseModel):
    """The settings of one process; immutable. Field order is the order of `outreach settings`."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    database_url: SecretStr = Field(
        SecretStr(DEFAULT_DATABASE_URL), validation_alias="OUTREACH_DATABASE_URL"
    )
    carrier: Literal["simulated", "twilio"] | None = Field(
        None, validation_alias="OUTREACH_CARRIER"
    )
    twilio_account_sid: str | None = Field(None, validation_alias="TWILIO_ACCOUNT_SID")
    twilio_auth_token: Secret = Field(None, validation_alias="TWILIO_AUTH_TOKEN")
    twilio_auth_token_secondary: Secret = Field(
        None, validation_alias="TWILIO_AUTH_TOKEN_SECONDARY"
    )
    twilio_api_url: WebAddress = Field(
        "https://api.twilio.com", validation_alias="OUTREACH_TWILIO_API_URL"
    )
    public_url: WebAddress = Field(None, validation_alias="OUTREACH_PUBLIC_URL")
    secret_keys: Secret = Field(None, validation_alias="OUTREACH_SECRET_KEYS")
    broker_url: Secret = Field(None, validation_alias="OUTREACH_BROKER_URL")
    send_concurrency: int = Field(64, ge=1, le=1000, validation_alias="OUTREACH_SEND_CONCURRENCY")
    reconcile_after: int = Field(120, ge=0, validation_alias="OUTREACH_RECONCILE_AFTER")
    messages_dir: Path | None = Field(None, validation_alias="OUTREACH_MESSAGES_DIR")
    smtp_url: Secret = Field(None, validation_alias="OUTREACH_SMTP_URL")
    heartbeat_url: Secret = Field(None, validation_alias="OUTREACH_HEARTBEAT_URL")
    second_reader: str | None = Field(
        None, pattern=r"^[\w.]+:\w+$", validation_alias="OUTREACH_SECOND_READER"
    )
    metrics_token: Secret = Field(None, validation_alias="OUTREACH_METRICS_TOKEN")
    demo: bool = Field(False, validation_alias="OUTREACH_DEMO")

    def require(self, *names: str) -> Self:
        """Raise SettingsError unless every named setting (environment name) has a value."""
        fields = {field.validation_alias: name for name, field in type(self).model_fields.items()}
        missing = [name for name in names if getattr(self, fields[name]) is None]
        if missing:
            advice = _ADVICE.get(missing[0], "docs/settings.md says what it is.")
            raise SettingsError(f"{' and '.join(missing)} must be set. {advice}")
        return self

    def key_ring(self) -> tuple[bytes, ...]:
        """The secret keys, newest first. Raises SettingsError if none, malformed or the default."""
        self.require("OUTREACH_SECRET_KEYS")
        assert self.secret_keys is not None  # noqa: S101  require() saw to it
        keys = tuple(_key(part) for part in self.secret_keys.get_secret_value().split(","))
        if not self.demo and base64.b64decode(DEMO_SECRET_KEY) in keys:
            raise SettingsError(
                "OUTREACH_SECRET_KEYS holds the demo's key, which everybody knows. "
                "Make your own with: outreach keys new"
            )
        return keys


_ADVICE = {
    "OUTREACH_CARRIER": "Set it to twilio, or to simulated to try things out.",
    "OUTREACH_SECRET_KEYS": "Make one with: outreach keys new",
    "OUTREACH_BROKER_URL": "It is the address of RabbitMQ or Redis.",
    "OUTREACH_PUBLIC_URL": "It is the https address at which Twilio reaches the webhooks app.",
    "TWILIO_ACCOUNT_SID": "It stands on the Twilio console's front page.",
    "TWILIO_AUTH_TOKEN": "It stands on the Twilio console's front page.",
}


def load_settings(*required: str, environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from `environ` (default: the process's environment).

    Raises SettingsError naming every bad setting, or the first of `required` without a value.
    """
    values = _with_files(os.environ if environ is None else environ)
    try:
        settings = Settings.model_validate({k: v for k, v in values.items() if v != ""})
    except ValidationError as error:
        raise SettingsError(_sentences(error)) from None
    _check_carrier(settings)
    return settings.require(*required)


def _check_carrier(settings: Settings) -> None:
    if settings.carrier == "twilio":
        if settings.demo:
            raise SettingsError(
                "OUTREACH_CARRIER=twilio is refused in the demo: its clock can be moved. "
                "Unset OUTREACH_DEMO."
            )
        settings.require("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "OUTREACH_PUBLIC_URL")


def _with_files(environ: Mapping[str, str]) -> dict[str, str]:
    values = dict(environ)
    for name in SECRETS:
        path = environ.get(f"{name}_FILE")
        if not path:
            continue
        if environ.get(name):
            raise SettingsError(f"{name} and {name}_FILE are both set. Keep one of them.")
        try:
            values[name] = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not text"
            raise SettingsError(
                f"{name}_FILE names a file that cannot be read: {reason}."
            ) from None
    return values


def _sentences(error: ValidationError) -> str:
    """One sentence per bad setting; values stay out of it, they may be secrets."""
    return " ".join(
        f"{'.'.join(str(part) for part in item['loc'])} is wrong: {item['msg']}."
        for item in error.errors(include_input=False, include_url=False)
    )


def _key(text: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != 32:
        raise SettingsError(
            "OUTREACH_SECRET_KEYS must be base64 of 32 bytes each, separated by commas, "
            "newest first. Make one with: outreach keys new"
        )
    return key


def shown(settings: Settings) -> Iterable[tuple[str, str]]:
    """(environment name, value) of every setting, secrets masked."""
    for name, field in type(settings).model_fields.items():
        alias = str(field.validation_alias)
        value = getattr(settings, name)
        if value is None:
            yield alias, "(not set)"
        elif alias in SECRETS:
            yield alias, _masked(alias, value)
        else:
            yield alias, str(value)


def _masked(alias: str, value: SecretStr) -> str:
    text = value.get_secret_value()
    if alias == "OUTREACH_DATABASE_URL" and text.startswith("sqlite"):
        return text
    return "********"
