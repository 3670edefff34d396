"""The words of a page and the ways it leaves: SMS through the outbox, e-mail, signed webhook.

E-mail and webhook go out here, after the commit that wrote the page, and are tried again until
somebody took them: unlike texts to clients, pages go out at least once.
"""

import base64
import hashlib
import hmac
import json
import smtplib
import ssl
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import SplitResult, unquote, urlsplit
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from structlog import get_logger

from outreach.content import library
from outreach.content.library import Library
from outreach.content.render import render
from outreach.content.said import clock_words
from outreach.database import Database
from outreach.models import Flag, Page
from outreach.programs.loaded import LoadedProgram, load_programs
from outreach.safety.acknowledging import fresh_link
from outreach.safety.page_people import person_named
from outreach.settings import Settings

log = get_logger(__name__)

TIMEOUT = 10
"""Seconds for an e-mail server or webhook to answer."""

_AGAIN_AFTER = timedelta(minutes=1)
_GIVES_UP_AFTER = timedelta(hours=1)
_AT_ONCE = 50


class NotSentError(Exception):
    """A page did not leave; holds a code for staff, never an address."""


@dataclass(frozen=True, slots=True)
class PageWords:
    """A page as its channels need it; `text` is the same everywhere."""

    page_id: str
    ref: str
    text: str


def texts_of(settings: Settings) -> Library:
    """The message library with the program's overlay, read once per process."""
    return _library(settings.messages_dir)


def page_words(
    texts: Library, program: LoadedProgram, flag: Flag, page_id: str, link: str | None
) -> PageWords:
    """What a page says: which item, until when, how to take it. Nothing about the client."""
    lang = program.file.languages[0]
    due = clock_words(flag.due_at.astimezone(ZoneInfo(program.file.timezone)), lang)
    text = texts.get(lang, "page-again" if flag.page_step else "page-new")
    words = render(text.text, {"ref": flag.ref, "due": due, "link": link})
    return PageWords(page_id, flag.ref, words)


@cache
def _library(overlay: Path | None) -> Library:
    return library.load(library.default_directory(), overlay)


def send_waiting(database: Database, settings: Settings, texts: Library, *, now: datetime) -> None:
    """Hand over e-mails and webhooks that wait; a failed one is tried again for an hour."""
    with database.read() as session:
        waiting = session.scalars(
            select(Page.id)
            .where(Page.next_at <= now, Page.ended_at.is_(None), Page.accepted_at.is_(None))
            .order_by(Page.next_at)
            .limit(_AT_ONCE)
        ).all()
    for page_id in waiting:
        _send(database, settings, texts, page_id, now)


def _send(
    database: Database, settings: Settings, texts: Library, page_id: str, now: datetime
) -> None:
    with database.write() as session:
        page = session.get_one(Page, page_id)
        flag = session.get_one(Flag, page.flag_id)
        program = load_programs(session, [page.program_id])[page.program_id]
        person = person_named(session, program, page.person)
        words = page_words(texts, program, flag, page_id, fresh_link(page, settings.public_url))
        page.next_at = now + _AGAIN_AFTER
        channel, created_at = page.channel, page.created_at
    try:
        hand_over(settings, channel, getattr(person, channel, None), words)
        values: dict[str, Any] = {"accepted_at": now, "next_at": None, "error": None}
    except NotSentError as error:
        log.warning("page not sent", page_id=page_id, code=str(error), kind=channel)
        values = {"error": str(error)}
        if now - created_at > _GIVES_UP_AFTER:
            values |= {"next_at": None, "ended_at": now}
    with database.write() as session:
        session.execute(update(Page).where(Page.id == page_id).values(**values))


def hand_over(settings: Settings, channel: str, address: str | None, words: PageWords) -> None:
    """Send by e-mail or webhook; raises NotSentError, also when the person has left meanwhile."""
    if address is None:
        raise NotSentError("person_gone")
    _CHANNELS[channel](settings, address, words)


def _send_email(settings: Settings, address: str, words: PageWords) -> None:
    """Through OUTREACH_SMTP_URL: smtp://user:password@host:587 or smtps://..."""
    if settings.smtp_url is None:
        raise NotSentError("no_smtp_url")
    url = urlsplit(settings.smtp_url.get_secret_value())
    message = EmailMessage()
    message["Subject"] = f"Item {words.ref}"
    message["From"] = unquote(url.username or "") if "@" in unquote(url.username or "") else address
    message["To"] = address
    message.set_content(words.text)
    try:
        with _mail_server(url) as server:
            if url.username:
                server.login(unquote(url.username), unquote(url.password or ""))
            server.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        raise NotSentError(type(error).__name__) from None


def _mail_server(url: SplitResult) -> smtplib.SMTP:
    """Connected, and encrypted wherever the server can: its certificate is checked."""
    host, port, trusted = url.hostname or "localhost", url.port or 0, ssl.create_default_context()
    if url.scheme == "smtps":
        return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=trusted)
    server = smtplib.SMTP(host, port, timeout=TIMEOUT)
    server.ehlo()
    if server.has_extn("starttls"):
        server.starttls(context=trusted)
        server.ehlo()
    return server


def _call_webhook(settings: Settings, address: str, words: PageWords) -> None:
    """A POST signed as Standard Webhooks say, with the key of `webhook_secret`."""
    if not address.startswith(("https://", "http://")):
        raise NotSentError("not_a_web_address")
    body = json.dumps({"type": "page", "ref": words.ref, "text": words.text}).encode()
    stamp = str(int(datetime.now(UTC).timestamp()))
    signed = f"{words.page_id}.{stamp}.".encode() + body
    signature = base64.b64encode(hmac.digest(webhook_secret(settings), signed, "sha256")).decode()
    headers = {
        "Content-Type": "application/json",
        "webhook-id": words.page_id,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{signature}",
    }
    request = urllib.request.Request(address, body, headers, method="POST")  # noqa: S310  checked
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT):  # noqa: S310  checked above
            pass
    except (URLError, OSError, ValueError) as error:
        raise NotSentError(type(error).__name__) from None


def webhook_secret(settings: Settings) -> bytes:
    """The key that signs page webhooks, made from the newest secret key."""
    newest = settings.key_ring()[0]
    return hmac.new(newest, b"outreach page webhook v1", hashlib.sha256).digest()


_CHANNELS: dict[str, Callable[[Settings, str, PageWords], None]] = {
    "email": _send_email,
    "webhook": _call_webhook,
}
