"""Reading a CSV file as people and spreadsheets write it, row by row, in flat memory.

What is known about their habits stands here: byte order marks, UTF-16, cp1252 inside UTF-8,
semicolons and tabs, `sep=;`, ="..." around numbers, short rows, and a quote that never closes,
which must not swallow the rows after it.
"""

import csv
import io
import itertools
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Self

from outreach.errors import OutreachError

_DELIMITERS = ",;\t|"

_MOST_LINES = 50
"""Lines that one quoted cell may span. Beyond that its quote was never meant to open."""

_LONGEST_LINE = 100_000

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff"))
"""Marks that copying out of address books leaves around numbers and names."""

_SUSPICIOUS = frozenset("='#")
"""What formulas, forced text and errors of spreadsheets begin with."""

_SPREADSHEET_ERROR = re.compile(r"#(REF!|N/A|NAME\?|VALUE!|DIV/0!|NULL!|NUM!)|#{4,}")


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why a row was refused, or what is odd about it. `line` is physical, the header's is 1."""

    line: int
    column: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its first physical line and the cleaned cell of every column it reaches."""

    line: int
    cells: dict[str, str]


class BadTableError(OutreachError):
    """The file as a whole cannot be read; nothing of it is imported."""

    def __init__(self, problem: RowProblem) -> None:
        super().__init__(f"line {problem.line}: {problem.message}", code=problem.code)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of one kind of file."""

    required: tuple[str, ...]
    optional: tuple[str, ...]

    @property
    def known(self) -> frozenset[str]:
        return frozenset(self.required + self.optional)


@dataclass
class Table:
    """An open file. Read `warnings` when the rows are through: they gather on the way."""

    columns: Columns
    header: tuple[str, ...]
    warnings: list[RowProblem]
    _binary: BinaryIO
    _lines: "_Lines"
    _delimiter: str
    _read: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self._read = self.columns.known & frozenset(self.header)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._binary.close()

    def bytes_read(self) -> int:
        """How far into the file reading has come; for a progress bar."""
        return self._binary.tell()

    def rows(self) -> Iterator[Row | RowProblem]:
        """Every row that is not empty, as a Row or as the reason why it cannot be read."""
        for line, cells in _records(self._lines, self._delimiter, len(self.header)):
            if isinstance(cells, RowProblem):
                yield cells
            elif any(map(str.strip, cells)):
                yield self._row(line, cells)

    def _row(self, line: int, raw: Sequence[str]) -> Row | RowProblem:
        if len(raw) > len(self.header) and any(map(str.strip, raw[len(self.header) :])):
            words = f"has {len(raw)} cells, the header has {len(self.header)}"
            return RowProblem(line, "", "too_many_cells", f"This row {words}. Quote commas in it.")
        cells = {}
        # A spreadsheet drops empty cells at the end of a row: those say nothing.
        for name, cell in zip(self.header, raw, strict=False):
            if name not in self._read:
                continue
            text = _cleaned(cell)
            if text[:1] in _SUSPICIOUS or not text.isprintable():
                problem = _odd(line, name, text)
                if problem is not None:
                    return problem
            cells[name] = text
        return Row(line, cells)


def open_table(path: Path, columns: Columns) -> Table:
    """Open a CSV file whose header names `columns`. Raises BadTableError."""
    binary = path.open("rb")
    try:
        warnings: list[RowProblem] = []
        lines = _Lines(binary, _encoding(binary), warnings)
        header, delimiter = _header(lines, columns)
        warnings += _unknown(header, columns, lines.number)
        return Table(columns, header, warnings, binary, lines, delimiter)
    except BaseException:
        binary.close()
        raise


class _Lines(Iterator[str]):
    """Physical lines with their numbers; can take back those of a record that was none."""

    def __init__(self, binary: BinaryIO, encoding: str, warnings: list[RowProblem]) -> None:
        errors = "surrogateescape" if encoding.startswith("utf-8") else "replace"
        self._text = io.TextIOWrapper(binary, encoding=encoding, errors=errors, newline="")
        self._waiting: deque[str] = deque()
        self._warnings = warnings
        self._warned = False
        self.record: list[str] = []
        self.number = 0
        """The number of the line given out last."""

    def begin_record(self) -> None:
        self.record = []

    def take_back(self) -> None:
        """Give the lines of this record after its first one out again."""
        again = self.record[1:]
        self._waiting.extendleft(reversed(again))
        self.number -= len(again)

    def __next__(self) -> str:
        if len(self.record) >= _MOST_LINES:
            raise csv.Error("a quote never closes")
        line = self._waiting.popleft() if self._waiting else self._text.readline(_LONGEST_LINE)
        if not line:
            if self.record:
                raise csv.Error("a quote is still open at the end of the file")
            raise StopIteration
        self.number += 1
        line = self._readable(line)
        self.record.append(line)
        return line

    def _readable(self, line: str) -> str:
        """Read bytes that are not UTF-8 as cp1252, line by line: one old row spoils no other."""
        if line.isascii():
            return line
        try:
            line.encode()
        except UnicodeEncodeError:
            if not self._warned:
                words = "Not UTF-8; read as Windows-1252. Save the file as UTF-8 to be sure."
                self._warnings.append(RowProblem(self.number, "", "encoding", words))
                self._warned = True
            return line.encode("utf-8", "surrogateescape").decode("cp1252", "replace")
        return line


def _encoding(binary: BinaryIO) -> str:
    start = binary.read(4)
    binary.seek(0)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if start[1:2] == b"\0":
        return "utf-16-le"
    if start[:1] == b"\0":
        return "utf-16-be"
    return "utf-8-sig"


def _header(lines: _Lines, columns: Columns) -> tuple[tuple[str, ...], str]:
    first = _first_line(lines)
    forced = re.fullmatch(r'"?sep=(.)"?\s*', first or "", re.IGNORECASE)
    if forced:
        first = _first_line(lines)
    if first is None:
        raise BadTableError(RowProblem(1, "", "empty", "The file is empty."))
    options = [
        (tuple(map(_name, next(csv.reader([first], delimiter=delimiter), []))), delimiter)
        for delimiter in (forced[1] if forced else _DELIMITERS)
    ]
    header, delimiter = max(options, key=lambda option: len(columns.known & set(option[0])))
    _check_header(header, columns, lines.number)
    return header, delimiter


def _first_line(lines: _Lines) -> str | None:
    """The next line that holds anything."""
    while True:
        lines.begin_record()
        line = next(lines, None)
        if line is None or line.strip():
            return line


def _check_header(header: tuple[str, ...], columns: Columns, line: int) -> None:
    for name in columns.required:
        if name not in header:
            words = f"The column {name} is missing. Needed: {', '.join(columns.required)}."
            raise BadTableError(RowProblem(line, name, "missing_column", words))
    for name in header:
        if name in columns.known and header.count(name) > 1:
            words = f"The column {name} stands here twice; keep one."
            raise BadTableError(RowProblem(line, name, "duplicate_column", words))


def _unknown(header: tuple[str, ...], columns: Columns, line: int) -> Iterator[RowProblem]:
    for name in header:
        if name and name not in columns.known:
            words = f"The column {name} is not known and is left out."
            yield RowProblem(line, name, "unknown_column", words)


def _name(cell: str) -> str:
    return re.sub(r"[\s-]+", "_", _cleaned(cell).lower())


def _records(
    lines: _Lines, delimiter: str, width: int
) -> Iterator[tuple[int, list[str] | RowProblem]]:
    """(first line, cells) of each record, or the reason why the line is none."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    for _ in itertools.count():
        lines.begin_record()
        first = lines.number + 1
        try:
            cells = next(reader)
            if len(lines.record) > 1 and len(cells) != width:
                raise csv.Error("a quote swallowed the next row")  # noqa: TRY301
        except StopIteration:
            return
        except csv.Error:
            lines.take_back()
            words = 'A quote (") in this row does not close, or text follows a closing one.'
            yield first, RowProblem(first, "", "quote", words)
            continue
        yield first, cells


def _cleaned(cell: str) -> str:
    """The cell without invisible marks, stray spaces and the ways to force text (="1", '1)."""
    if not cell.isascii():
        cell = cell.translate(_INVISIBLE)
    text = " ".join(cell.split())
    if text[:1] in _SUSPICIOUS:
        if text.startswith('="') and text.endswith('"') and len(text) > 3:
            text = text[2:-1].strip()
        if text.startswith("'") and text[1:2] in {"+", "=", *"0123456789"}:
            text = text[1:]
    return text


def _odd(line: int, column: str, text: str) -> RowProblem | None:
    if text.startswith("="):
        words = "This is a formula. Export the file with values instead."
        return RowProblem(line, column, "formula", words)
    if text.startswith("#") and _SPREADSHEET_ERROR.fullmatch(text):
        words = "The spreadsheet shows an error or a too narrow column here. Mend it and export."
        return RowProblem(line, column, "spreadsheet_error", words)
    if not text.isprintable():
        words = "There is a character here that cannot be shown. Type the cell again."
        return RowProblem(line, column, "odd_character", words)
    return None
