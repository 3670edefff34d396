"""`outreach doctor`: is everything in place, and if not, what to do."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import click
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from outreach import migrations, vault
from outreach.cli.findings import Finding, Grade
from outreach.clock import clock_for
from outreach.database import Database
from outreach.models import Heartbeat, Message, Program, Reply, Sender, SetAside
from outreach.programs.loaded import LoadedProgram, load_programs
from outreach.safety.page_people import supervisors
from outreach.settings import Settings, SettingsError, load_settings
from outreach.vault import VaultError
from outreach.vocabulary import MessageState

_FRESH = timedelta(seconds=60)
"""A heartbeat is written every 5 s; /readyz uses the same limit."""

_SKEW = timedelta(seconds=5)

_APPLIED_WITHIN = timedelta(minutes=2)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def doctor(as_json: bool) -> None:
    """Check settings, database, clock, carrier and scheduler; exit 1 if something is wrong."""
    findings = list(_findings())
    well = all(finding.grade is not Grade.WRONG for finding in findings)
    if as_json:
        told = [asdict(finding) for finding in findings]
        click.echo(json.dumps({"ok": well, "findings": told}, indent=2))
    else:
        for finding in findings:
            click.echo(f"{finding.grade:<6} {finding.check}: {finding.words}")
            if finding.todo:
                click.echo(f"       -> {finding.todo}")
    if not well:
        sys.exit(1)


def _findings() -> Iterator[Finding]:
    """What was found, in the order in which one would mend it; stops where nothing more works."""
    try:
        settings = load_settings("OUTREACH_SECRET_KEYS", "OUTREACH_CARRIER")
        vault.install(vault.Vault(settings.key_ring()))
    except SettingsError as error:
        yield Finding("settings", Grade.WRONG, str(error), "Then run outreach doctor again.")
        return
    yield Finding("settings", Grade.OK, "All there and well-formed.")
    yield from _with_database(settings)


def _with_database(settings: Settings) -> Iterator[Finding]:
    try:
        database = Database(settings.database_url.get_secret_value())
        at, wanted = migrations.revision(database), migrations.newest()
    except SQLAlchemyError as error:
        words = f"It does not answer ({type(error).__name__})."
        todo = "Start it, or correct OUTREACH_DATABASE_URL."
        yield Finding("database", Grade.WRONG, words, todo)
        return
    yield Finding("database", Grade.OK, f"Answers ({database.engine.dialect.name}).")
    if at != wanted:
        found = f"is at {at}" if at else "was never migrated"
        words = f"The database {found}, this version needs {wanted}."
        yield Finding("migrations", Grade.WRONG, words, "Run: outreach db upgrade")
        return
    yield _schema(database)
    with database.read() as session:
        yield from _clock(session, datetime.now(UTC))
        yield from _programs(session, settings)
        yield from _heartbeat(session, datetime.now(UTC))
        yield from _set_aside(session)
        yield from _unknown(session)
        yield from _unread(session, clock_for(database, demo=settings.demo).now())
        yield from _senders(session)
    if settings.carrier == "twilio":
        from outreach.cli.doctor_twilio import twilio_findings

        with database.read() as session:
            senders = list(session.scalars(select(Sender.address)))
        yield from twilio_findings(settings, senders)


def _schema(database: Database) -> Finding:
    changes = migrations.differences(database)
    if changes:
        words = f"The tables differ from this version in {len(changes)} places."
        return Finding("migrations", Grade.WRONG, words, "Run: outreach db check")
    return Finding("migrations", Grade.OK, "Code and schema agree.")


def _clock(session: Session, now: datetime) -> Iterator[Finding]:
    if session.get_bind().dialect.name == "sqlite":
        return  # the same machine, the same clock
    skew = abs(session.scalars(select(func.clock_timestamp())).one() - now)
    if skew > _SKEW:
        words = f"This machine and the database differ by {skew.total_seconds():.0f} seconds."
        yield Finding("clock", Grade.WRONG, words, "Let both take the time from NTP.")
    else:
        yield Finding("clock", Grade.OK, "This machine and the database agree.")


def _programs(session: Session, settings: Settings) -> Iterator[Finding]:
    try:
        programs = load_programs(session).values()
    except VaultError as error:
        todo = (
            "Put the key they were sealed with back into OUTREACH_SECRET_KEYS, behind the newest."
        )
        yield Finding("keys", Grade.WRONG, str(error), todo)
        return
    if not programs:
        todo = "Make one: outreach program apply FILE.yaml"
        yield Finding("programs", Grade.NOTE, "There is no program yet.", todo)
    for program in programs:
        if program.paused:
            todo = f"End it with: outreach resume --program {program.slug}"
            yield Finding("programs", Grade.NOTE, f"{program.slug} is paused.", todo)
        if not program.file.on_call.people:
            yield _nobody_on_call(session, settings, program)


def _nobody_on_call(session: Session, settings: Settings, program: LoadedProgram) -> Finding:
    todo = f"Add on_call to its file, apply it, then: outreach page test --program {program.slug}"
    if supervisors(session, settings, program.id):
        words = f"{program.slug} has nobody on call: urgent flags page its supervisors by e-mail."
    else:
        words = f"{program.slug} has nobody on call: urgent flags page nobody."
    return Finding("programs", Grade.NOTE, words, todo)


def _heartbeat(session: Session, now: datetime) -> Iterator[Finding]:
    beat = session.scalar(select(Heartbeat.at).where(Heartbeat.name == "scheduler"))
    if beat is None:
        words, grade = "It never ran on this database.", Grade.WRONG
    else:
        age = now - beat
        words = f"Last sign of life {age.total_seconds():.0f} seconds ago."
        grade = Grade.OK if age <= _FRESH else Grade.WRONG
    todo = "Start it: outreach scheduler" if grade is Grade.WRONG else ""
    yield Finding("scheduler", grade, words, todo)


def _set_aside(session: Session) -> Iterator[Finding]:
    rows = session.execute(
        select(SetAside.kind, SetAside.error, func.count(), func.max(SetAside.row_id))
        .where(SetAside.ended_at.is_(None))
        .group_by(SetAside.kind, SetAside.error)
        .order_by(SetAside.kind)
    ).all()
    for kind, error, count, last in rows:
        words = f"{count} of {kind} could not be handled: {error} (the last is {last})."
        todo = "See Needs attention on the console; outreach explain tells more about a text."
        yield Finding("set aside", Grade.WRONG, words, todo)
    if not rows:
        yield Finding("set aside", Grade.OK, "No row was set aside.")


def _unknown(session: Session) -> Iterator[Finding]:
    count = session.scalar(
        select(func.count()).select_from(Message).where(Message.state == MessageState.UNKNOWN)
    )
    if count:
        words = f"{count} texts may or may not have reached the carrier."
        todo = "The scheduler asks the carrier by itself; if they stay, see outreach explain."
        yield Finding("unknown texts", Grade.WRONG, words, todo)
    else:
        yield Finding("unknown texts", Grade.OK, "None.")


def _unread(session: Session, now: datetime) -> Iterator[Finding]:
    count = session.scalar(
        select(func.count())
        .select_from(Reply)
        .where(Reply.applied_at.is_(None), Reply.received_at < now - _APPLIED_WITHIN)
    )
    if count:
        words = f"{count} replies are stored but were not read yet."
        todo = "Each has a flag in the queue. If the scheduler runs, look at its log."
        yield Finding("unread replies", Grade.WRONG, words, todo)


def _senders(session: Session) -> Iterator[Finding]:
    stopped = session.execute(
        select(Program.slug, Sender.stopped_code)
        .join(Program, Program.id == Sender.program_id)
        .where(Sender.stopped_at.is_not(None))
    ).all()
    for slug, code in stopped:
        words = f"The carrier's error {code} stopped the sender of {slug}."
        todo = f"See twilio.com/docs/api/errors/{code}, then: outreach resume --program {slug}"
        yield Finding("senders", Grade.WRONG, words, todo)
