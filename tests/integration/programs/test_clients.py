"""Importing clients: the laws for what a file may and may not change."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from outreach import consent, vault
from outreach.consent import ConsentFact
from outreach.database import Database
from outreach.delivery.outbox import Outbound, message_row
from outreach.models import Client, Consent, ConsentEvent, Flag, Message
from outreach.programs.importing import Report
from outreach.programs.loaded import LoadedProgram
from outreach.vocabulary import ConsentKind, ConsentSource, FlagReason, MessageKind, MessageState
from tests.integration.programs.conftest import Import

NUMBER, OTHER = "+12025550123", "+12025550124"

ANA = {
    "external_id": "c1",
    "phone": NUMBER,
    "name": "Ana",
    "language": "en",
    "timezone": "",
    "consent": "given",
    "consent_source": "intake form",
    "consent_at": "2026-11-01T10:00",
    "status": "active",
}

Find = Callable[[str], Client]


def ana(**cells: str) -> dict[str, str]:
    return ANA | cells


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.created, report.updated, report.unchanged, len(report.refused)


def state(database: Database, number: str) -> tuple[bool, str] | None:
    with database.read() as session:
        row = session.scalars(
            select(Consent).where(Consent.number_hash == vault.current().fingerprint(number))
        ).first()
    return None if row is None else (row.in_force, row.kind)


def say(database: Database, program: LoadedProgram, kind: ConsentKind, at: datetime) -> None:
    """A text of the client's own about consent."""
    fact = ConsentFact(
        program.id, vault.current().fingerprint(NUMBER), kind, ConsentSource.TEXT, at
    )
    with database.write() as session:
        consent.record(session, fact, now=at)


def queue_text(database: Database, program: LoadedProgram, client: Client, now: datetime) -> str:
    row = message_row(
        Outbound(
            program_id=program.id,
            sender_id=program.sender_id,
            number=client.number or "",
            number_hash=client.number_hash,
            body="Hi.",
            kind=MessageKind.HOPE,
            language="en",
            send_after=now,
            useful_until=now + timedelta(hours=1),
            client_id=client.id,
        ),
        now=now,
    )
    with database.write() as session:
        session.add(Message(**row))
    return str(row["id"])


def message_state(database: Database, message_id: str) -> str | None:
    with database.read() as session:
        return session.scalars(select(Message.state).where(Message.id == message_id)).one()


def settle(database: Database) -> None:
    """As if the planner had seen everybody."""
    with database.write() as session:
        session.execute(update(Client).values(replan_since=None))


def test_a_new_client_has_what_the_row_says(
    import_clients: Import, client_named: Find, database: Database, now: datetime
) -> None:
    row = ana(language="es", tags="Veteran; housing", safe_to_call="no", emergency_contact="Mum")
    assert counts(import_clients([row])) == (1, 0, 0, 0)
    client = client_named("c1")
    assert (client.number, client.name, client.language) == (NUMBER, "Ana", "es")
    assert (client.tags, client.safe_to_call) == (["housing", "veteran"], False)
    assert client.emergency_contact == "Mum"
    assert client.replan_since == now
    assert state(database, NUMBER) == (True, ConsentKind.GIVEN)


def test_consent_keeps_its_proof_and_the_time_it_was_given(
    import_clients: Import, database: Database
) -> None:
    import_clients([ANA])
    with database.read() as session:
        event = session.scalars(select(ConsentEvent)).one()
    assert event.at == datetime(2026, 11, 1, 16, 0, tzinfo=UTC)
    assert (event.kind, event.source, event.proof) == ("given", "import", "intake form")


def test_the_same_file_again_changes_nothing(import_clients: Import, database: Database) -> None:
    import_clients([ANA])
    settle(database)
    assert counts(import_clients([ANA])) == (0, 0, 1, 0)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(ConsentEvent)) == 1
        assert session.scalars(select(Client.replan_since)).one() is None


def test_a_dry_run_counts_and_writes_nothing(import_clients: Import, database: Database) -> None:
    assert counts(import_clients([ANA], dry_run=True)) == (1, 0, 0, 0)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Client)) == 0


def test_a_bad_row_stops_no_good_one(import_clients: Import, client_named: Find) -> None:
    report = import_clients([ana(external_id="bad", phone="none"), ANA])
    assert counts(report) == (1, 0, 0, 1)
    problem = report.refused[0]
    assert (problem.line, problem.column, problem.code) == (2, "phone", "not_a_number")
    assert client_named("c1").number == NUMBER


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ({"external_id": ""}, "external_id", "missing"),
        ({"external_id": "x" * 101}, "external_id", "too_long"),
        ({"phone": ""}, "phone", "missing"),
        ({"phone": "911"}, "phone", "short_code"),
        ({"phone": "+442079460123"}, "phone", "wrong_country"),
        ({"consent": "yes"}, "consent", "not_one_of"),
        ({"consent": ""}, "consent", "missing"),
        ({"consent_at": ""}, "consent_at", "missing"),
        ({"consent_source": ""}, "consent_source", "missing"),
        ({"consent_at": "2026-11-19"}, "consent_at", "future"),
        ({"consent_at": "last week"}, "consent_at", "time"),
        ({"language": "fr"}, "language", "language"),
        ({"timezone": "Central"}, "timezone", "timezone"),
        ({"status": "gone"}, "status", "not_one_of"),
    ],
)
def test_a_bad_cell_is_refused_with_its_column(
    import_clients: Import, cells: dict[str, str], column: str, code: str
) -> None:
    report = import_clients([ana(**cells)])
    assert [(p.line, p.column, p.code) for p in report.refused] == [(2, column, code)]


def test_source_and_time_may_be_empty_when_consent_is_only_asked(
    import_clients: Import, database: Database
) -> None:
    row = ana(consent="asked", consent_source="", consent_at="")
    assert counts(import_clients([row])) == (1, 0, 0, 0)
    assert state(database, NUMBER) == (False, ConsentKind.ASKED)


def test_the_second_row_of_one_external_id_is_refused(import_clients: Import) -> None:
    report = import_clients([ANA, ana(name="Ann")])
    assert counts(report) == (1, 0, 0, 1)
    assert (report.refused[0].line, report.refused[0].code) == (3, "duplicate")


def test_only_fields_that_differ_from_the_last_import_change(
    import_clients: Import, client_named: Find, database: Database
) -> None:
    import_clients([ANA])
    with database.write() as session:
        client = session.scalars(select(Client)).one()
        client.language, client.chosen_language = "es", "es"
    assert counts(import_clients([ana(name="Anna")])) == (0, 1, 0, 0)
    client = client_named("c1")
    assert (client.name, client.language, client.speaks) == ("Anna", "es", "es")


def test_an_import_never_touches_what_the_client_chose_by_text(
    import_clients: Import, client_named: Find, database: Database
) -> None:
    import_clients([ANA])
    chosen = {"chosen_language": "es", "chosen_time": "08:30", "chosen_days": "-SU"}
    with database.write() as session:
        session.execute(update(Client).values(**chosen))
    import_clients([ana(language="es", timezone="America/Denver", name="A")])
    import_clients([ana(language="en", timezone="America/Chicago", name="B")])
    client = client_named("c1")
    assert {name: getattr(client, name) for name in chosen} == chosen
    assert client.speaks == "es"


def test_a_column_the_file_lacks_says_nothing(import_clients: Import, client_named: Find) -> None:
    import_clients([ANA])
    import_clients(
        "external_id,phone,consent,consent_source,consent_at\n"
        f"c1,{NUMBER},given,intake form,2026-11-01T10:00\n"
    )
    assert client_named("c1").name == "Ana"


def test_an_empty_cell_clears_a_name_but_not_a_status(
    import_clients: Import, client_named: Find
) -> None:
    import_clients([ana(status="paused")])
    import_clients([ana(name="", status="")])
    client = client_named("c1")
    assert (client.name, client.status) == (None, "paused")


def test_no_file_ends_a_revocation_made_by_text(
    import_clients: Import, database: Database, program: LoadedProgram, now: datetime
) -> None:
    import_clients([ANA])
    say(database, program, ConsentKind.REVOKED, now)
    for row in (ANA, ana(consent_at="2026-11-18T11:00"), ana(consent_at="2026-11-17", name="B")):
        report = import_clients([row])
        assert state(database, NUMBER) == (False, ConsentKind.REVOKED)
    assert [(w.line, w.code) for w in report.warnings] == [(2, "revoked")]


def test_no_file_ends_a_revocation_made_by_a_file(
    import_clients: Import, database: Database
) -> None:
    import_clients([ana(consent="revoked")])
    import_clients([ana(consent_at="2026-11-17")])
    assert state(database, NUMBER) == (False, ConsentKind.REVOKED)


def test_a_new_client_on_a_revoked_number_gets_nothing(
    import_clients: Import, database: Database, program: LoadedProgram, now: datetime
) -> None:
    import_clients([ANA])
    say(database, program, ConsentKind.REVOKED, now)
    report = import_clients([ana(external_id="c2", consent_at="2026-11-18")])
    assert state(database, NUMBER) == (False, ConsentKind.REVOKED)
    assert [w.code for w in report.warnings] == ["revoked"]


def test_a_revocation_in_a_file_cancels_what_waits(
    import_clients: Import,
    client_named: Find,
    database: Database,
    program: LoadedProgram,
    now: datetime,
) -> None:
    import_clients([ANA])
    waiting = queue_text(database, program, client_named("c1"), now)
    import_clients([ana(consent="revoked")])
    assert message_state(database, waiting) == MessageState.CANCELLED


def test_a_new_number_without_its_own_consent_is_only_asked(
    import_clients: Import, client_named: Find, database: Database
) -> None:
    import_clients([ANA])
    report = import_clients([ana(phone=OTHER)])
    assert client_named("c1").number == OTHER
    assert state(database, OTHER) == (False, ConsentKind.ASKED)
    assert [(w.column, w.code) for w in report.warnings] == [("consent_at", "new_number")]
    for cells in ({}, {"name": "Anna"}, {"consent_source": "form"}, {"consent": "asked"}, {}):
        import_clients([ana(phone=OTHER, **cells)])
        assert state(database, OTHER) == (False, ConsentKind.ASKED)
    import_clients([ana(phone=OTHER, consent_at="2026-11-17")])
    assert state(database, OTHER) == (True, ConsentKind.GIVEN)


def test_a_new_number_with_its_own_consent_gets_texts_after_a_welcome(
    import_clients: Import, client_named: Find, database: Database, now: datetime
) -> None:
    import_clients([ANA])
    with database.write() as session:
        session.execute(update(Client).values(welcomed_at=now))
    import_clients([ana(phone=OTHER, consent_at="2026-11-17T09:00")])
    assert state(database, OTHER) == (True, ConsentKind.GIVEN)
    assert client_named("c1").welcomed_at is None


def test_nothing_more_goes_to_an_old_number(
    import_clients: Import,
    client_named: Find,
    database: Database,
    program: LoadedProgram,
    now: datetime,
) -> None:
    import_clients([ANA])
    waiting = queue_text(database, program, client_named("c1"), now)
    import_clients([ana(phone=OTHER)])
    assert message_state(database, waiting) == MessageState.CANCELLED


@pytest.mark.parametrize("status", ["paused", "discharged", "deceased"])
def test_every_status_but_active_stops_texts(
    import_clients: Import,
    client_named: Find,
    database: Database,
    program: LoadedProgram,
    now: datetime,
    status: str,
) -> None:
    import_clients([ANA])
    waiting = queue_text(database, program, client_named("c1"), now)
    settle(database)
    import_clients([ana(status=status)])
    client = client_named("c1")
    assert message_state(database, waiting) == MessageState.CANCELLED
    assert (client.status, client.replan_since) == (status, now)


def test_a_change_of_name_moves_no_touchpoint(
    import_clients: Import, client_named: Find, database: Database
) -> None:
    import_clients([ANA])
    settle(database)
    import_clients([ana(name="Anna")])
    assert client_named("c1").replan_since is None


@pytest.mark.parametrize(
    ("cells", "zones", "asked"),
    [
        ({"timezone": "America/Denver"}, ["America/Denver"], False),
        ({"phone": "+13125550123"}, ["America/Chicago"], False),
        ({"phone": "+12025550123"}, ["America/New_York"], False),
        ({"phone": "+12085550123"}, ["America/Boise", "America/Los_Angeles"], False),
        ({"phone": "+18005550100"}, ["America/Chicago"], True),
        ({"phone": "+18005550100", "timezone": "America/Denver"}, ["America/Denver"], False),
    ],
    ids=[
        "own",
        "program's fits",
        "from the number",
        "two to choose from",
        "toll-free",
        "toll-free with zone",
    ],
)
def test_a_client_without_a_zone_gets_the_ones_that_must_all_allow(
    import_clients: Import,
    client_named: Find,
    database: Database,
    cells: dict[str, str],
    zones: list[str],
    asked: bool,
) -> None:
    import_clients([ana(**cells)])
    assert client_named("c1").zones == zones
    with database.read() as session:
        reasons = session.scalars(select(Flag.reason)).all()
    assert reasons == ([FlagReason.ZONE] if asked else [])


def test_clients_who_share_a_phone_share_its_consent(
    import_clients: Import, client_named: Find, database: Database, now: datetime
) -> None:
    import_clients([ana(consent="asked")])
    settle(database)
    import_clients([ana(external_id="c2")])
    assert state(database, NUMBER) == (True, ConsentKind.GIVEN)
    assert client_named("c1").replan_since == now


def test_what_an_interrupted_import_left_is_completed_by_the_next(
    import_clients: Import, database: Database
) -> None:
    """Batches are whole: the first of a file may be there, the rest comes with the next run."""
    rows = [ana(external_id=f"c{n}", phone=f"+1202555{n:04}") for n in range(1200)]
    import_clients(rows[:500])
    assert counts(import_clients(rows)) == (700, 0, 500, 0)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Consent)) == 1200
