"""Twilio: texts go out through the package's own async client, look-ups through its sync one.

`read_answer` is the whole judgement: an error code means what errors.yaml says, and anything but a
clear answer is `unknown`. The package's own retries stay off: they post a second time on a 500.
"""

import json
import logging
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import aiohttp
import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance

from outreach.clock import Clock
from outreach.delivery.carrier import (
    Answer,
    CarrierText,
    Handover,
    Listing,
    LookUpError,
    OutboundText,
    status_callback,
    validity_seconds,
)
from outreach.delivery.errors import refused_with
from outreach.settings import Settings

CONNECT_SECONDS = 5.0
CALL_SECONDS = 10.0
"""A call ends within this; an attempt without an answer for longer has no live owner."""

_URGENT_LINES = 32
_NEWEST = 200
_A_DAYS = 1000
_quiet = logging.getLogger("twilio.outreach")
_quiet.setLevel(logging.CRITICAL)


class TwilioCarrier:
    """The carrier of real life. Credentials and addresses come from the settings."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        token = settings.twilio_auth_token
        self._credentials = (
            settings.twilio_account_sid or "",
            token.get_secret_value() if token else "",
        )
        self._api_url = settings.twilio_api_url or "https://api.twilio.com"
        self._public_url = settings.public_url
        self._lines = settings.send_concurrency + _URGENT_LINES
        self._clock = clock
        self._sync = threading.local()
        self._client: Client | None = None
        self._post_to = f"{self._api_url}/2010-04-01/Accounts/{self._credentials[0]}/Messages.json"

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Hold the pool of connections that `send` uses, inside the running loop."""
        http = _Lines(self._lines)
        self._client = Client(*self._credentials, http_client=http)
        try:
            yield
        finally:
            self._client = None
            await http.close()

    async def send(self, text: OutboundText) -> Handover:
        """Hand one text over, once; never raises."""
        if self._client is None:
            raise RuntimeError("send() belongs inside opened()")
        try:
            response = await self._client.request_async(
                "POST", self._post_to, data=self._form(text)
            )
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            return Handover(Answer.RETRY, code="connection_refused")
        except (aiohttp.ClientError, TimeoutError, OSError, UnicodeError):
            return Handover(Answer.UNKNOWN, code="no_answer")
        return read_answer(response.status_code, response.text, response.headers or {})

    def _form(self, text: OutboundText) -> bytes:
        """The fields as they go over the line.

        Left to the package they cost a third more: its client makes a multipart form first.
        """
        from_ = "MessagingServiceSid" if text.sender.startswith("MG") else "From"
        fields = {
            "To": text.to,
            from_: text.sender,
            "Body": text.body,
            "ValidityPeriod": str(validity_seconds(text.useful_until, self._clock.now())),
        }
        callback = status_callback(self._public_url, text.message_id)
        if callback is not None:
            fields["StatusCallback"] = callback
        return urlencode(fields).encode()

    def find(self, number: str, since: datetime) -> Listing:
        """Texts to `number` since `since` (UTC), in two lists, because the first one filters on
        the day it was sent (GMT), which a text that is still queued does not have.
        """
        newest = self._list(_NEWEST, to=number)
        sent = self._list(_A_DAYS, to=number, date_sent_after=_day(since))
        found = {text.sid: text for text in newest + sent if text.created_at >= since}
        return Listing(tuple(found.values()), complete=len(sent) < _A_DAYS)

    def status(self, sid: str) -> CarrierText | None:
        """One text by its sid; None if Twilio has no such text."""
        try:
            return _text(self._looker().messages(sid).fetch())
        except TwilioRestException as error:
            if error.status == 404:
                return None
            raise LookUpError(str(error.code)) from None
        except _NO_ANSWER as error:
            raise LookUpError(type(error).__name__) from None

    def inbound_since(self, since: datetime) -> Iterator[CarrierText]:
        """Texts that came in since `since` (UTC), page by page, newest first."""
        return self._since(since, "inbound")

    def outbound_since(self, since: datetime) -> Iterator[CarrierText]:
        """Texts handed over by REST and sent since `since` (UTC); answers to webhooks are not."""
        return self._since(since, "outbound-api")

    def _since(self, since: datetime, direction: str) -> Iterator[CarrierText]:
        try:
            for row in self._looker().messages.stream(
                date_sent_after=_day(since), page_size=_A_DAYS
            ):
                text = _text(row)
                if row.direction == direction and text.created_at >= since:
                    yield text
        except _NO_ANSWER as error:
            raise LookUpError(type(error).__name__) from None

    def _list(self, limit: int, **filters: Any) -> list[CarrierText]:
        try:
            rows = self._looker().messages.list(limit=limit, page_size=limit, **filters)
        except _NO_ANSWER as error:
            raise LookUpError(type(error).__name__) from None
        return [_text(row) for row in rows]

    def _looker(self) -> Client:
        """One client per thread: the package does not promise that threads may share one."""
        client: Client | None = getattr(self._sync, "client", None)
        if client is None:
            http = TwilioHttpClient(timeout=CALL_SECONDS, logger=_quiet)
            client = Client(*self._credentials, http_client=http)
            client.api.base_url = self._api_url
            self._sync.client = client
        return client


_NO_ANSWER = (TwilioException, requests.RequestException, ValueError, TypeError, KeyError)
"""What the package raises when a look-up has no clear answer; ValueError is unreadable JSON."""


class _Lines(AsyncTwilioHttpClient):  # type: ignore[misc]  # the package is untyped
    """The package's async client with what it lacks: time-outs and enough connections.

    Its own `timeout` is never applied, and it waits five minutes by default.
    """

    def __init__(self, lines: int) -> None:
        super().__init__(pool_connections=False, logger=_quiet)
        self.session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=lines, keepalive_timeout=10),
            timeout=aiohttp.ClientTimeout(total=CALL_SECONDS, sock_connect=CONNECT_SECONDS),
            cookie_jar=aiohttp.DummyCookieJar(),
        )

    def log_request(self, kwargs: dict[str, Any]) -> None:
        """Nothing: the parameters hold phone numbers (law 6)."""

    def log_response(self, status_code: int, response: Any) -> None:
        """Nothing, for the same reason."""


def read_answer(status: int, text: str, headers: Mapping[str, str]) -> Handover:
    """What Twilio's answer to a POST means. 429 was never processed; 5xx and anything that cannot
    be read may have been (twilio.com/docs/api/errors/20429 and /20500).
    """
    body = _json(text)
    if status == 429:
        return Handover(Answer.RETRY, code=_code(body) or "throttled", after=_seconds(headers))
    if 200 <= status < 300 and isinstance(body.get("sid"), str) and body["sid"]:
        return Handover(
            Answer.ACCEPTED, sid=body["sid"][:40], status=str(body.get("status") or "queued")
        )
    code = _code(body)
    if not 400 <= status < 500 or code is None:
        return Handover(Answer.UNKNOWN, code=code or "unclear_answer")
    return refused_with(code, after=_seconds(headers))


def _json(text: str) -> dict[str, Any]:
    try:
        body = json.loads(text)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _code(body: dict[str, Any]) -> str | None:
    code = body.get("code")
    return str(code)[:16] if isinstance(code, int) else None


def _seconds(headers: Mapping[str, str]) -> float | None:
    try:
        return max(0.0, min(float(headers.get("Retry-After", "")), 600.0))
    except ValueError:
        return None


def _day(instant: datetime) -> datetime:
    """The start of its day: Twilio filters by days of GMT."""
    return instant.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _text(row: MessageInstance) -> CarrierText:
    created = row.date_created or row.date_sent or datetime.now(UTC)
    return CarrierText(
        sid=str(row.sid),
        inbound=str(row.direction or "").startswith("inbound"),
        from_=str(row.from_ or ""),
        to=str(row.to or ""),
        body=str(row.body or ""),
        status=str(row.status or ""),
        error=str(row.error_code) if row.error_code else None,
        created_at=created if created.tzinfo else created.replace(tzinfo=UTC),
        media=int(row.num_media or 0),
        service=str(row.messaging_service_sid) if row.messaging_service_sid else None,
    )
