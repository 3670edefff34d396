"""Applying a program file."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from outreach.database import Database
from outreach.models import Campaign, Client, Program, Sender
from outreach.programs.apply import apply_program
from outreach.programs.loaded import LoadedProgram, NoSuchProgramError, program_named
from outreach.programs.yaml_file import ProgramFileError, ReadProgramFile
from tests.integration.programs.conftest import PROGRAM, Import

Read = Callable[[str], ReadProgramFile]

LATER = timedelta(days=1)

CLIENT = {"external_id": "c1", "phone": "+12025550123", "consent": "asked"}


@pytest.fixture
def settled(database: Database, import_clients: Import) -> None:
    """A client that the planner has seen."""
    import_clients([CLIENT])
    with database.write() as session:
        session.scalars(select(Client)).one().replan_since = None


def campaigns(database: Database) -> dict[str, Campaign]:
    with database.read() as session:
        return {row.slug: row for row in session.scalars(select(Campaign))}


def test_a_first_apply_makes_program_sender_and_campaigns(
    database: Database, program: LoadedProgram, now: datetime
) -> None:
    with database.read() as session:
        row = session.scalars(select(Program)).one()
        sender = session.scalars(select(Sender)).one()
    assert (row.slug, row.timezone, row.version) == ("riverside", "America/Chicago", 1)
    assert (sender.address, sender.program_id) == ("+15005550006", row.id)
    assert program.file.campaigns.keys() == campaigns(database).keys()
    assert all(campaign.applied_at == now for campaign in campaigns(database).values())


def test_the_same_file_again_changes_nothing(
    database: Database, program: LoadedProgram, now: datetime, read_text: Read
) -> None:
    again = apply_program(database, read_text(PROGRAM), now=now + LATER)
    assert again.changes == ()
    assert all(campaign.applied_at == now for campaign in campaigns(database).values())


def test_a_dry_run_tells_the_changes_and_makes_none(
    database: Database, program: LoadedProgram, now: datetime, read_text: Read
) -> None:
    text = PROGRAM.replace("09:30", "10:30")
    told = apply_program(database, read_text(text), now=now, dry_run=True)
    assert [(c.key, c.before, c.after) for c in told.changes] == [
        ("campaigns.morning-hope.schedule.at", "09:30", "10:30")
    ]
    assert apply_program(database, read_text(PROGRAM), now=now).changes == ()


def test_only_a_changed_campaign_starts_anew(
    database: Database, program: LoadedProgram, now: datetime, read_text: Read
) -> None:
    apply_program(database, read_text(PROGRAM.replace("09:30", "10:30")), now=now + LATER)
    found = campaigns(database)
    assert found["morning-hope"].applied_at == now + LATER
    assert found["visits"].applied_at == now


def test_a_campaign_taken_out_ends_and_put_back_starts_anew(
    database: Database, program: LoadedProgram, now: datetime, read_text: Read
) -> None:
    without = "\n".join(line for line in PROGRAM.splitlines() if "visits" not in line)
    apply_program(database, read_text(without), now=now + LATER)
    assert campaigns(database)["visits"].ended_at == now + LATER
    apply_program(database, read_text(PROGRAM), now=now + 2 * LATER)
    back = campaigns(database)["visits"]
    assert (back.ended_at, back.applied_at) == (None, now + 2 * LATER)


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize(
    ("old", "new", "replanned"),
    [
        ("09:30", "10:30", True),
        ("campaigns:", "quiet_hours: {from: '21:00', to: '09:00'}\ncampaigns:", True),
        ("campaigns:", "contact: {phone: '+15005550100'}\ncampaigns:", False),
        ("Riverside Recovery", "Riverside", False),
    ],
)
def test_clients_are_planned_again_only_when_something_moved(
    database: Database,
    now: datetime,
    read_text: Read,
    client_named: Callable[[str], Client],
    old: str,
    new: str,
    replanned: bool,
) -> None:
    apply_program(database, read_text(PROGRAM.replace(old, new)), now=now)
    assert (client_named("c1").replan_since is not None) is replanned


def test_another_zone_of_the_program_moves_clients_without_their_own(
    database: Database,
    now: datetime,
    read_text: Read,
    import_clients: Import,
    client_named: Callable[[str], Client],
) -> None:
    import_clients(
        [
            {
                "external_id": "toll-free",
                "phone": "+18005550100",
                "consent": "asked",
                "timezone": "",
            },
            {
                "external_id": "own",
                "phone": "+12025550123",
                "consent": "asked",
                "timezone": "America/Denver",
            },
        ]
    )
    apply_program(database, read_text(PROGRAM.replace("Chicago", "New_York")), now=now)
    assert client_named("toll-free").zones == ["America/New_York"]
    assert client_named("own").zones == ["America/Denver"]


def test_the_sender_of_another_program_is_refused_with_its_line(
    database: Database, program: LoadedProgram, now: datetime, read_text: Read
) -> None:
    other = read_text(PROGRAM.replace("program: riverside", "program: lakeside"))
    with pytest.raises(ProgramFileError, match=r"program\.yaml:4: sender\.number: .*riverside"):
        apply_program(database, other, now=now)
    with database.read() as session, pytest.raises(NoSuchProgramError):
        program_named(session, "lakeside")


def test_a_new_sender_is_not_stopped_by_the_faults_of_the_old_one(
    database: Database, program: LoadedProgram, now: datetime, read_text: Read
) -> None:
    with database.write() as session:
        sender = session.scalars(select(Sender)).one()
        sender.stopped_at, sender.stopped_code = now, "21606"
    apply_program(database, read_text(PROGRAM.replace("0006", "0001")), now=now)
    with database.read() as session:
        sender = session.scalars(select(Sender)).one()
    assert (sender.address, sender.stopped_at) == ("+15005550001", None)
