"""Acknowledging a page: by its one-use link, or by texting 1 from a staff member's phone.

It says "I have it", and keeps others from being paged for a while; if then nobody claims the
flag, paging goes on.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.models import Flag, Page
from outreach.programs.loaded import LoadedProgram
from outreach.replies.inbound import InboundText
from outreach.safety.clocks import ACKNOWLEDGED_FOR
from outreach.safety.flags import add_event
from outreach.vocabulary import FlagState, Severity

_LONGEST_QUIET = timedelta(minutes=60)


def page_of_link(session: Session, token: str) -> Page | None:
    """The page whose link this is."""
    return session.scalars(select(Page).where(Page.token_hash == _token_hash(token))).first()


def acknowledge_link(session: Session, token: str, *, now: datetime) -> Page | None:
    """Acknowledge by link; None for an unknown one. A second time changes nothing."""
    page = page_of_link(session, token)
    if page is not None:
        _acknowledge(session, page, now)
    return page


def acknowledge_by_text(
    session: Session, program: LoadedProgram, inbound: InboundText, *, now: datetime
) -> Page | None:
    """Acknowledge the newest page to the staff member who texted 1; None if it is no such text."""
    names = [
        name
        for name, person in program.file.on_call.people.items()
        if person.sms is not None and person.sms == inbound.sender
    ]
    if not names or inbound.body.strip() != "1":
        return None
    page = session.scalars(
        select(Page)
        .where(
            Page.program_id == program.id,
            Page.person.in_(names),
            Page.ended_at.is_(None),
            Page.acknowledged_at.is_(None),
        )
        .order_by(Page.created_at.desc())
        .limit(1)
    ).first()
    if page is not None:
        _acknowledge(session, page, now)
    return page


def _acknowledge(session: Session, page: Page, now: datetime) -> None:
    if page.acknowledged_at is not None:
        return
    page.acknowledged_at = now
    flag = session.get_one(Flag, page.flag_id, with_for_update=True)
    add_event(session, flag.id, "acknowledged", now=now, details={"person": page.person})
    if flag.state != FlagState.CLOSED and flag.page_at is not None:
        flag.page_at = now + ACKNOWLEDGED_FOR.get(Severity(flag.severity), _LONGEST_QUIET)


def fresh_link(page: Page, public_url: str | None) -> str | None:
    """Give the page a new one-use link and return it; only its hash is stored."""
    token = secrets.token_urlsafe(16)
    page.token_hash = _token_hash(token)
    return f"{public_url}/p/{token}" if public_url else None


def _token_hash(token: str) -> str:
    """Random tokens of 128 bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()
