"""The port through which texts leave: what a carrier takes, and the four things it may answer."""

from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

SHORTEST_VALIDITY = 5
"""Seconds. Twilio advises against less; what is useful for less is not worth handing over."""

LONGEST_VALIDITY = 36_000
"""Seconds: ten hours, the carrier's own limit and default."""

CALLBACK_OVERRIDES = "#rc=3&rp=5xx,ct,rt&rt=3500"
"""Twilio's connection overrides: three repeats on 5xx and time-outs within its 15 s."""


@dataclass(frozen=True, slots=True)
class OutboundText:
    """One text to hand over. `useful_until` (UTC) bounds how long the carrier may try."""

    message_id: str
    sender: str
    to: str
    body: str
    useful_until: datetime


class Answer(StrEnum):
    """What became of one hand-over; stored as the outcome of the attempt."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    RETRY = "retry"
    """Proven not taken (429, connection refused): safe to try again."""
    UNKNOWN = "unknown"
    """Anything but a clear answer: the carrier may have it."""
    ABSENT = "absent"
    """Reconcile proved that the carrier does not have it."""


@dataclass(frozen=True, slots=True)
class Handover:
    """The carrier's answer to one text: `code` is its error, or our word for what happened.

    `after` is the number of seconds the carrier asked us to wait (Retry-After), if it did.
    """

    answer: Answer
    sid: str | None = None
    status: str = "queued"
    code: str | None = None
    after: float | None = None


@dataclass(frozen=True, slots=True)
class CarrierText:
    """A text as the carrier's own list shows it; the body is empty where it was redacted."""

    sid: str
    inbound: bool
    from_: str
    to: str
    body: str
    status: str
    error: str | None
    created_at: datetime
    media: int = 0
    service: str | None = None
    """The messaging service it belongs to, if any."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What a look-up found. Only a `complete` one proves that something is absent."""

    texts: tuple[CarrierText, ...]
    complete: bool


class LookUpError(Exception):
    """The carrier could not be asked. Holds a code, never its words; nothing is known."""


class Carrier(Protocol):
    """Hands texts over, and answers questions about them.

    `send` never raises and never repeats by itself. Look-ups block and raise LookUpError.
    """

    def opened(self) -> AbstractAsyncContextManager[None]:
        """Holds the connections that `send` needs, inside the running event loop."""
        ...

    async def send(self, text: OutboundText) -> Handover:
        """Hand one text over, once."""
        ...

    def find(self, number: str, since: datetime) -> Listing:
        """Texts to `number` that the carrier has since `since` (UTC)."""
        ...

    def status(self, sid: str) -> CarrierText | None:
        """One text by its sid; None if the carrier has no such text."""
        ...

    def inbound_since(self, since: datetime) -> Iterator[CarrierText]:
        """Texts that came in since `since` (UTC), page by page, newest first."""
        ...

    def outbound_since(self, since: datetime) -> Iterator[CarrierText]:
        """Texts handed over by REST and sent since `since` (UTC), newest first."""
        ...


def validity_seconds(useful_until: datetime, now: datetime) -> int:
    """How long the carrier may try: ends before `useful_until`, within the carrier's limits."""
    remaining = int((useful_until - now).total_seconds())
    return max(SHORTEST_VALIDITY, min(remaining, LONGEST_VALIDITY))


def status_callback(public_url: str | None, message_id: str) -> str | None:
    """Where the carrier reports about this text; the id is ours, so it works before any sid."""
    if public_url is None:
        return None
    return f"{public_url}/twilio/status/{message_id}{CALLBACK_OVERRIDES}"
