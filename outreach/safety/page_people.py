"""Who can be paged: the people of the program file, else supervisors by e-mail."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.models import Membership, Staff
from outreach.programs.file import OnCallPerson
from outreach.programs.loaded import LoadedProgram, load_programs
from outreach.safety.page_steps import is_repeat, people_at
from outreach.settings import Settings
from outreach.vocabulary import StaffRole

_STAFF = "staff:"
_SUPERVISE = (StaffRole.SUPERVISOR, StaffRole.ADMIN)


def people_to_page(
    session: Session, settings: Settings, program: LoadedProgram, step: int, now: datetime
) -> dict[str, OnCallPerson]:
    """Name -> addresses of everybody this step pages; empty if nobody can be reached.

    Supervisors are paged beside the others once every step ran in vain, and at once where the
    file names nobody.
    """
    people = people_at(program.file, step, now)
    if people and not is_repeat(program.file, step):
        return people
    return people | supervisors(session, settings, program.id)


def unheard(session: Session, settings: Settings) -> dict[str, LoadedProgram]:
    """The programs, by id, whose urgent flags nobody would be paged about."""
    return {
        program.id: program
        for program in load_programs(session).values()
        if not program.file.on_call.people and not supervisors(session, settings, program.id)
    }


def supervisors(session: Session, settings: Settings, program_id: str) -> dict[str, OnCallPerson]:
    """Supervisors and admins of the program by e-mail; nobody without OUTREACH_SMTP_URL."""
    if settings.smtp_url is None:
        return {}
    query = (
        select(Staff)
        .join(Membership, Membership.staff_id == Staff.id)
        .where(Membership.program_id == program_id, Membership.role.in_(_SUPERVISE))
        .where(Staff.disabled_at.is_(None))
        .order_by(Staff.id)
    )
    return {f"{_STAFF}{row.id}": OnCallPerson(email=row.email) for row in session.scalars(query)}


def person_named(session: Session, program: LoadedProgram, name: str) -> OnCallPerson | None:
    """Where the person of a page is reached now; None if they left meanwhile."""
    if not name.startswith(_STAFF):
        return program.file.on_call.people.get(name)
    member = session.get(Staff, name.removeprefix(_STAFF))
    if member is None or member.disabled_at is not None:
        return None
    return OnCallPerson(email=member.email)
