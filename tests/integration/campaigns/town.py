"""A small program with clients, visits and goals, written straight into the tables."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update

from outreach import vault
from outreach.campaigns.planner import plan_dirty
from outreach.campaigns.release import release_due
from outreach.consent import ConsentFact, record
from outreach.content.library import Library, default_directory, load
from outreach.database import Database
from outreach.models import (
    Appointment,
    Campaign,
    Client,
    Decision,
    Goal,
    Message,
    Program,
    Sender,
    Touchpoint,
    new_id,
)
from outreach.programs.file import ProgramFile
from outreach.vocabulary import ConsentKind, ConsentSource, MessageState

HOPE = {"kind": "hope", "collection": "hope", "schedule": {"every": "day", "at": "13:30"}}
VISITS = {"kind": "appointment_reminder", "before": ["7d", "1d", "2h"]}
GOAL = {"kind": "goal_check_in", "ask": "goal", "schedule": {"every": "day", "at": "14:00"}}
MOOD = {"kind": "goal_check_in", "ask": "scale", "schedule": {"every": "day", "at": "15:00"}}

_LIBRARY: list[Library] = []


def library() -> Library:
    if not _LIBRARY:
        _LIBRARY.append(load(default_directory()))
    return _LIBRARY[0]


@dataclass
class Town:
    """One program in one database; `now` moves only when a test moves it."""

    database: Database
    now: datetime
    program_id: str = field(default_factory=new_id)
    campaigns: dict[str, str] = field(default_factory=dict)
    people: int = 0

    def program(self, campaigns: dict[str, Any], **keys: Any) -> "Town":
        """Write the program file with these campaigns, as applied at `now`."""
        file = ProgramFile.model_validate(
            {
                "program": "riverside",
                "name": "Riverside",
                "timezone": "America/Chicago",
                "sender": {"number": "+12025550100"},
                "contact": {"phone": "+12025550101"},
                "campaigns": campaigns,
                **keys,
            }
        )
        with self.database.write() as session:
            row = Program(
                id=self.program_id,
                slug=file.program,
                name=file.name,
                timezone=file.timezone,
                created_at=self.now,
                updated_at=self.now,
            )
            row.file = file.model_dump_json(by_alias=True)
            session.add(row)
            session.flush()
            session.add(Sender(program_id=self.program_id, address=file.sender.address))
            for slug, spec in file.campaigns.items():
                campaign = Campaign(
                    id=new_id(),
                    program_id=self.program_id,
                    slug=slug,
                    kind=spec.kind,
                    applied_at=self.now,
                    spec=spec.model_dump(mode="json", by_alias=True),
                )
                self.campaigns[slug] = campaign.id
                session.add(campaign)
        return self

    def client(self, *, welcomed: bool = True, consent: bool = True, **columns: Any) -> str:
        """A client with consent in force, marked for planning; returns the id."""
        self.people += 1
        number = columns.pop("number", f"+12025550{self.people + 101:03}")
        with self.database.write() as session:
            row = Client(
                id=new_id(),
                program_id=self.program_id,
                external_id=columns.pop("external_id", f"c{self.people}"),
                number_hash=vault.current().fingerprint(number),
                zones=columns.pop("zones", ["America/Chicago"]),
                tags=columns.pop("tags", []),
                welcomed_at=self.now - timedelta(days=30) if welcomed else None,
                replan_since=self.now,
                created_at=self.now,
                **columns,
            )
            row.number, row.name = number, "Ana Marisol"
            session.add(row)
            session.flush()
            if consent:
                fact = ConsentFact(
                    self.program_id,
                    row.number_hash,
                    ConsentKind.GIVEN,
                    ConsentSource.IMPORT,
                    self.now,
                )
                record(session, fact, now=self.now)
        return row.id

    def visit(self, client_id: str, starts_at: datetime, **columns: Any) -> str:
        """A booked visit, known since `now`."""
        with self.database.write() as session:
            row = Appointment(
                id=new_id(),
                program_id=self.program_id,
                client_id=client_id,
                external_id=new_id(),
                starts_at=starts_at,
                timezone="America/Chicago",
                created_at=self.now,
                updated_at=self.now,
                **columns,
            )
            session.add(row)
        self.touch(client_id)
        return row.id

    def goal(self, client_id: str, title: str, **columns: Any) -> str:
        with self.database.write() as session:
            row = Goal(
                id=new_id(),
                program_id=self.program_id,
                client_id=client_id,
                external_id=new_id(),
                dimension="health",
                created_at=self.now,
                **columns,
            )
            row.title = title
            session.add(row)
        self.touch(client_id)
        return row.id

    def touch(self, client_id: str, **columns: Any) -> None:
        """Change a client and mark it for planning, as an import or a reply does."""
        self.change(Client, client_id, replan_since=self.now, **columns)

    def change(self, table: Any, row_id: str, **columns: Any) -> None:
        with self.database.write() as session:
            session.execute(update(table).where(table.id == row_id).values(**columns))

    def add(self, row: Any) -> None:
        with self.database.write() as session:
            session.add(row)

    def tick(self, now: datetime | None = None) -> None:
        """Plan and release at `now`."""
        self.now = now or self.now
        plan_dirty(self.database, now=self.now)
        release_due(self.database, library(), now=self.now)

    def hand_over(self) -> None:
        """What the dispatcher does in the end: every queued text is accepted."""
        with self.database.write() as session:
            session.execute(
                update(Message)
                .where(Message.state == MessageState.QUEUED)
                .values(state=MessageState.ACCEPTED)
            )

    def run_until(self, end: datetime) -> None:
        """Jump from due touchpoint to due touchpoint, handing texts over in between."""
        self.tick()
        self.hand_over()
        while True:
            with self.database.read() as session:
                due = session.scalar(
                    select(func.min(Touchpoint.due_at)).where(Touchpoint.state == "planned")
                )
            if due is None or due > end:
                return
            self.tick(max(due, self.now))
            self.hand_over()

    def texts(self, client_id: str | None = None) -> Sequence[Message]:
        """Messages in the order in which they were written."""
        query = select(Message).order_by(Message.created_at, Message.lane)
        if client_id:
            query = query.where(Message.client_id == client_id)
        with self.database.read() as session:
            return session.scalars(query).all()

    def touchpoints(self, **where: Any) -> Sequence[Touchpoint]:
        """Touchpoints by their planned instant."""
        query = select(Touchpoint).filter_by(**where).order_by(Touchpoint.planned_at)
        with self.database.read() as session:
            return session.scalars(query).all()

    def decisions(self, touchpoint_id: str) -> list[tuple[str, str]]:
        """(verdict, reason) of every decision on a touchpoint, in order."""
        with self.database.read() as session:
            rows = session.scalars(
                select(Decision)
                .where(Decision.touchpoint_id == touchpoint_id)
                .order_by(Decision.at, Decision.id)
            ).all()
        return [(row.verdict, row.reason) for row in rows]
