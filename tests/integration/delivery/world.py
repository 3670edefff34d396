"""A small world of programs, clients and waiting texts for the tests and figures of delivery."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from outreach import vault
from outreach.delivery.outbox import Outbound, message_row
from outreach.models import Client, Consent, Message, Program, Sender, new_id
from outreach.programs.file import ProgramFile
from outreach.vocabulary import ConsentKind, ConsentSource, MessageKind

SENDER = "+15005550006"


@dataclass
class World:
    """One program with a sender of its own; everything is written through `session`."""

    session: Session
    now: datetime
    sender: str = SENDER
    slug: str = "riverside"
    pace: float = 1000.0
    program_id: str = field(default_factory=new_id)
    sender_id: str = field(default_factory=new_id)

    def __post_init__(self) -> None:
        file = ProgramFile.model_validate(
            {
                "program": self.slug,
                "name": "Riverside Recovery",
                "timezone": "America/Chicago",
                "sender": {"number": self.sender, "segments_per_second": self.pace},
            }
        )
        program = Program(
            id=self.program_id,
            slug=self.slug,
            name=file.name,
            timezone=file.timezone,
            version=1,
            created_at=self.now,
            updated_at=self.now,
        )
        program.file = file.model_dump_json(by_alias=True)
        self.session.add(program)
        self.session.flush()
        self.session.add(
            Sender(
                id=self.sender_id,
                program_id=self.program_id,
                address=self.sender,
                segments_per_second=self.pace,
            )
        )
        self.session.flush()

    def client(self, number: str, *, consent: bool | None = True, **columns: Any) -> Client:
        """A client with this number; consent in force, refused (False) or never heard of (None)."""
        number_hash = vault.current().fingerprint(number)
        client = Client(
            id=new_id(),
            program_id=self.program_id,
            external_id=number,
            number_hash=number_hash,
            language="en",
            zones=["America/Chicago"],
            tags=[],
            status=columns.pop("status", "active"),
            created_at=self.now,
            **columns,
        )
        client.number = number
        self.session.add(client)
        self.session.flush()
        if consent is not None:
            self.session.merge(
                Consent(
                    program_id=self.program_id,
                    number_hash=number_hash,
                    in_force=consent,
                    kind=ConsentKind.GIVEN if consent else ConsentKind.REVOKED,
                    source=ConsentSource.IMPORT if consent else ConsentSource.TEXT,
                    since=self.now,
                )
            )
            self.session.flush()
        return client

    def text(
        self,
        client: Client | None,
        body: str = "One day at a time.",
        *,
        kind: MessageKind = MessageKind.HOPE,
        number: str | None = None,
        due: timedelta = timedelta(0),
        useful_for: timedelta = timedelta(hours=4),
        **columns: Any,
    ) -> str:
        """A text waiting in the outbox; returns its id."""
        to = number or (client.number if client else None) or SENDER
        row = message_row(
            Outbound(
                program_id=self.program_id,
                sender_id=self.sender_id,
                number=to,
                number_hash=vault.current().fingerprint(to),
                body=body,
                kind=kind,
                language="en",
                send_after=self.now + due,
                useful_until=self.now + useful_for,
                client_id=client.id if client else None,
            ),
            now=self.now,
        )
        self.session.execute(insert(cast("Table", Message.__table__)), [row | columns])
        message_id: str = row["id"]
        return message_id

    def blast(self, count: int, *, body: str = "Text number {}.", first: int = 0) -> list[str]:
        """Many clients, each with one text waiting; numbered from `first`."""
        return [
            self.text(self.client(f"+1202555{n:04}"), body.format(n))
            for n in range(first, first + count)
        ]
