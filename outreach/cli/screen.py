"""`outreach screen`: explain one text, screen a file, or measure on a labelled file."""

import csv
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import click

from outreach.errors import OutreachError
from outreach.safety.report import Labelled, Share, report
from outreach.safety.screen import Screening
from outreach.safety.screen import screen as screen_text
from outreach.vocabulary import Concern, Severity


@click.command()
@click.argument("text", required=False)
@click.option(
    "--csv",
    "source",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file with a column text.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Where the screened file goes.")
@click.option(
    "--report",
    "labelled",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file with lang,text,concern,severity.",
)
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def screen(
    text: str | None, source: Path | None, out: Path | None, labelled: Path | None, as_json: bool
) -> None:
    """Find messages that people should review. Never a diagnosis.

    Give one TEXT to see what was found in it and why; --csv IN --out OUT to screen a file; or
    --report FILE to measure sensitivity and specificity on labelled texts.
    """
    if [text is not None, source is not None, labelled is not None].count(True) != 1:
        raise click.UsageError("Give one TEXT, or --csv IN --out OUT, or --report FILE.")
    if (source is None) != (out is None):
        raise click.UsageError("--csv and --out belong together.")
    if text is not None:
        _explain(text, as_json=as_json)
    elif source is not None and out is not None:
        _screen_file(source, out)
    elif labelled is not None:
        _print_report(_measure(labelled), as_json=as_json)


def _explain(text: str, *, as_json: bool) -> None:
    found = screen_text(text)
    if as_json:
        click.echo(json.dumps(_as_dict(found, text), ensure_ascii=False))
        return
    click.echo(f"concern   {found.concern}")
    click.echo(f"severity  {found.severity}")
    for span in found.spans:
        click.echo(f"rule      {span.rule:28} {text[span.start : span.end]!r}")
    for frame in found.context:
        click.echo(f"context   {frame}")
    click.echo(f"ruleset   {found.ruleset}")


def _as_dict(found: Screening, text: str) -> dict[str, Any]:
    return {
        "concern": found.concern,
        "severity": found.severity,
        "rules": list(found.rules),
        "spans": [
            {"start": s.start, "end": s.end, "rule": s.rule, "text": text[s.start : s.end]}
            for s in found.spans
        ],
        "context": list(found.context),
        "ruleset": found.ruleset,
    }


def _screen_file(source: Path, out: Path) -> None:
    odd = 0
    with _reading(source, {"text"}) as (columns, rows), _writing(out) as target:
        added = [name for name in ("concern", "severity", "rules") if name not in columns]
        writer = csv.DictWriter(target, [*columns, *added], extrasaction="ignore")
        writer.writeheader()
        for number, row in enumerate(rows, start=1):
            surplus = _surplus(row)
            if surplus:
                odd += 1
                click.echo(f"row {number} has more cells than the header: quote its text", err=True)
                row[columns[-1]] = ",".join([row[columns[-1]], *surplus])
            # Where the text stands before other columns its rest is somewhere in the last one.
            rest = surplus if columns[-1] != "text" else []
            found = screen_text(",".join([row["text"], *rest]))
            row |= {
                "concern": found.concern,
                "severity": found.severity,
                "rules": "|".join(found.rules),
            }
            writer.writerow(row)
    if odd:
        sys.exit(1)


def _surplus(row: dict[Any, Any]) -> list[str]:
    """Cells beyond the header, mostly the rest of a text with an unquoted comma: screened too."""
    cells: list[str] = row.pop(None, [])
    return cells


def _measure(labelled: Path) -> list[Share]:
    with _reading(labelled, {"lang", "text", "concern", "severity"}) as (_, rows):
        return report([_labelled(row) for row in rows])


def _labelled(row: dict[str, str]) -> Labelled:
    try:
        concern, severity = Concern(row["concern"]), Severity(row["severity"])
    except ValueError as error:
        raise OutreachError(f"A label is not one of the contract's words: {error}.") from error
    return Labelled(row["lang"], concern, severity, screen_text(row["text"]).severity)


def _print_report(shares: list[Share], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([_share_dict(share) for share in shares]))
        return
    group = ""
    for share in shares:
        if share.group != group:
            group = share.group
            click.echo(f"\n{group}")
        low, high = share.interval
        part = share.hits / share.total
        count = f"{share.hits:5}/{share.total:<5} {part:6.1%}"
        click.echo(f"  {share.question:32} {count}  [{low:.1%}, {high:.1%}]")


def _share_dict(share: Share) -> dict[str, Any]:
    low, high = share.interval
    return {
        "group": share.group,
        "question": share.question,
        "hits": share.hits,
        "total": share.total,
        "low": low,
        "high": high,
    }


@contextmanager
def _reading(path: Path, needed: set[str]) -> Iterator[tuple[list[str], Iterator[dict[str, str]]]]:
    """The columns and rows of a CSV file. Raises OutreachError when it cannot be used."""
    try:
        # A byte that is no UTF-8 passes through: one odd row must not leave the rest unscreened.
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            reader = csv.DictReader(file, restval="")
            columns = list(reader.fieldnames or ())
            if missing := needed - set(columns):
                raise OutreachError(f"{path} lacks the column {', '.join(sorted(missing))}.")
            yield columns, reader
    except OSError as error:
        raise OutreachError(f"{path} cannot be used: {error.strerror}.") from error


@contextmanager
def _writing(path: Path) -> Iterator[TextIO]:
    if str(path) == "-":
        yield sys.stdout
        return
    try:
        file = path.open("w", encoding="utf-8", errors="surrogateescape", newline="")
    except OSError as error:
        raise OutreachError(f"{path} cannot be written: {error.strerror}.") from error
    with file:
        yield file
