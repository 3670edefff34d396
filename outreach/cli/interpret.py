"""`outreach interpret`: read replies in bulk, or explain one."""

import csv
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TextIO
from zoneinfo import ZoneInfo

import click

from outreach.errors import OutreachError
from outreach.replies.interpret import interpret as read_reply
from outreach.replies.reading import Reading
from outreach.vocabulary import Language, PromptKind

COLUMNS = ("id", "prompt", "lang", "now", "tz", "text")
RESULT = ("intent", "value", "also")
_LONGEST_CELL = 10_000_000


class RefusedRowError(OutreachError):
    """A row that cannot be read; `column` names the cell."""

    code = "refused_row"

    def __init__(self, column: str, message: str) -> None:
        super().__init__(f"{column}: {message}")
        self.column = column


@click.command()
@click.argument("text", required=False)
@click.option("--csv", "source", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Read this file: " + ",".join(COLUMNS) + ".")  # fmt: skip
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write it here.")
@click.option("--prompt", type=click.Choice([kind.value for kind in PromptKind]), default="none",
              show_default=True, help="The question that is open.")  # fmt: skip
@click.option("--lang", type=click.Choice([each.value for each in Language]), default="en",
              show_default=True, help="The enrolled language.")  # fmt: skip
@click.option("--now", help="ISO 8601 with offset; default this moment.")
@click.option("--tz", default="America/Chicago", show_default=True, help="The client's zone.")
@click.option("--why", is_flag=True, help="Say what the reading rests on.")
def interpret(
    text: str | None,
    source: Path | None,
    out: Path | None,
    prompt: str,
    lang: str,
    now: str | None,
    tz: str,
    why: bool,
) -> None:
    """Say what a reply means: TEXT, or every row of a CSV file.

    In bulk the output holds the same columns and rows plus intent, value and also. A row that
    cannot be read keeps its place with an empty intent and is named on stderr; exit code 1.
    """
    if (text is None) == (source is None) or (source is None) != (out is None):
        raise click.UsageError("Give either a TEXT, or --csv IN with --out OUT.")
    if source is not None and out is not None:
        sys.exit(1 if _in_bulk(source, out) else 0)
    moment = now or datetime.now(ZoneInfo("UTC")).isoformat()
    row = {"prompt": prompt, "lang": lang, "now": moment, "tz": tz, "text": text or ""}
    _print(_read_row(row), why)


def _print(reading: Reading, why: bool) -> None:
    click.echo(f"intent: {reading.intent}")
    click.echo(f"value:  {reading.value}")
    click.echo(f"also:   {'|'.join(str(each) for each in reading.also)}")
    if why:
        for reason in reading.why:
            click.echo(f"because {reason}")


def _in_bulk(source: Path, out: Path) -> int:
    """Read a whole file row by row; the number of rows refused."""
    if out.exists() and out.samefile(source):
        raise OutreachError("--out must be another file than --csv.", code="same_file")
    refused = 0
    with _readable(source) as file, _writable(out) as target:
        rows = csv.DictReader(file)
        columns = _checked_columns(rows.fieldnames, source)
        writer = csv.DictWriter(target, [*columns, *RESULT], extrasaction="ignore")
        writer.writeheader()
        for line, row in _lines(rows):
            result, problem = _result(row)
            writer.writerow({**row, **result})
            if problem:
                refused += 1
                click.echo(f"line {line}: {problem}", err=True)
    if refused:
        click.echo(f"{refused} rows could not be read; their intent is empty.", err=True)
    return refused


def _readable(source: Path) -> TextIO:
    """Bytes that are no UTF-8 pass through as they are: one odd row must not stop the rest."""
    return source.open(encoding="utf-8-sig", errors="surrogateescape", newline="")


def _writable(out: Path) -> TextIO:
    try:
        return out.open("w", encoding="utf-8", errors="surrogateescape", newline="")
    except OSError as error:
        raise OutreachError(f"Cannot write {out}: {error.strerror}.", code="unwritable") from error


def _checked_columns(names: Iterable[str] | None, source: Path) -> list[str]:
    columns = [name for name in names or () if name not in RESULT]
    missing = [name for name in COLUMNS if name not in columns]
    if missing:
        raise OutreachError(
            f"{source} lacks the columns {', '.join(missing)}; it must have {','.join(COLUMNS)}.",
            code="missing_columns",
        )
    return columns


def _lines(rows: "csv.DictReader[str]") -> Iterator[tuple[int, dict[str, str]]]:
    """Each row with the physical line on which it starts (the header is line 1)."""
    csv.field_size_limit(_LONGEST_CELL)
    start = rows.line_num + 1
    try:
        for row in rows:
            yield start, {name: cell or "" for name, cell in row.items() if name is not None}
            start = rows.line_num + 1
    except csv.Error as error:
        raise OutreachError(f"line {start}: no CSV from here on ({error}).", code="csv") from error


def _result(row: dict[str, str]) -> tuple[dict[str, str], str]:
    """The three result cells of a row, and what is wrong with it ("" if nothing)."""
    try:
        reading = _read_row(row)
    except RefusedRowError as error:
        return dict.fromkeys(RESULT, ""), str(error)
    also = "|".join(str(each) for each in reading.also)
    return {"intent": str(reading.intent), "value": reading.value, "also": also}, ""


def _read_row(row: dict[str, str]) -> Reading:
    prompt = row["prompt"].strip()
    if prompt not in set(PromptKind):
        raise RefusedRowError("prompt", f"must be one of {', '.join(PromptKind)}")
    moment, zone = _moment(row["now"].strip()), _zone(row["tz"].strip())
    lang = row["lang"].strip()
    return read_reply(row["text"], prompt=PromptKind(prompt), lang=lang, now=moment, tz=zone)


def _moment(cell: str) -> datetime:
    try:
        moment = datetime.fromisoformat(cell)
    except ValueError:
        raise RefusedRowError("now", "must be an ISO 8601 moment with offset") from None
    if moment.tzinfo is None:
        raise RefusedRowError("now", "lacks its offset, as in 2026-11-18T15:04:00-06:00")
    return moment


def _zone(cell: str) -> ZoneInfo:
    try:
        return ZoneInfo(cell)
    except (KeyError, ValueError, OSError):
        raise RefusedRowError("tz", "must be an IANA zone such as America/Chicago") from None
