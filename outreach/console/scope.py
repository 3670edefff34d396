"""The one place where queries of the console are narrowed to the member's programs (law 11)."""

from dataclasses import dataclass
from typing import Protocol, Self, TypeVar

from flask import abort
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from outreach.models import Program
from outreach.vocabulary import StaffRole

Row = TypeVar("Row")


class Member(Protocol):
    """A signed-in staff member: an id, and a role in each of their programs."""

    staff_id: str
    roles: dict[str, StaffRole]


@dataclass(frozen=True, slots=True)
class Scope:
    """What one request of one member may reach."""

    staff_id: str
    program_ids: frozenset[str]

    @classmethod
    def of_member(cls, member: Member, roles: frozenset[StaffRole]) -> Self:
        """The programs in which the member has one of these roles."""
        ids = (program for program, role in member.roles.items() if role in roles)
        return cls(member.staff_id, frozenset(ids))

    def select(self, table: type[Row]) -> Select[Row]:
        """A select of `table` that holds only the member's programs."""
        program_id = table.id if table is Program else table.program_id  # type: ignore[attr-defined]
        return select(table).where(program_id.in_(self.program_ids))

    def one(self, session: Session, table: type[Row], row_id: str) -> Row:
        """The row, or 404: another program's row looks like none at all."""
        query = self.select(table).where(table.id == row_id)  # type: ignore[attr-defined]
        row = session.scalars(query).first()
        if row is None:
            abort(404)
        return row

    def programs(self, session: Session) -> dict[str, Program]:
        """The member's programs by id, by name."""
        found = session.scalars(self.select(Program).order_by(Program.name))
        return {program.id: program for program in found}
