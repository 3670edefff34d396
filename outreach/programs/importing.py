"""The loop that every import shares: batches, one transaction each, and a report.

A batch is decided from what a read transaction shows and written in a short one. What was written
stays written: an import that was cut short completes when it is run again. A bad row is refused
with its line and stops nothing (law 12).
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar

from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from outreach.database import Database
from outreach.programs.cells import BadCellError, Reader, Value
from outreach.programs.table import BadTableError, Columns, Row, RowProblem, Table, open_table

BATCH = 150
"""Rows per transaction: new clients hold SQLite's write lock for about 10 ms (measured)."""


@dataclass
class Plan:
    """What a batch will do, decided and not yet written."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: list[RowProblem] = field(default_factory=list)
    warnings: list[RowProblem] = field(default_factory=list)
    new: list[dict[str, Any]] = field(default_factory=list)
    """Whole rows to insert."""
    changed: list[dict[str, Any]] = field(default_factory=list)
    """Each with `id` and the columns that change."""
    replan: set[str] = field(default_factory=set)
    """Clients whose touchpoints move."""


PlanOf = TypeVar("PlanOf", bound=Plan)


class Importer(Protocol[PlanOf]):
    """One kind of file."""

    columns: Columns

    def readers(self) -> Mapping[str, Reader]:
        """How to read each column's cell."""
        ...

    def check(self, values: dict[str, Value]) -> Iterable[tuple[str, str, str]]:
        """Column, code and words of what is wrong between cells; may complete `values`."""
        ...

    def plan(self, session: Session, rows: Sequence["ReadRow"]) -> PlanOf:
        """Decide what a batch does; reads only."""
        ...

    def write(self, session: Session, plan: PlanOf) -> None:
        """Write what was decided."""
        ...


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row whose cells are right by themselves. Empty and absent cells: see `_values`."""

    line: int
    external_id: str
    values: dict[str, Value]


@dataclass
class Report:
    """What an import did, or would do."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: list[RowProblem] = field(default_factory=list)
    warnings: list[RowProblem] = field(default_factory=list)

    def add(self, plan: Plan) -> None:
        self.created += plan.created
        self.updated += plan.updated
        self.unchanged += plan.unchanged
        self.refused += plan.refused
        self.warnings += plan.warnings

    def as_json(self) -> dict[str, Any]:
        """For machines, in the order of the file."""
        self.refused.sort(key=lambda problem: problem.line)
        self.warnings.sort(key=lambda problem: problem.line)
        return asdict(self)


def run_import(
    database: Database,
    importer: Importer[Any],
    path: Path,
    *,
    dry_run: bool = False,
    progress: Callable[[int], None] = lambda _bytes: None,
) -> Report:
    """Import a file; `progress` is told after each batch how many bytes were read."""
    report = Report()
    try:
        table = open_table(path, importer.columns)
    except BadTableError as error:
        report.refused.append(error.problem)
        return report
    with table:
        for batch in _batches(_read_rows(table, importer, report)):
            _import(database, importer, batch, report, dry_run=dry_run)
            progress(table.bytes_read())
    report.warnings += table.warnings
    return report


def _import(
    database: Database,
    importer: Importer[Any],
    batch: Sequence[ReadRow],
    report: Report,
    *,
    dry_run: bool,
) -> None:
    try:
        with database.read() as session:
            plan = importer.plan(session, batch)
        if not dry_run:
            with database.write() as session:
                importer.write(session, plan)
    except (IntegrityError, DataError):
        if len(batch) == 1:
            words = "The database does not take this row; was it imported elsewhere just now?"
            report.refused.append(RowProblem(batch[0].line, "", "database", words))
            return
        # One row of the batch is at fault, or another import was faster: find out which.
        for row in batch:
            _import(database, importer, [row], report, dry_run=dry_run)
    else:
        report.add(plan)


def _read_rows(table: Table, importer: Importer[Any], report: Report) -> Iterator[ReadRow]:
    readers = importer.readers()
    seen: dict[str, int] = {}
    for row in table.rows():
        read = row if isinstance(row, RowProblem) else _read_row(row, importer, readers)
        if isinstance(read, ReadRow):
            first = seen.setdefault(read.external_id, read.line)
            if first == read.line:
                yield read
                continue
            words = f"This external_id stands on line {first} already."
            read = RowProblem(read.line, "external_id", "duplicate", words)
        report.refused.append(read)


def _read_row(
    row: Row, importer: Importer[Any], readers: Mapping[str, Reader]
) -> ReadRow | RowProblem:
    found: list[tuple[str, str, str]] = []
    values = _values(row, importer.columns, readers, found)
    if not found:
        found += importer.check(values)
    if found:
        column, code, message = found[0]
        more = "".join(f" Also {name}: {words}" for name, _, words in found[1:])
        return RowProblem(row.line, column, code, message + more)
    return ReadRow(row.line, str(values["external_id"]), values)


def _values(
    row: Row,
    columns: Columns,
    readers: Mapping[str, Reader],
    found: list[tuple[str, str, str]],
) -> dict[str, Value]:
    """The value of every cell the row has; None where it is empty. Adds problems to `found`."""
    values: dict[str, Value] = {}
    empty = (name for name in columns.required if not row.cells.get(name))
    found += ((name, "missing", "This cell must not be empty.") for name in empty)
    for name, text in row.cells.items():
        try:
            values[name] = readers[name](text) if text else None
        except BadCellError as error:
            found.append((name, error.code, error.words))
    return values


def _batches(rows: Iterator[ReadRow]) -> Iterator[list[ReadRow]]:
    while batch := list(itertools.islice(rows, BATCH)):
        yield batch
