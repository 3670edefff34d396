"""An inbound text as the carrier posted it. Pure: fields in, one value out, never an exception."""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

_SID = re.compile(r"[A-Za-z0-9_-]{1,40}")
_BASE64 = re.compile(r"[A-Za-z0-9+/]{80,}={0,2}")
_MOST_MEDIA = 100


@dataclass(frozen=True, slots=True)
class InboundText:
    """One text from a phone. `to` and `service` say whose number it reached."""

    sid: str
    sender: str
    to: str
    service: str
    body: str
    media: int
    opt_out_type: str
    """STOP, START or HELP when the carrier handled the word itself, else empty."""
    fields: str
    """Every posted pair as JSON, duplicates included: the raw text (law 3)."""


def inbound_text(form: Sequence[tuple[str, str]]) -> InboundText:
    """Read a webhook's form; of a repeated parameter the first counts, what is missing is empty.

    A text without a usable sid gets one made from its fields: even then it is stored once.
    """
    first = dict(reversed(form))
    fields = json.dumps(list(form), ensure_ascii=False)
    sid = first.get("MessageSid") or first.get("SmsMessageSid") or first.get("SmsSid") or ""
    if not _SID.fullmatch(sid):
        sid = "x" + hashlib.sha256(fields.encode("utf-8", "replace")).hexdigest()[:33]
    return InboundText(
        sid=sid,
        sender=first.get("From", "").strip(),
        to=first.get("To", "").strip(),
        service=first.get("MessagingServiceSid", "").strip(),
        body=_decoded(first.get("Body", "")),
        media=_count(first.get("NumMedia", "")),
        opt_out_type=first.get("OptOutType", "").strip().upper(),
        fields=fields,
    )


def listed_text(
    *, sid: str, sender: str, to: str, service: str | None, body: str, media: int = 0
) -> InboundText:
    """A text found in the carrier's list, because no webhook brought it."""
    return inbound_text(
        [
            ("MessageSid", sid),
            ("From", sender),
            ("To", to),
            ("MessagingServiceSid", service or ""),
            ("Body", body),
            ("NumMedia", str(media)),
        ]
    )


def _count(text: str) -> int:
    return min(int(text), _MOST_MEDIA) if text.isascii() and text.isdigit() and text else 0


def _decoded(body: str) -> str:
    """Twilio sometimes delivers a long joined text as base64; nobody types 80 letters unspaced."""
    compact = body.strip()
    if len(compact) % 4 or not _BASE64.fullmatch(compact):
        return body
    try:
        text = base64.b64decode(compact, validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return body
    return text if text.isprintable() or "\n" in text else body
