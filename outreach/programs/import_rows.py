"""What all imports share when they compare rows with the last import and write them."""

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, insert, update
from sqlalchemy.orm import Session

from outreach.models import Appointment, Client, Goal, seal, unseal
from outreach.programs.cells import Value
from outreach.programs.importing import Plan

AnyRow = Row[*tuple[Any, ...]]
Imported = type[Client] | type[Appointment] | type[Goal]


def last_import(model: Imported, row: AnyRow) -> dict[str, Value]:
    """The cells that the last import of this row had; none if it was made elsewhere."""
    text = unseal(model, "imported", row.id, row.imported_sealed)
    return json.loads(text) if text else {}


def sealed_import(model: Imported, row_id: str, values: dict[str, Value]) -> bytes | None:
    """The cells as the next import will compare them."""
    return seal(model, "imported", row_id, json.dumps(values))


def differing(values: dict[str, Value], last: dict[str, Value]) -> dict[str, Value]:
    """The cells that say something else than the last import did."""
    return {
        name: value for name, value in values.items() if name not in last or last[name] != value
    }


def write_rows(session: Session, model: Imported, plan: Plan, *, now: datetime) -> None:
    """Insert and update the planned rows, and mark the clients whose touchpoints move."""
    if plan.new:
        session.connection().execute(insert(model), plan.new)
    _update(session, model, plan.changed)
    if plan.replan:
        session.connection().execute(
            update(Client).where(Client.id.in_(plan.replan)).values(replan_since=now)
        )


def _update(session: Session, model: Imported, rows: Iterable[dict[str, Any]]) -> None:
    """One statement for all rows in which the same columns change."""
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        values = {f"new_{name}": value for name, value in row.items()}
        alike[tuple(sorted(row.keys() - {"id"}))].append(values)
    columns = model.__table__.c
    for names, group in alike.items():
        assigned = {name: bindparam(f"new_{name}", type_=columns[name].type) for name in names}
        statement = update(model).where(columns.id == bindparam("new_id")).values(assigned)
        session.connection().execute(statement, group)
