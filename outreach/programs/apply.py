"""Applying a program file: the rows become what the file says, and the changes are told."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from outreach.database import Database
from outreach.models import Campaign, Client, Program, Sender, new_id
from outreach.programs.file import ProgramFile
from outreach.programs.yaml_file import ProgramFileError, ReadProgramFile
from outreach.programs.zones import rezone

_MOVES_TOUCHPOINTS = frozenset({"timezone", "quiet_hours", "campaigns"})
"""Keys whose change makes the planner look at every client of the program again."""


@dataclass(frozen=True, slots=True)
class Change:
    """One key of the file that is not as it was; None where it did not or does not exist."""

    key: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Applied:
    """What an apply did, or would do."""

    program: str
    created: bool
    changes: tuple[Change, ...]

    def as_json(self) -> dict[str, Any]:
        """For machines: program, created, and changes as {key, before, after}."""
        return asdict(self)


def apply_program(
    database: Database, read: ReadProgramFile, *, now: datetime, dry_run: bool = False
) -> Applied:
    """Make the program what its file says; the same file again changes nothing.

    Raises ProgramFileError if another program has the sender.
    """
    file = read.file
    with database.read() as session:
        _refuse_foreign_sender(session, read)
        program = session.scalars(select(Program).where(Program.slug == file.program)).first()
        before = _dump(ProgramFile.model_validate_json(program.file or "{}")) if program else {}
    applied = Applied(file.program, program is None, tuple(_changes(before, _dump(file))))
    if dry_run or not applied.changes:
        return applied
    if program is not None and "timezone" in _touched(applied):
        # Before the file itself: if this is cut short, the next apply still sees the change.
        rezone(database, program.id, file, now=now)
    with database.write() as session:
        _write(session, read, _touched(applied), now)
    return applied


def _write(session: Session, read: ReadProgramFile, touched: set[str], now: datetime) -> None:
    _refuse_foreign_sender(session, read)
    program_id = _keep_program(session, read.file, now)
    _keep_sender(session, program_id, read.file)
    _keep_campaigns(session, program_id, read.file, now)
    if touched & _MOVES_TOUCHPOINTS:
        session.execute(
            update(Client).where(Client.program_id == program_id).values(replan_since=now)
        )


def _refuse_foreign_sender(session: Session, read: ReadProgramFile) -> None:
    owner = session.scalars(
        select(Program.slug)
        .join(Sender, Sender.program_id == Program.id)
        .where(Sender.address == read.file.sender.address, Program.slug != read.file.program)
    ).first()
    if owner is not None:
        words = f"belongs to the program {owner}; a sender serves one program only"
        key = "number" if read.file.sender.number else "messaging_service"
        raise ProgramFileError([read.problem(("sender", key), "sender_taken", words)])


def _keep_program(session: Session, file: ProgramFile, now: datetime) -> str:
    program = session.scalars(
        select(Program).where(Program.slug == file.program).with_for_update()
    ).first()
    if program is None:
        program = Program(id=new_id(), slug=file.program, version=0, created_at=now)
        session.add(program)
    program.name, program.timezone = file.name, file.timezone
    program.file = file.model_dump_json(by_alias=True)
    program.version += 1
    program.updated_at = now
    session.flush()
    return program.id


def _keep_sender(session: Session, program_id: str, file: ProgramFile) -> None:
    sender = session.scalars(select(Sender).where(Sender.program_id == program_id)).first()
    if sender is None:
        sender = Sender(id=new_id(), program_id=program_id, address=file.sender.address)
        session.add(sender)
    if sender.address != file.sender.address:
        # What stopped the old number says nothing about the new one.
        sender.address = file.sender.address
        sender.stopped_at = sender.stopped_code = None
    sender.segments_per_second = file.sender.segments_per_second
    session.flush()


def _keep_campaigns(session: Session, program_id: str, file: ProgramFile, now: datetime) -> None:
    rows = session.scalars(select(Campaign).where(Campaign.program_id == program_id))
    known = {row.slug: row for row in rows}
    for slug, campaign in file.campaigns.items():
        spec = campaign.model_dump(mode="json", by_alias=True)
        row = known.pop(slug, None)
        if row is None:
            row = Campaign(id=new_id(), program_id=program_id, slug=slug)
            session.add(row)
        elif row.spec == spec and row.ended_at is None:
            continue
        row.kind, row.spec, row.applied_at, row.ended_at = campaign.kind, spec, now, None
    for gone in known.values():
        gone.ended_at = gone.ended_at or now


def _dump(file: ProgramFile) -> dict[str, Any]:
    return file.model_dump(mode="json", by_alias=True)


def _touched(applied: Applied) -> set[str]:
    return {change.key.partition(".")[0] for change in applied.changes}


def _changes(before: Any, after: Any, key: str = "") -> Iterator[Change]:
    """Every difference, at the deepest key both sides share."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in dict.fromkeys([*before, *after]):
            inner = f"{key}.{name}" if key else str(name)
            yield from _changes(before.get(name), after.get(name), inner)
    elif before != after:
        yield Change(key, before, after)
