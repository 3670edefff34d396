"""Importing appointments: visits as the clinic's own system holds them.

A row is compared with the last imported one: what the client answered (confirmed, cannot come)
stays until the clinic changes the start or the status itself. A visit moved or cancelled after a
reminder told the client about it owes one notice.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from outreach.models import Appointment, new_id, seal
from outreach.programs import cells
from outreach.programs.cells import BadCellError, Reader, Value
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
from outreach.vocabulary import AppointmentStatus

COLUMNS = Columns(
    required=("external_id", "client_external_id", "starts_at"),
    optional=("duration_minutes", "with", "location", "status", "timezone"),
)

_FROM_FILE = (
    AppointmentStatus.BOOKED,
    AppointmentStatus.CANCELLED,
    AppointmentStatus.KEPT,
    AppointmentStatus.MISSED,
)

_COLUMN_OF = {"with": "who", "location": "location"}

_MOVED, _CANCELLED = "moved", "cancelled"


class AppointmentImport:
    """appointments.csv of one program."""

    columns = COLUMNS

    def __init__(self, program: LoadedProgram, now: datetime) -> None:
        self._program = program
        self._now = now

    def readers(self) -> Mapping[str, Reader]:
        return {
            "external_id": cells.words(100),
            "client_external_id": cells.words(100),
            "starts_at": cells.words(40),
            "duration_minutes": cells.whole_number(1, 1440),
            "with": cells.words(100),
            "location": cells.words(200),
            "status": cells.one_of(_FROM_FILE),
            "timezone": cells.timezone,
        }

    def check(self, values: dict[str, Value]) -> Iterator[tuple[str, str, str]]:
        """Read the start in the visit's zone; an empty status says nothing."""
        zone = str(values.get("timezone") or "") or self._program.file.timezone
        values["timezone"] = zone
        if values.get("status", "") is None:
            del values["status"]
        try:
            starts_at = cells.read_visit(str(values["starts_at"]), zone)
        except BadCellError as error:
            yield "starts_at", error.code, error.words
        else:
            values["starts_at"] = starts_at.isoformat()

    def plan(self, session: Session, rows: Sequence[ReadRow]) -> Plan:
        plan = Plan()
        for row, owner, visit in owned_rows(session, self._program.id, Appointment, rows, plan):
            if visit is None:
                self._create(plan, row, owner)
            else:
                self._update(plan, row, visit)
        return plan

    def write(self, session: Session, plan: Plan) -> None:
        write_rows(session, Appointment, plan, now=self._now)

    def _create(self, plan: Plan, row: ReadRow, owner: str) -> None:
        visit_id, values = new_id(), row.values
        plan.created += 1
        plan.replan.add(owner)
        plan.new.append(
            {
                "id": visit_id,
                "program_id": self._program.id,
                "client_id": owner,
                "external_id": row.external_id,
                "starts_at": _instant(values["starts_at"]),
                "timezone": values["timezone"],
                "duration_minutes": values.get("duration_minutes"),
                "who_sealed": _sealed("who", visit_id, values.get("with")),
                "location_sealed": _sealed("location", visit_id, values.get("location")),
                "imported_sealed": sealed_import(Appointment, visit_id, values),
                "status": values.get("status", str(AppointmentStatus.BOOKED)),
                "created_at": self._now,
                "updated_at": self._now,
            }
        )

    def _update(self, plan: Plan, row: ReadRow, visit: AnyRow) -> None:
        last = last_import(Appointment, visit)
        changed = differing(row.values, last)
        if not changed:
            plan.unchanged += 1
            return
        plan.updated += 1
        columns: dict[str, Any] = {"id": visit.id, "updated_at": self._now}
        for name, value in changed.items():
            if name in _COLUMN_OF:
                column = _COLUMN_OF[name]
                columns[f"{column}_sealed"] = _sealed(column, visit.id, value)
            elif name in {"duration_minutes", "timezone"}:
                columns[name] = value
        if changed.keys() & {"starts_at", "status"}:
            columns |= self._moved(changed, visit)
        if changed.keys() & {"starts_at", "status", "timezone"}:
            plan.replan.add(visit.client_id)
        columns["imported_sealed"] = sealed_import(Appointment, visit.id, last | row.values)
        plan.changed.append(columns)

    def _moved(self, changed: dict[str, Value], visit: AnyRow) -> dict[str, Any]:
        """The clinic's own word on start or status, and the notice that it owes."""
        starts_at = _instant(changed["starts_at"]) if "starts_at" in changed else visit.starts_at
        status = str(changed.get("status", visit.status))
        if "status" not in changed and starts_at != visit.starts_at and status not in _ENDED:
            # A new time is a new question: what the client said was about the old one.
            status = AppointmentStatus.BOOKED
        return {
            "starts_at": starts_at,
            "status": status,
            "notice_owed": _notice(visit.told_starts_at, starts_at, status, self._now),
        }


_ENDED = (AppointmentStatus.CANCELLED, AppointmentStatus.KEPT, AppointmentStatus.MISSED)


def _notice(told: datetime | None, starts_at: datetime, status: str, now: datetime) -> str | None:
    """What the client must hear because a reminder told them otherwise."""
    if told is None or max(told, starts_at) <= now:
        return None
    if status == AppointmentStatus.CANCELLED:
        return _CANCELLED
    return _MOVED if starts_at != told and status not in _ENDED else None


def _instant(value: Value) -> datetime:
    return datetime.fromisoformat(str(value))


def _sealed(column: str, visit_id: str, value: Value) -> bytes | None:
    return seal(Appointment, column, visit_id, None if value is None else str(value))
