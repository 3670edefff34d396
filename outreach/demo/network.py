"""The simulated phone network: moves texts between the service and phones that exist on a page.

Like the real one it takes its time, fails for some numbers, reports every step to the address the
text came with, and signs what it posts. It speaks to the webhooks app over real HTTP.
"""

import secrets
from datetime import datetime, timedelta
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit
from xml.etree import ElementTree

from sqlalchemy import select, update
from structlog import get_logger

from outreach import vault
from outreach.database import Database
from outreach.delivery.signing import sign, tokens_of
from outreach.models import SimulatedText, new_id
from outreach.settings import Settings

log = get_logger(__name__)

ACCOUNT = "AC" + "0" * 32
AT_ONCE = 50
_TIMEOUT = 15  # seconds, as Twilio waits


class Step(NamedTuple):
    """What follows a status, and how long it takes (demo time)."""

    status: str
    takes: timedelta


STEPS = {
    "queued": Step("sent", timedelta(seconds=1)),
    "sent": Step("delivered", timedelta(seconds=1)),
}

UNREACHABLE = {
    "0199": ("undelivered", "30003"),
    "0198": ("failed", "30007"),
}
"""Last digits of a phone -> how texts to it end: switched off, filtered (Twilio's error codes)."""


class _Moved(NamedTuple):
    """A text that took a step, and the report that is owed for it."""

    callback: str | None
    report: dict[str, str]


def advance(database: Database, settings: Settings, *, now: datetime) -> int:
    """Let every text whose next step is due take it, then report; returns how many did."""
    with database.read() as session:
        due = session.scalars(
            select(SimulatedText)
            .where(SimulatedText.next_at <= now)
            .order_by(SimulatedText.next_at)
            .limit(AT_ONCE)
        ).all()
    moved = [step for text in due if (step := _take_step(database, text, now)) is not None]
    for step in moved:
        if step.callback:
            _post(settings, step.callback, step.report)
    return len(moved)


def type_on_phone(
    database: Database, settings: Settings, *, phone: str, sender: str, body: str, now: datetime
) -> bool:
    """Send `body` from a phone to the program's number; False if the service did not take it.

    Whatever the service answers in its response comes back to the phone as texts of its own.
    """
    text = _text(phone, sender, body, now, outbound=False, status="sending")
    with database.write() as session:
        session.add(text)
    status, answer = _post(settings, f"{settings.public_url}/twilio/sms", _inbound_form(text))
    taken = 200 <= status < 300
    answers = _answers(answer) if taken else []
    with database.write() as session:
        text.status = "received" if taken else "failed"
        session.add(text)
        for body_of_answer, callback in answers:
            reply = _text(phone, sender, body_of_answer, now, outbound=True, status="queued")
            reply.callback, reply.next_at = callback, now
            session.add(reply)
    return taken


def _inbound_form(text: SimulatedText) -> dict[str, str]:
    """The fields with which Twilio tells of a text that came in."""
    return {
        "ToCountry": "US",
        "SmsMessageSid": text.sid,
        "NumMedia": "0",
        "SmsSid": text.sid,
        "SmsStatus": "received",
        "Body": text.body or "",
        "To": text.sender,
        "From": text.phone or "",
        "NumSegments": "1",
        "MessageSid": text.sid,
        "AccountSid": ACCOUNT,
        "ApiVersion": "2010-04-01",
    }


def _take_step(database: Database, text: SimulatedText, now: datetime) -> _Moved | None:
    """One UPDATE that names the status it leaves, so that no step is taken twice."""
    status, error = _following(text)
    following = STEPS.get(status)
    with database.write() as session:
        changed = session.execute(
            update(SimulatedText)
            .where(SimulatedText.id == text.id, SimulatedText.status == text.status)
            .values(
                status=status,
                error=error,
                next_at=now + following.takes if following else None,
            )
        )
    if not getattr(changed, "rowcount", 0):
        return None
    return _Moved(text.callback, _report(text, status, error))


def _following(text: SimulatedText) -> tuple[str, str | None]:
    failure = UNREACHABLE.get((text.phone or "")[-4:])
    if failure and text.status == "sent":
        return failure
    step = STEPS.get(text.status)
    return (step.status if step else text.status), text.error


def _report(text: SimulatedText, status: str, error: str | None) -> dict[str, str]:
    report = {
        "MessageSid": text.sid,
        "SmsSid": text.sid,
        "MessageStatus": status,
        "SmsStatus": status,
        "To": text.phone or "",
        "From": text.sender,
        "AccountSid": ACCOUNT,
        "ApiVersion": "2010-04-01",
    }
    return report | ({"ErrorCode": error} if error else {})


def _text(
    phone: str, sender: str, body: str, now: datetime, *, outbound: bool, status: str
) -> SimulatedText:
    text = SimulatedText(
        id=new_id(),
        sid=f"SM{secrets.token_hex(16)}",
        outbound=outbound,
        sender=sender,
        phone_hash=vault.current().fingerprint(phone),
        status=status,
        at=now,
    )
    text.phone, text.body = phone, body
    return text


def _answers(document: str) -> list[tuple[str, str | None]]:
    """(words, status callback) of each message in a TwiML answer; empty for an empty one."""
    if not document.strip():
        return []
    root = ElementTree.fromstring(document)  # noqa: S314  our own webhooks app wrote it
    return [
        (message.text or "", message.get("statusCallback") or message.get("action"))
        for message in root.iter("Message")
    ]


def _post(settings: Settings, url: str, form: dict[str, str]) -> tuple[int, str]:
    """Post a signed form; (0, "") if nobody answered. The fragment is Twilio's, not the server's.

    A report that is lost stays lost, as in life: the service asks by itself what became of a text.
    """
    parts = urlsplit(url)
    address = parts._replace(fragment="").geturl()
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Twilio-Signature": sign(tokens_of(settings)[0], address, tuple(form.items())),
    }
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.netloc, timeout=_TIMEOUT)
    try:
        connection.request("POST", parts.path, urlencode(form), headers)
        response = connection.getresponse()
        return response.status, response.read().decode()
    except (OSError, HTTPException) as error:
        log.warning("network could not report", error=type(error).__name__)
        return 0, ""
    finally:
        connection.close()
