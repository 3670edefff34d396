"""The command `outreach screen`."""

import csv
import json
from pathlib import Path

from click.testing import CliRunner

from outreach.cli.screen import screen
from outreach.errors import OutreachError


def test_one_text_is_explained() -> None:
    done = CliRunner().invoke(screen, ["I want to die", "--json"])
    told = json.loads(done.output)
    assert (told["concern"], told["severity"]) == ("suicide", "high")
    assert told["spans"][0]["text"] in "I want to die"


def test_a_file_keeps_its_columns_and_row_order(tmp_path: Path) -> None:
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text('id,text,note\n2,"quiero\nmorirme",x\n1,ok,y\n', encoding="utf-8")
    done = CliRunner().invoke(screen, ["--csv", str(source), "--out", str(out)])
    assert done.exit_code == 0
    rows = list(csv.DictReader(out.open(encoding="utf-8", newline="")))
    assert list(rows[0]) == ["id", "text", "note", "concern", "severity", "rules"]
    assert [row["id"] for row in rows] == ["2", "1"]
    assert [row["severity"] for row in rows] == ["high", "none"]
    assert rows[0]["note"] == "x"
    assert rows[1]["rules"] == ""


def test_a_file_without_texts_is_refused_in_words(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("id,words\n1,ok\n", encoding="utf-8")
    done = CliRunner().invoke(screen, ["--csv", str(source), "--out", str(tmp_path / "out.csv")])
    assert isinstance(done.exception, OutreachError)
    assert "text" in str(done.exception)


def test_a_text_with_an_unquoted_comma_is_screened_whole(tmp_path: Path) -> None:
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("text\nok,I want to die\n", encoding="utf-8")
    done = CliRunner().invoke(screen, ["--csv", str(source), "--out", str(out)])
    assert done.exit_code == 1
    assert "suicide,high" in out.read_text(encoding="utf-8")


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("text\nok\n", encoding="utf-8")
    out = tmp_path / "missing" / "out.csv"
    done = CliRunner().invoke(screen, ["--csv", str(source), "--out", str(out)])
    assert isinstance(done.exception, OutreachError)
    assert str(out) in str(done.exception)


def test_a_text_and_a_file_together_are_wrong_usage() -> None:
    assert CliRunner().invoke(screen, ["hello", "--csv", "a", "--out", "b"]).exit_code == 2


def test_the_report_gives_counts_and_intervals(tmp_path: Path) -> None:
    labelled = tmp_path / "labelled.csv"
    labelled.write_text(
        "lang,text,concern,severity\nen,I want to die,suicide,high\nes,hola,none,none\n",
        encoding="utf-8",
    )
    shares = json.loads(CliRunner().invoke(screen, ["--report", str(labelled), "--json"]).output)
    flagged = next(
        s for s in shares if s["group"] == "all" and s["question"] == "high and imminent flagged"
    )
    assert (flagged["hits"], flagged["total"]) == (1, 1)
    assert flagged["low"] < 0.3
