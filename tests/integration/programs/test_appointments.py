"""Importing appointments: what the clinic says anew, and what the client said meanwhile."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from outreach.database import Database
from outreach.models import Appointment, Client
from outreach.vocabulary import AppointmentStatus
from tests.integration.programs.conftest import Import

VISIT = {
    "external_id": "v1",
    "client_external_id": "c1",
    "starts_at": "2026-11-25T15:00",
    "with": "Dr. Lee",
    "location": "Room 2",
    "status": "booked",
}
STARTS = datetime(2026, 11, 25, 21, 0, tzinfo=UTC)


def visit(**cells: str) -> dict[str, str]:
    return VISIT | cells


@pytest.fixture(autouse=True)
def known_client(import_clients: Import, database: Database) -> None:
    import_clients(
        [
            {"external_id": "c1", "phone": "+12025550123", "consent": "asked"},
            {"external_id": "c2", "phone": "+12025550124", "consent": "asked"},
        ]
    )
    with database.write() as session:
        session.execute(update(Client).values(replan_since=None))


@pytest.fixture
def stored(database: Database) -> Callable[[], Appointment]:
    def find() -> Appointment:
        with database.read() as session:
            return session.scalars(select(Appointment)).one()

    return find


def change(database: Database, **values: object) -> None:
    """What happened in the service since the import."""
    with database.write() as session:
        session.execute(update(Appointment).values(**values))


def test_a_visit_has_what_the_row_says(
    import_appointments: Import,
    stored: Callable[[], Appointment],
    client_named: Callable[[str], Client],
    now: datetime,
) -> None:
    report = import_appointments([visit(duration_minutes="45")])
    row = stored()
    assert report.created == 1
    assert (row.starts_at, row.timezone, row.duration_minutes) == (STARTS, "America/Chicago", 45)
    assert (row.who, row.location, row.status) == ("Dr. Lee", "Room 2", "booked")
    assert client_named("c1").replan_since == now


@pytest.mark.parametrize(
    ("starts_at", "timezone", "utc"),
    [
        ("2026-11-25T15:00-05:00", "", datetime(2026, 11, 25, 20, 0, tzinfo=UTC)),
        ("2026-11-25T15:00", "America/Denver", datetime(2026, 11, 25, 22, 0, tzinfo=UTC)),
        ("2027-03-14T02:30", "", datetime(2027, 3, 14, 8, 0, tzinfo=UTC)),
        ("2027-11-07T01:30", "", datetime(2027, 11, 7, 6, 30, tzinfo=UTC)),
    ],
    ids=["offset", "own zone", "in a gap", "in a fold"],
)
def test_a_start_is_read_in_the_zone_of_the_visit(
    import_appointments: Import,
    stored: Callable[[], Appointment],
    starts_at: str,
    timezone: str,
    utc: datetime,
) -> None:
    import_appointments([visit(starts_at=starts_at, timezone=timezone)])
    assert stored().starts_at == utc


def test_the_same_file_again_changes_nothing(
    import_appointments: Import, database: Database, client_named: Callable[[str], Client]
) -> None:
    import_appointments([VISIT])
    with database.write() as session:
        session.execute(update(Client).values(replan_since=None))
    assert import_appointments([VISIT]).unchanged == 1
    assert client_named("c1").replan_since is None


@pytest.mark.parametrize(
    "said",
    [
        AppointmentStatus.CONFIRMED,
        AppointmentStatus.CANCEL_REQUESTED,
        AppointmentStatus.CHANGE_REQUESTED,
        AppointmentStatus.CANCELLED,
    ],
)
def test_a_new_room_undoes_nothing_that_was_said_about_the_visit(
    import_appointments: Import,
    stored: Callable[[], Appointment],
    database: Database,
    said: AppointmentStatus,
) -> None:
    import_appointments([VISIT])
    change(database, status=said)
    import_appointments([visit(location="Room 3")])
    assert (stored().status, stored().location) == (said, "Room 3")


def test_a_new_time_is_a_new_question(
    import_appointments: Import, stored: Callable[[], Appointment], database: Database
) -> None:
    import_appointments([VISIT])
    change(database, status=AppointmentStatus.CHANGE_REQUESTED)
    import_appointments([visit(starts_at="2026-11-26T15:00")])
    assert stored().status == AppointmentStatus.BOOKED


def test_a_cancelled_visit_that_moves_in_the_file_stays_cancelled(
    import_appointments: Import, stored: Callable[[], Appointment]
) -> None:
    import_appointments([VISIT])
    import_appointments([visit(status="cancelled")])
    import_appointments([visit(status="cancelled", starts_at="2026-11-26T15:00")])
    assert stored().status == AppointmentStatus.CANCELLED


def test_the_clinic_may_book_a_cancelled_visit_again(
    import_appointments: Import, stored: Callable[[], Appointment]
) -> None:
    import_appointments([visit(status="cancelled")])
    import_appointments([VISIT])
    assert stored().status == AppointmentStatus.BOOKED


@pytest.mark.parametrize(
    ("told", "cells", "owed"),
    [
        (None, {"starts_at": "2026-11-26T15:00"}, None),
        (None, {"status": "cancelled"}, None),
        (STARTS, {"starts_at": "2026-11-26T15:00"}, "moved"),
        (STARTS, {"status": "cancelled"}, "cancelled"),
        (STARTS, {"location": "Room 3"}, None),
        (STARTS, {"status": "kept"}, None),
        (STARTS + timedelta(hours=1), {"starts_at": "2026-11-25T16:00"}, None),
    ],
    ids=["untold move", "untold end", "move", "end", "room", "kept", "moved back"],
)
def test_a_notice_is_owed_only_when_a_reminder_told_otherwise(
    import_appointments: Import,
    stored: Callable[[], Appointment],
    database: Database,
    told: datetime | None,
    cells: dict[str, str],
    owed: str | None,
) -> None:
    import_appointments([VISIT])
    change(database, told_starts_at=told)
    import_appointments([visit(**cells)])
    assert stored().notice_owed == owed


def test_no_notice_is_owed_about_a_visit_that_is_over(
    import_appointments: Import, stored: Callable[[], Appointment], database: Database
) -> None:
    import_appointments([VISIT])
    change(database, told_starts_at=STARTS)
    import_appointments([visit(status="cancelled")], at=STARTS + timedelta(hours=1))
    assert stored().notice_owed is None


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ({"client_external_id": "nobody"}, "client_external_id", "unknown_client"),
        ({"client_external_id": "c2"}, "client_external_id", "other_client"),
        ({"starts_at": "Tuesday"}, "starts_at", "time"),
        ({"starts_at": ""}, "starts_at", "missing"),
        ({"status": "confirmed"}, "status", "not_one_of"),
    ],
)
def test_a_row_that_cannot_be_is_refused(
    import_appointments: Import,
    database: Database,
    cells: dict[str, str],
    column: str,
    code: str,
) -> None:
    import_appointments([VISIT])
    report = import_appointments([visit(**cells)])
    assert [(p.line, p.column, p.code) for p in report.refused] == [(2, column, code)]
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Appointment)) == 1
