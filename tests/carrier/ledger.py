"""What the test carrier took: one entry per accepted POST, in order, and what may go wrong."""

import itertools
import secrets
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit


@dataclass
class Behaviour:
    """Shares (0 to 1) of the POSTs that go wrong, each in its own way. Latency in seconds."""

    latency: float = 0.0
    lose_answer: float = 0.0
    """Taken, then the connection is cut."""
    cut: float = 0.0
    """Not taken, and the connection is cut."""
    error_500_taken: float = 0.0
    error_500: float = 0.0
    """Not taken."""
    throttle: float = 0.0
    """429, not taken."""
    garble: float = 0.0
    """Taken, and answered with a 201 that is no JSON."""
    refuse: dict[str, int] = field(default_factory=dict)
    """Number -> error code, answered with 400."""
    receipts: list[str] = field(default_factory=list)
    """Statuses reported after each taken text, in this order unless shuffled."""
    shuffle: bool = False
    repeat: int = 1
    fail_with: int = 0
    """Error code in failed and undelivered receipts."""
    list_fails: bool = False
    redacts: bool = False
    """Lists show no bodies."""
    ignores_filters: bool = False
    """Lists show everything, whatever was asked."""


@dataclass
class Entry:
    """A text the carrier has, in either direction."""

    sid: str
    to: str
    from_: str
    body: str
    callback: str
    at: datetime
    status: str = "queued"
    error: int | None = None
    inbound: bool = False
    media: int = 0
    fields: dict[str, str] = field(default_factory=dict)

    @property
    def message_id(self) -> str:
        """Our own id, as the status callback's address carries it."""
        return urlsplit(self.callback).path.rsplit("/", 1)[-1]

    def as_twilio(self, account: str, *, redacted: bool = False) -> dict[str, Any]:
        """The message resource as Twilio's REST shows it."""
        sent = self.status not in {"queued", "accepted"}
        return {
            "sid": self.sid,
            "account_sid": account,
            "to": self.to,
            "from": self.from_,
            "body": "" if redacted else self.body,
            "status": self.status,
            "direction": "inbound" if self.inbound else "outbound-api",
            "date_created": format_datetime(self.at),
            "date_updated": format_datetime(self.at),
            "date_sent": format_datetime(self.at) if sent else None,
            "error_code": self.error,
            "error_message": None,
            "messaging_service_sid": None,
            "num_media": str(self.media),
            "num_segments": "1",
            "api_version": "2010-04-01",
            "price": None,
            "price_unit": "USD",
            "uri": f"/2010-04-01/Accounts/{account}/Messages/{self.sid}.json",
            "subresource_uris": {},
        }


class Ledger:
    """Everything the carrier took or got from phones, oldest first; and every POST it saw."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.posts: list[dict[str, str]] = []
        self._by_sid: dict[str, Entry] = {}
        self._numbers = itertools.count(1)

    def take(self, fields: dict[str, str]) -> Entry:
        """Take an outbound text."""
        return self._add(
            Entry(
                sid=f"SM{next(self._numbers):08x}{secrets.token_hex(12)}",
                to=fields.get("To", ""),
                from_=fields.get("From", fields.get("MessagingServiceSid", "")),
                body=fields.get("Body", ""),
                callback=fields.get("StatusCallback", ""),
                at=datetime.now(UTC),
                fields=fields,
            )
        )

    def receive(self, *, from_: str, to: str, body: str, at: datetime) -> Entry:
        """An inbound text, as if its webhook had been lost."""
        sid = f"SM{next(self._numbers):08x}{secrets.token_hex(12)}"
        return self._add(Entry(sid, to, from_, body, "", at, status="received", inbound=True))

    def by_sid(self, sid: str) -> Entry | None:
        return self._by_sid.get(sid)

    def newest_first(self, *, to: str | None, since: str | None) -> list[Entry]:
        """The list as Twilio gives it; `since` (an ISO day) hides what has no date_sent yet."""
        found = []
        for entry in reversed(self.entries):
            if to is not None and entry.to != to:
                continue
            unsent = entry.status in {"queued", "accepted"} and not entry.inbound
            if since is not None and (unsent or entry.at.date().isoformat() < since[:10]):
                continue
            found.append(entry)
        return found

    def as_json(self) -> list[dict[str, Any]]:
        """The outbound entries for a test in another process."""
        rows = []
        for entry in self.entries:
            if not entry.inbound:
                row = asdict(entry) | {"message_id": entry.message_id, "at": entry.at.isoformat()}
                rows.append(row)
        return rows

    def _add(self, entry: Entry) -> Entry:
        self.entries.append(entry)
        self._by_sid[entry.sid] = entry
        return entry
