"""The simulated phone network as a carrier: takes a text by writing it into the database.

What then becomes of it (on its way, delivered, failed) is the network's business, demo/network.py.
Twilio's magic test numbers are refused as Twilio refuses them.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from outreach import vault
from outreach.clock import Clock
from outreach.database import Database
from outreach.delivery.carrier import (
    Answer,
    CarrierText,
    Handover,
    Listing,
    OutboundText,
    status_callback,
)
from outreach.delivery.errors import refused_with
from outreach.models import SimulatedText, new_id
from outreach.settings import Settings

REFUSED_NUMBERS = {
    "+15005550001": "21211",
    "+15005550002": "21612",
    "+15005550003": "21408",
    "+15005550004": "21610",
    "+15005550009": "21614",
}
"""Twilio's magic numbers for `To` (twilio.com/docs/iam/test-credentials)."""

REFUSED_SENDERS = {"+15005550001": "21212", "+15005550007": "21606"}
"""Twilio's magic numbers for `From`."""


class SimulatedCarrier:
    """A carrier that needs nothing but the database."""

    def __init__(self, settings: Settings, database: Database, clock: Clock) -> None:
        self._public_url = settings.public_url
        self._database = database
        self._clock = clock

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Nothing to hold."""
        yield

    async def send(self, text: OutboundText) -> Handover:
        """Put the text into the network, or refuse it as Twilio would."""
        code = REFUSED_NUMBERS.get(text.to) or REFUSED_SENDERS.get(text.sender)
        if code is not None:
            return refused_with(code)
        try:
            return await asyncio.to_thread(self._take, text)
        except SQLAlchemyError:
            return Handover(Answer.UNKNOWN, code="no_answer")

    def find(self, number: str, since: datetime) -> Listing:
        """Texts to `number` since `since` (UTC)."""
        hashes = vault.current().fingerprints(number)
        with self._database.read() as session:
            rows = session.scalars(
                select(SimulatedText).where(
                    SimulatedText.phone_hash.in_(hashes),
                    SimulatedText.outbound,
                    SimulatedText.at >= since,
                )
            ).all()
        return Listing(tuple(_text(row) for row in rows), complete=True)

    def status(self, sid: str) -> CarrierText | None:
        """One text by its sid."""
        with self._database.read() as session:
            row = session.scalar(select(SimulatedText).where(SimulatedText.sid == sid))
        return None if row is None else _text(row)

    def inbound_since(self, since: datetime) -> Iterator[CarrierText]:
        """Texts that phones sent since `since` (UTC), newest first."""
        return self._since(since, outbound=False)

    def outbound_since(self, since: datetime) -> Iterator[CarrierText]:
        """Texts to phones since `since` (UTC), newest first; answers to webhooks included."""
        return self._since(since, outbound=True)

    def _since(self, since: datetime, *, outbound: bool) -> Iterator[CarrierText]:
        with self._database.read() as session:
            rows = session.scalars(
                select(SimulatedText)
                .where(SimulatedText.outbound.is_(outbound), SimulatedText.at >= since)
                .order_by(SimulatedText.at.desc())
            ).all()
        return iter([_text(row) for row in rows])

    def _take(self, text: OutboundText) -> Handover:
        now = self._clock.now()
        row = SimulatedText(
            id=new_id(),
            sid=f"SM{secrets.token_hex(16)}",
            outbound=True,
            sender=text.sender,
            phone_hash=vault.current().fingerprint(text.to),
            status="queued",
            callback=status_callback(self._public_url, text.message_id),
            at=now,
            next_at=now,
        )
        row.phone, row.body = text.to, text.body
        with self._database.write() as session:
            session.add(row)
        return Handover(Answer.ACCEPTED, sid=row.sid)


def _text(row: SimulatedText) -> CarrierText:
    phone = row.phone or ""
    return CarrierText(
        sid=row.sid,
        inbound=not row.outbound,
        from_=row.sender if row.outbound else phone,
        to=phone if row.outbound else row.sender,
        body=row.body or "",
        status=row.status if row.outbound else "received",
        error=row.error,
        created_at=row.at,
    )
