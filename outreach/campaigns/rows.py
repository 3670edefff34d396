"""Reading and writing touchpoints and what belongs to them with Core statements, in batches."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, literal, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from outreach.campaigns.facts import Person, Touch
from outreach.models import Base, TextUse, Touchpoint, new_id
from outreach.vocabulary import TouchpointState

AnyRow = Row[*tuple[Any, ...]]


def is_planned() -> ColumnElement[bool]:
    """The due table. The word stands in the statement itself: a partial index is not used for a
    parameter whose value the database does not know when it plans.
    """
    return Touchpoint.state == literal(TouchpointState.PLANNED, literal_execute=True)


def among(column: Any, name: str = "ids") -> ColumnElement[bool]:
    """`column IN (:ids)` for a statement that is built once and used for every batch."""
    found: ColumnElement[bool] = column.in_(bindparam(name, expanding=True))
    return found


def fetch(session: Session, statement: Any, **lists: Collection[str]) -> Sequence[AnyRow]:
    """All rows of a statement with `among`, past the ORM."""
    parameters = {name: list(values) for name, values in lists.items()}
    return session.connection().execute(statement, parameters).all()


def touchpoint_row(person: Person, touch: Touch) -> dict[str, Any]:
    """The columns of a new row of the due table."""
    return {
        "id": new_id(),
        "program_id": person.program_id,
        "campaign_id": touch.key.campaign_id,
        "client_id": person.id,
        "subject": touch.key.subject,
        "slot": touch.key.slot,
        "kind": touch.kind,
        "planned_at": touch.planned_at,
        "due_at": touch.planned_at,
        "useful_until": touch.useful_until,
        "state": TouchpointState.PLANNED,
    }


def set_aside(kind: str, row_id: str, error: str, now: datetime) -> dict[str, Any]:
    """The columns of a new row for something that no longer stops the others (law 12)."""
    return {"id": new_id(), "kind": kind, "row_id": row_id, "error": error, "at": now}


def change(table: type[Base], bound: dict[str, str], **values: Any) -> Any:
    """An UPDATE of the row `b_id`: columns get the parameters that `bound` names, or `values`."""
    core: Any = table.__table__
    parameters: dict[str, Any] = {name: bindparam(value) for name, value in bound.items()}
    return update(core).where(core.c.id == bindparam("b_id")).values(parameters | values)


def _keep_used(insert: Any) -> Any:
    statement = insert(TextUse.__table__)
    return statement.on_conflict_do_update(
        index_elements=["client_id", "collection"], set_={"used": statement.excluded.used}
    )


_INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}

INSERT_NEW = {
    name: insert(Touchpoint.__table__).on_conflict_do_nothing() for name, insert in _INSERTS.items()
}
"""By dialect: insert touchpoints; one whose slot exists already is left as it is."""

KEEP_USED = {name: _keep_used(insert) for name, insert in _INSERTS.items()}
"""By dialect: insert or replace the lists of texts that clients got."""
