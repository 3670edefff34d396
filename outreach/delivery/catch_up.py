"""Inbound texts that the carrier delivered to nobody: found by listing, taken down the same road.

Twilio does not deliver a text again once its webhook and fallback failed (law 3). What was found
is screened, flagged and applied like any other; old ones get no answer (replies/receive.py).
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select

from outreach.content.library import Library
from outreach.database import Database
from outreach.delivery.carrier import Carrier, CarrierText, LookUpError
from outreach.models import Heartbeat, Reply
from outreach.replies.inbound import listed_text
from outreach.replies.receive import UnknownSenderError, receive

MARK = "inbound listed"
"""Name of the heartbeat row that says up to when the carrier's list was read."""

OVERLAP = timedelta(minutes=15)
FIRST_TIME = timedelta(days=1)
SETTLED = timedelta(seconds=60)
"""Younger texts may still be on their way through the webhook and its repeats (15 s)."""

_log = structlog.get_logger()


def catch_up(database: Database, carrier: Carrier, library: Library, *, now: datetime) -> int:
    """Take in every listed text that we do not have; returns how many. Reads every page."""
    since = _read_up_to(database, now) - OVERLAP
    try:
        listed = [text for text in carrier.inbound_since(since) if text.created_at <= now - SETTLED]
    except LookUpError as error:
        _log.warning("inbound_listing_failed", code=str(error))
        return 0
    taken = 0
    for text in _missing(database, listed):
        taken += _take(database, library, text, now)
    _mark(database, now)
    return taken


def _read_up_to(database: Database, now: datetime) -> datetime:
    with database.read() as session:
        mark = session.get(Heartbeat, MARK)
    return mark.at if mark else now - FIRST_TIME


def _mark(database: Database, now: datetime) -> None:
    with database.write() as session:
        session.merge(Heartbeat(name=MARK, at=now))


def _missing(database: Database, listed: list[CarrierText]) -> Iterator[CarrierText]:
    """Those whose sid no reply has, oldest first, so that they are read in their order."""
    sids = [text.sid for text in listed]
    known: set[str] = set()
    with database.read() as session:
        for start in range(0, len(sids), 500):
            some = sids[start : start + 500]
            known.update(session.scalars(select(Reply.sid).where(Reply.sid.in_(some))))
    missing = [text for text in listed if text.sid not in known]
    return iter(sorted(missing, key=lambda text: text.created_at))


def _take(database: Database, library: Library, text: CarrierText, now: datetime) -> bool:
    """Down the same road as a webhook's; False for a number that is no program's."""
    inbound = listed_text(
        sid=text.sid,
        sender=text.from_,
        to=text.to,
        service=text.service,
        body=text.body,
        media=text.media,
    )
    try:
        receive(database, library, inbound, now=now, received_at=text.created_at)
    except UnknownSenderError:
        return False
    return True
