"""Setting the demo's stage: a migrated database, the clock, the program, and a login."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

import click
from sqlalchemy import select

from outreach import migrations, vault
from outreach.clock import DemoClock, SystemClock
from outreach.console.passwords import hash_password, same_address
from outreach.database import Database
from outreach.demo import load
from outreach.models import DemoClockRow, Membership, Program, Staff, new_id
from outreach.start import start
from outreach.vocabulary import StaffRole

EMAIL, PASSWORD = "robin@example.org", "riverside demo"


@dataclass(frozen=True, slots=True)
class Stage:
    """The demo's database and clock, ready for the others."""

    database: Database
    clock: DemoClock
    login: tuple[str, str] = (EMAIL, PASSWORD)

    @classmethod
    def set(cls, speed: float) -> Self:
        """Migrate, let the clock go on from where it stood, and load the program the first time."""
        database = start("demo").database
        migrations.upgrade(database)
        clock = DemoClock(database)
        clock.set(_time_to_show(database, clock), speed)
        if not load.is_loaded(database):
            click.echo("Loading the demo's program ...")
            load.load(database, now=clock.now())
        _add_login(database, clock.now())
        return cls(database, clock)

    def freeze(self) -> None:
        """Stop the clock until the demo is started again."""
        self.clock.set(self.clock.now(), 0)
        self.database.dispose()


def _time_to_show(database: Database, clock: DemoClock) -> datetime:
    with database.read() as session:
        ran_before = session.get(DemoClockRow, 1) is not None
    today = SystemClock().now().astimezone(load.ZONE).date()
    return clock.now() if ran_before else load.first_morning(today)


def _add_login(database: Database, now: datetime) -> None:
    email_hash = vault.current().fingerprint(same_address(EMAIL))
    with database.read() as session:
        if session.scalar(select(Staff.id).where(Staff.email_hash == email_hash)):
            return
    staff = Staff(id=new_id(), email_hash=email_hash, name="Robin", created_at=now)
    staff.email, staff.password_hash = EMAIL, hash_password(PASSWORD)
    with database.write() as session:
        session.add(staff)
        session.flush()
        for program_id in session.scalars(select(Program.id)):
            session.add(
                Membership(staff_id=staff.id, program_id=program_id, role=StaffRole.SUPERVISOR)
            )
