"""Importing goals: what clients work towards."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from outreach.models import Goal, new_id, seal
from outreach.programs import cells
from outreach.programs.cells import Reader, Value
from outreach.programs.import_rows import (
    AnyRow,
    differing,
    last_import,
    sealed_import,
    write_rows,
)
from outreach.programs.importing import Plan, ReadRow
from outreach.programs.loaded import LoadedProgram
from outreach.programs.owners import owned_rows
from outreach.programs.table import Columns
from outreach.vocabulary import Dimension

COLUMNS = Columns(
    required=("external_id", "client_external_id", "title", "dimension"),
    optional=("times_per_week", "starts_on"),
)


class GoalImport:
    """goals.csv of one program."""

    columns = COLUMNS

    def __init__(self, program: LoadedProgram, now: datetime) -> None:
        self._program = program
        self._now = now

    def readers(self) -> Mapping[str, Reader]:
        return {
            "external_id": cells.words(100),
            "client_external_id": cells.words(100),
            "title": cells.words(120),
            "dimension": cells.one_of(tuple(Dimension)),
            "times_per_week": cells.whole_number(1, 70),
            "starts_on": cells.day,
        }

    def check(self, values: dict[str, Value]) -> Iterator[tuple[str, str, str]]:  # noqa: ARG002
        """Nothing between the cells of a goal can be wrong."""
        return iter(())

    def plan(self, session: Session, rows: Sequence[ReadRow]) -> Plan:
        plan = Plan()
        for row, owner, goal in owned_rows(session, self._program.id, Goal, rows, plan):
            if goal is None:
                self._create(plan, row, owner)
            else:
                self._update(plan, row, goal)
        return plan

    def write(self, session: Session, plan: Plan) -> None:
        write_rows(session, Goal, plan, now=self._now)

    def _create(self, plan: Plan, row: ReadRow, owner: str) -> None:
        goal_id = new_id()
        plan.created += 1
        plan.replan.add(owner)
        plan.new.append(
            {
                "id": goal_id,
                "program_id": self._program.id,
                "client_id": owner,
                "external_id": row.external_id,
                "created_at": self._now,
                "imported_sealed": sealed_import(Goal, goal_id, row.values),
                "times_per_week": None,
                "starts_on": None,
                **_columns(goal_id, row.values),
            }
        )

    def _update(self, plan: Plan, row: ReadRow, goal: AnyRow) -> None:
        last = last_import(Goal, goal)
        changed = differing(row.values, last)
        if not changed:
            plan.unchanged += 1
            return
        plan.updated += 1
        if "starts_on" in changed:
            plan.replan.add(goal.client_id)
        plan.changed.append(
            {
                "id": goal.id,
                "imported_sealed": sealed_import(Goal, goal.id, last | row.values),
                **_columns(goal.id, changed),
            }
        )


def _columns(goal_id: str, values: Mapping[str, Value]) -> dict[str, Any]:
    """The columns that these cells fill."""
    columns: dict[str, Any] = {
        name: values[name] for name in ("dimension", "times_per_week") if name in values
    }
    if "title" in values:
        columns["title_sealed"] = seal(Goal, "title", goal_id, str(values["title"]))
    if "starts_on" in values:
        starts_on = values["starts_on"]
        columns["starts_on"] = date.fromisoformat(str(starts_on)) if starts_on else None
    return columns
