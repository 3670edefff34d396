"""A small house for tests of the console: two programs, their people, and texts to look at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from outreach import vault
from outreach.console.passwords import hash_password
from outreach.database import Database
from outreach.delivery.outbox import Outbound, message_row
from outreach.models import (
    Appointment,
    Client,
    Consent,
    ConsentEvent,
    Goal,
    Membership,
    Message,
    Program,
    ProgressRecord,
    Reply,
    Sender,
    Staff,
    new_id,
)
from outreach.programs.file import ProgramFile
from outreach.safety import flags
from outreach.safety.flags import Alarm
from outreach.vocabulary import (
    Concern,
    ConsentKind,
    ConsentSource,
    FlagReason,
    MessageKind,
    MessageState,
    Severity,
    StaffRole,
)

PASSWORD = "correct horse battery"
_HASHED = hash_password(PASSWORD)


@dataclass
class House:
    """Builds rows in a database at a fixed instant."""

    database: Database
    now: datetime

    def program(self, slug: str, number: str) -> str:
        """A program with its sender; returns its id."""
        file = ProgramFile.model_validate(
            {
                "program": slug,
                "name": slug.capitalize(),
                "timezone": "America/Chicago",
                "sender": {"number": number},
            }
        )
        program = Program(
            id=new_id(),
            slug=slug,
            name=file.name,
            timezone=file.timezone,
            created_at=self.now,
            updated_at=self.now,
        )
        program.file = file.model_dump_json(by_alias=True)
        self._add(program)
        self._add(Sender(id=new_id(), program_id=program.id, address=number))
        return program.id

    def member(self, name: str, *programs: str, role: StaffRole = StaffRole.STAFF) -> str:
        """A staff member `<name>@example.org` with PASSWORD; returns their id."""
        email = f"{name}@example.org"
        staff = Staff(
            id=new_id(),
            email_hash=vault.current().fingerprint(email),
            name=name.capitalize(),
            password_hash=_HASHED,
            created_at=self.now,
        )
        staff.email = email
        self._add(staff)
        for program in programs:
            self._add(Membership(staff_id=staff.id, program_id=program, role=role))
        return staff.id

    def client(self, program: str, name: str, number: str, **more: Any) -> Client:
        """A client with consent in force."""
        client = Client(
            id=new_id(),
            program_id=program,
            external_id=name.upper().replace(" ", "-"),
            number_hash=vault.current().fingerprint(number),
            timezone="America/Chicago",
            zones=["America/Chicago"],
            created_at=self.now - timedelta(days=90),
        )
        client.name, client.number = name, number
        for key, value in more.items():
            setattr(client, key, value)
        self._add(client)
        self.consent(client, ConsentKind.GIVEN)
        return client

    def consent(self, client: Client, kind: ConsentKind) -> None:
        """An event of consent, and the state it leads to."""
        event = ConsentEvent(
            id=new_id(),
            program_id=client.program_id,
            number_hash=client.number_hash,
            client_id=client.id,
            kind=kind,
            source=ConsentSource.IMPORT,
            at=self.now - timedelta(days=60),
            recorded_at=self.now - timedelta(days=60),
        )
        event.proof = "Signed form of September"
        self._add(event)
        with self.database.write() as session:
            row = session.get(Consent, (client.program_id, client.number_hash)) or Consent(
                program_id=client.program_id, number_hash=client.number_hash
            )
            row.in_force = kind is not ConsentKind.REVOKED
            row.kind, row.source, row.since = kind, ConsentSource.IMPORT, event.at
            session.add(row)

    def reply(
        self,
        client: Client,
        body: str,
        *,
        ago: timedelta = timedelta(),
        spans: Sequence[Sequence[Any]] = (),
        severity: Severity = Severity.NONE,
    ) -> Reply:
        """A text of the client."""
        reply = Reply(
            id=new_id(),
            sid=f"SM{new_id()}",
            program_id=client.program_id,
            client_id=client.id,
            number_hash=client.number_hash,
            received_at=self.now - ago,
            applied_at=self.now - ago,
            severity=severity,
            screening={"spans": [list(span) for span in spans]},
            readings=[],
        )
        reply.number, reply.body, reply.fields = client.number, body, "{}"
        self._add(reply)
        return reply

    def stranger_writes(self, program: str, number: str, body: str) -> str:
        """A text from a number that no client has, and the flag about it; returns the flag's id."""
        reply = Reply(
            id=new_id(),
            sid=f"SM{new_id()}",
            program_id=program,
            number_hash=vault.current().fingerprint(number),
            received_at=self.now,
            applied_at=self.now,
        )
        reply.number, reply.body, reply.fields = number, body, "{}"
        self._add(reply)
        alarm = Alarm(
            program,
            FlagReason.UNMATCHED,
            Severity.HIGH,
            number_hash=reply.number_hash,
            reply_id=reply.id,
        )
        with self.database.write() as session:
            file = self._file(session, program)
            return flags.open_or_join(session, alarm, file, now=self.now).id

    def message(
        self,
        client: Client,
        body: str,
        *,
        kind: MessageKind = MessageKind.HOPE,
        ago: timedelta = timedelta(),
        state: MessageState = MessageState.DELIVERED,
    ) -> None:
        """A text of ours."""
        with self.database.write() as session:
            sender = session.query(Sender).filter_by(program_id=client.program_id).one()
            at = self.now - ago
            text = Outbound(
                program_id=client.program_id,
                sender_id=sender.id,
                number=client.number or "",
                number_hash=client.number_hash,
                body=body,
                kind=kind,
                language=client.speaks,
                send_after=at,
                useful_until=at,
                client_id=client.id,
            )
            session.add(Message(**message_row(text, now=at, state=state)))

    def flag(
        self,
        client: Client,
        reply: Reply | None = None,
        *,
        severity: Severity = Severity.HIGH,
        concern: Concern = Concern.SUICIDE,
        reason: FlagReason = FlagReason.CONCERN,
        ago: timedelta = timedelta(),
        rules: Sequence[str] = (),
    ) -> str:
        """A flag about the client; returns its id."""
        alarm = Alarm(
            client.program_id,
            reason,
            severity,
            concern,
            client.id,
            client.number_hash,
            reply.id if reply else None,
            {"rules": list(rules)},
        )
        with self.database.write() as session:
            file = self._file(session, client.program_id)
            return flags.open_or_join(session, alarm, file, now=self.now - ago).id

    def score(self, client: Client, score: float, *, ago: timedelta) -> None:
        """An answer on the scale of 0 to 10."""
        at = self.now - ago
        self._add(
            ProgressRecord(
                id=new_id(),
                program_id=client.program_id,
                client_id=client.id,
                kind="scale",
                score=score,
                asked_at=at,
                at=at,
            )
        )

    def goal(self, client: Client, title: str) -> Goal:
        """A goal of the client."""
        goal = Goal(
            id=new_id(),
            program_id=client.program_id,
            client_id=client.id,
            external_id=new_id(),
            dimension="health",
            times_per_week=3,
            created_at=self.now,
        )
        goal.title = title
        self._add(goal)
        return goal

    def appointment(self, client: Client, ahead: timedelta, who: str, where: str) -> None:
        """A visit of the client."""
        visit = Appointment(
            id=new_id(),
            program_id=client.program_id,
            client_id=client.id,
            external_id=new_id(),
            starts_at=self.now + ahead,
            timezone="America/Chicago",
            created_at=self.now,
            updated_at=self.now,
        )
        visit.who, visit.location = who, where
        self._add(visit)

    def _file(self, session: Session, program: str) -> ProgramFile:
        row = session.get_one(Program, program)
        return ProgramFile.model_validate_json(row.file or "{}")

    def _add(self, row: Any) -> None:
        with self.database.write() as session:
            session.add(row)
