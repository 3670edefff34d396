"""What Twilio says about our account, our senders and the addresses it calls."""

import logging
from collections.abc import Iterator, Sequence

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from outreach.cli.findings import Finding, Grade
from outreach.settings import Settings

_SECONDS = 10.0

_INBOUND, _FALLBACK = "/twilio/sms", "/twilio/fallback"

_quiet = logging.getLogger("twilio.outreach")


def twilio_findings(settings: Settings, senders: Sequence[str]) -> Iterator[Finding]:
    """Whether the credentials work, and whether every sender calls our webhooks."""
    client = _client(settings)
    try:
        account = client.api.accounts(str(settings.twilio_account_sid)).fetch()
    except TwilioRestException as error:
        words = f"Twilio refuses the credentials (HTTP {error.status})."
        todo = "Correct TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN."
        yield Finding("twilio account", Grade.WRONG, words, todo)
        return
    except (TwilioException, requests.RequestException, ValueError) as error:
        words = f"Twilio does not answer ({type(error).__name__})."
        todo = "Check the network and OUTREACH_TWILIO_API_URL."
        yield Finding("twilio account", Grade.WRONG, words, todo)
        return
    grade = Grade.OK if account.status == "active" else Grade.WRONG
    yield Finding("twilio account", grade, f"The credentials work; it is {account.status}.")
    for sender in senders:
        yield _sender(client, sender, settings.public_url or "")


def _sender(client: Client, sender: str, public_url: str) -> Finding:
    name = f"webhooks of {sender}"
    try:
        addresses = _service(client, sender) if sender.startswith("MG") else _number(client, sender)
    except (TwilioException, requests.RequestException, ValueError) as error:
        words = f"Twilio does not say where it delivers replies ({type(error).__name__})."
        return Finding(name, Grade.WRONG, words, "Look at the sender on the Twilio console.")
    if addresses is None:
        words = "The account has no such number."
        return Finding(name, Grade.WRONG, words, "Correct sender in the program file.")
    wanted = (f"{public_url}{_INBOUND}", f"{public_url}{_FALLBACK}")
    for found, right, what in zip(addresses, wanted, ("incoming", "fallback"), strict=True):
        if _bare(found) != right:
            words = f"Twilio sends {what} texts to {_bare(found) or 'nowhere'}."
            return Finding(name, Grade.WRONG, words, f"Set it to {right} (HTTP POST).")
    return Finding(name, Grade.OK, "Twilio delivers replies to us.")


def _number(client: Client, number: str) -> tuple[str, str] | None:
    """The addresses for incoming texts and their fallback; None without such a number."""
    found = client.incoming_phone_numbers.list(phone_number=number, limit=1)
    return (found[0].sms_url or "", found[0].sms_fallback_url or "") if found else None


def _service(client: Client, sid: str) -> tuple[str, str]:
    service = client.messaging.v1.services(sid).fetch()
    return service.inbound_request_url or "", service.fallback_url or ""


def _bare(address: str) -> str:
    """Without connection overrides: `#rc=3&rp=5xx` is ours to add and never sent."""
    return address.partition("#")[0]


def _client(settings: Settings) -> Client:
    token = settings.twilio_auth_token
    client = Client(
        settings.twilio_account_sid,
        token.get_secret_value() if token else "",
        http_client=TwilioHttpClient(timeout=_SECONDS, logger=_quiet),
    )
    client.api.base_url = settings.twilio_api_url
    return client
