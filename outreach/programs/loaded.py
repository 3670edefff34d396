"""A program as the code uses it: its row's identity and its file, read once per version."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.errors import OutreachError
from outreach.models import Program, Sender
from outreach.programs.file import ProgramFile


class NoSuchProgramError(OutreachError):
    """No program has this slug."""

    code = "no_such_program"


@dataclass(frozen=True, slots=True)
class LoadedProgram:
    """What decisions need to know of a program."""

    id: str
    slug: str
    sender_id: str
    sender_address: str
    paused: bool
    version: int
    file: ProgramFile


_cache: dict[str, LoadedProgram] = {}


def load_program(session: Session, program_id: str) -> LoadedProgram:
    """The program with this id; its file is opened and parsed once per version and process."""
    return load_programs(session, [program_id])[program_id]


def load_programs(session: Session, ids: list[str] | None = None) -> dict[str, LoadedProgram]:
    """Programs by id; all of them when `ids` is None."""
    query = select(Program, Sender).join(Sender, Sender.program_id == Program.id)
    if ids is not None:
        query = query.where(Program.id.in_(ids))
    return {program.id: _loaded(program, sender) for program, sender in session.execute(query)}


def program_named(session: Session, slug: str) -> LoadedProgram:
    """The program with this slug. Raises NoSuchProgramError, which names those there are."""
    program_id = session.scalars(select(Program.id).where(Program.slug == slug)).first()
    if program_id is None:
        known = ", ".join(session.scalars(select(Program.slug).order_by(Program.slug)))
        raise NoSuchProgramError(
            f"There is no program {slug!r}; there is {known}."
            if known
            else f"There is no program {slug!r} yet. Make it with: outreach program apply FILE.yaml"
        )
    return load_program(session, program_id)


def _loaded(program: Program, sender: Sender) -> LoadedProgram:
    paused = program.paused_at is not None
    known = _cache.get(program.id)
    if known and known.version == program.version and known.paused == paused:
        return known
    loaded = LoadedProgram(
        id=program.id,
        slug=program.slug,
        sender_id=sender.id,
        sender_address=sender.address,
        paused=paused,
        version=program.version,
        file=ProgramFile.model_validate_json(program.file or "{}"),
    )
    _cache[program.id] = loaded
    return loaded
