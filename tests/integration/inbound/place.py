"""A program with its people, and phones that text it through the webhooks app."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any, TypeVar
from urllib.parse import urlencode
from xml.etree import ElementTree

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from outreach import consent, vault
from outreach.database import Database
from outreach.delivery.outbox import Outbound, message_row
from outreach.delivery.signing import sign
from outreach.models import (
    Appointment,
    Client,
    Flag,
    FlagEvent,
    Goal,
    Message,
    Program,
    ProgressRecord,
    Prompt,
    Reply,
    Sender,
    new_id,
)
from outreach.programs.file import ProgramFile
from outreach.vocabulary import (
    ConsentKind,
    ConsentSource,
    FlagReason,
    MessageKind,
    MessageState,
    PromptKind,
)
from webhooks.signature import HEADER

Row = TypeVar("Row")

PUBLIC_URL = "https://outreach.example"
TOKEN = "the account's token"
LINE = "+15005550006"
PHONE = "+12025550123"

_FILE: dict[str, Any] = {
    "program": "riverside",
    "name": "Riverside",
    "timezone": "America/Chicago",
    "sender": {"number": LINE},
    "keywords": "service",
    "contact": {"phone": "+15005550100"},
    "on_call": {
        "rota": [{"who": "lead"}],
        "people": {
            "lead": {"sms": "+12025550190"},
            "boss": {"sms": "+12025550191"},
        },
        "steps": [{"to": "rota", "wait": "5m"}, {"to": "all", "wait": "10m"}],
    },
}


@dataclass(frozen=True)
class Answered:
    """One <Message> of an answer."""

    body: str
    callback: str

    @property
    def message_id(self) -> str:
        return self.callback.split("#")[0].rsplit("/", 1)[1]


class Clock:
    """The test's own time."""

    def __init__(self, now: datetime) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time

    def pass_by(self, **by: float) -> datetime:
        self.time += timedelta(**by)
        return self.time


class Place:
    """Builds rows and texts in; asks rows back."""

    def __init__(self, app: Flask, database: Database, clock: Clock) -> None:
        self.web = app.test_client()
        self.database = database
        self.clock = clock
        self.program_id = new_id()
        self.sender_id = new_id()
        self._sids = count(1)

    def found(self, **changes: Any) -> None:
        """Make the program; `changes` are keys of its file."""
        file = ProgramFile.model_validate({**_FILE, **changes})
        program = Program(
            id=self.program_id,
            slug=file.program,
            name=file.name,
            timezone=file.timezone,
            created_at=self.clock.time,
            updated_at=self.clock.time,
        )
        program.file = file.model_dump_json(by_alias=True)
        sender = Sender(id=self.sender_id, program_id=program.id, address=file.sender.address)
        with self.database.write() as session:
            session.add(program)
            session.flush()
            session.add(sender)

    def client(
        self,
        *,
        number: str = PHONE,
        has: ConsentKind | None = ConsentKind.GIVEN,
        **columns: Any,
    ) -> str:
        """Make a client with consent in force (or what `has` says); returns the id."""
        client = Client(
            id=new_id(),
            program_id=self.program_id,
            external_id=columns.pop("external_id", new_id()),
            number_hash=vault.current().fingerprint(number),
            zones=["America/Chicago"],
            timezone="America/Chicago",
            created_at=self.clock.time,
            welcomed_at=columns.pop("welcomed_at", self.clock.time),
            **columns,
        )
        client.number, client.name = number, "Dana"
        with self.database.write() as session:
            session.add(client)
            session.flush()
            if has is not None:
                fact = consent.ConsentFact(
                    self.program_id,
                    client.number_hash,
                    has,
                    ConsentSource.IMPORT,
                    self.clock.time,
                    client_id=client.id,
                )
                consent.record(session, fact, now=self.clock.time)
        return client.id

    def visit(self, client_id: str, *, days: float = 2, **columns: Any) -> str:
        appointment = Appointment(
            id=new_id(),
            program_id=self.program_id,
            client_id=client_id,
            external_id=new_id(),
            starts_at=self.clock.time + timedelta(days=days),
            timezone="America/Chicago",
            created_at=self.clock.time,
            updated_at=self.clock.time,
            **columns,
        )
        with self.database.write() as session:
            session.add(appointment)
        return appointment.id

    def goal(self, client_id: str, title: str = "Walk") -> str:
        goal = Goal(
            id=new_id(),
            program_id=self.program_id,
            client_id=client_id,
            external_id=new_id(),
            dimension="health",
            created_at=self.clock.time,
        )
        goal.title = title
        with self.database.write() as session:
            session.add(goal)
        return goal.id

    def ask(
        self,
        client_id: str,
        kind: PromptKind,
        subject: str = "",
        *,
        number: str = PHONE,
        hours_ago: float = 0.1,
    ) -> str:
        """Send a question to the client; returns the prompt's id."""
        asked_at = self.clock.time - timedelta(hours=hours_ago)
        row = message_row(
            Outbound(
                program_id=self.program_id,
                sender_id=self.sender_id,
                number=number,
                number_hash=vault.current().fingerprint(number),
                body=f"A question {new_id()}",
                kind=MessageKind.GOAL_CHECK_IN,
                language="en",
                send_after=asked_at,
                useful_until=asked_at + timedelta(hours=4),
                client_id=client_id,
            ),
            now=asked_at,
            state=MessageState.DELIVERED,
        )
        prompt = Prompt(
            id=new_id(),
            program_id=self.program_id,
            client_id=client_id,
            message_id=row["id"],
            campaign_id=new_id(),
            kind=kind,
            subject=subject,
            opened_at=asked_at,
            closes_at=asked_at + timedelta(hours=72),
        )
        with self.database.write() as session:
            session.add(Message(**row))
            session.flush()
            session.add(prompt)
        return prompt.id

    def text(self, body: str, *, number: str = PHONE, **fields: str) -> list[Answered]:
        """Text the program from a phone; returns what comes back."""
        response = self.post(body, number=number, **fields)
        assert response.status_code in {200, 204}, response.status_code
        return answers_in(response)

    def post(self, body: str, *, number: str = PHONE, **fields: str) -> TestResponse:
        form = {
            "MessageSid": f"SM{next(self._sids):032x}",
            "From": number,
            "To": LINE,
            "Body": body,
            "NumMedia": "0",
            **fields,
        }
        return self.signed("/twilio/sms", list(form.items()))

    def receipt(self, message_id: str, status: str, **fields: str) -> TestResponse:
        form = {"MessageSid": f"SM{message_id}", "MessageStatus": status, **fields}
        return self.signed(f"/twilio/status/{message_id}", list(form.items()))

    def signed(self, path: str, form: list[tuple[str, str]], token: str = TOKEN) -> TestResponse:
        """Post a form, whose surrogates stand for bytes that are no UTF-8, with its signature."""
        return self.web.post(
            path,
            data=urlencode(form, errors="surrogateescape"),
            content_type="application/x-www-form-urlencoded",
            headers={HEADER: sign(token, f"{PUBLIC_URL}{path}", form)},
        )

    def rows(self, model: type[Row], **columns: Any) -> list[Row]:
        with self.database.read() as session:
            return list(session.scalars(select(model).filter_by(**columns)).all())

    def flags(self) -> list[Flag]:
        return self.rows(Flag)

    def flag(self, reason: FlagReason | None = None) -> Flag:
        """The only flag there is, or the only one with this reason."""
        (flag,) = [each for each in self.flags() if reason in {None, each.reason}]
        return flag

    def history(self, flag: Flag) -> list[FlagEvent]:
        return sorted(self.rows(FlagEvent, flag_id=flag.id), key=lambda event: event.id)

    def records(self) -> list[ProgressRecord]:
        return self.rows(ProgressRecord, replaced_at=None)

    def replies(self) -> list[Reply]:
        return self.rows(Reply)

    def has_consent(self, number: str = PHONE) -> bool:
        with self.database.read() as session:
            return consent.in_force(session, self.program_id, vault.current().fingerprints(number))

    def get(self, model: type[Row], row_id: str) -> Row:
        with self.database.read() as session:
            return session.get_one(model, row_id)


def answers_in(response: TestResponse) -> list[Answered]:
    if response.status_code == 204:
        return []
    root = ElementTree.fromstring(response.data)  # noqa: S314  our own answer
    return [Answered(item.text or "", item.attrib["action"]) for item in root]
