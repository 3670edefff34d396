"""Whose row it is: appointments and goals name their client by the program's own id."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.models import Appointment, Client, Goal
from outreach.programs.import_rows import AnyRow
from outreach.programs.importing import Plan, ReadRow
from outreach.programs.table import RowProblem


def owned_rows(
    session: Session,
    program_id: str,
    model: type[Appointment] | type[Goal],
    rows: Sequence[ReadRow],
    plan: Plan,
) -> Iterator[tuple[ReadRow, str, AnyRow | None]]:
    """Each row with its client's id and what the database has of it.

    Rows of an unknown client, or of another one than before, are refused in `plan`.
    """
    owners = _clients(session, program_id, rows)
    known = _known(session, program_id, model, rows)
    for row in rows:
        owner = owners.get(str(row.values["client_external_id"]))
        before = known.get(row.external_id)
        if owner is None:
            words = "The program has no client with this external_id. Import clients first."
            plan.refused.append(_refused(row, "unknown_client", words))
        elif before is not None and before.client_id != owner:
            words = "This row's external_id belongs to another client; give it one of its own."
            plan.refused.append(_refused(row, "other_client", words))
        else:
            yield row, owner, before


def _clients(session: Session, program_id: str, rows: Sequence[ReadRow]) -> dict[str, str]:
    wanted = {str(row.values["client_external_id"]) for row in rows}
    found = session.execute(
        select(Client.external_id, Client.id).where(
            Client.program_id == program_id, Client.external_id.in_(wanted)
        )
    )
    return {row.external_id: row.id for row in found}


def _known(
    session: Session,
    program_id: str,
    model: type[Appointment] | type[Goal],
    rows: Sequence[ReadRow],
) -> dict[str, AnyRow]:
    columns = model.__table__.c
    found = session.execute(
        select(*columns).where(
            columns.program_id == program_id,
            columns.external_id.in_([row.external_id for row in rows]),
        )
    )
    return {row.external_id: row for row in found}


def _refused(row: ReadRow, code: str, words: str) -> RowProblem:
    return RowProblem(row.line, "client_external_id", code, words)
