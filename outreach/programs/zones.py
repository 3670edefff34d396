"""The zones in which a client's quiet hours must hold."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update

from outreach.database import Database
from outreach.models import Client, unseal
from outreach.numbers import candidate_zones
from outreach.programs.file import ProgramFile

_TOO_MANY = 8
"""A number with more candidate zones says nothing; toll-free and test numbers have 42."""

_BATCH = 500


def zones_of(file: ProgramFile, number: str, timezone: str | None) -> tuple[str, ...]:
    """Every zone a text to this client must respect (contract, "Client without a zone")."""
    if timezone:
        return (timezone,)
    candidates = candidate_zones(number)
    if file.timezone in candidates or len(candidates) > _TOO_MANY:
        return (file.timezone,)
    return candidates


def is_a_guess(number: str, timezone: str | None) -> bool:
    """Whether a person should find out the client's zone: the number gives no hint."""
    return not timezone and len(candidate_zones(number)) > _TOO_MANY


def rezone(database: Database, program_id: str, file: ProgramFile, *, now: datetime) -> None:
    """Derive the zones of all clients without an own one again, in batches."""
    last = ""
    while True:
        with database.read() as session:
            rows = session.execute(
                select(Client.id, Client.number_sealed, Client.zones)
                .where(Client.program_id == program_id, Client.timezone.is_(None), Client.id > last)
                .order_by(Client.id)
                .limit(_BATCH)
            ).all()
        if not rows:
            return
        last = rows[-1].id
        changed = list(_changed(rows, file))
        if changed:
            with database.write() as session:
                session.connection().execute(
                    update(Client)
                    .where(Client.id == bindparam("client"))
                    .values(zones=bindparam("new_zones"), replan_since=now),
                    changed,
                )


def _changed(rows: Any, file: ProgramFile) -> Iterator[dict[str, Any]]:
    for row in rows:
        number = unseal(Client, "number", row.id, row.number_sealed)
        zones = list(zones_of(file, number, None)) if number else row.zones
        if zones != row.zones:
            yield {"client": row.id, "new_zones": zones}
