"""`outreach screen` on files as they come."""

import csv
from pathlib import Path

from click.testing import CliRunner

from outreach.cli.screen import screen


def _screened(path: Path) -> tuple[int, list[dict[str, str]], str]:
    out = path.with_name("out.csv")
    result = CliRunner().invoke(screen, ["--csv", str(path), "--out", str(out)])
    with out.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
        return result.exit_code, list(csv.DictReader(file)), result.stderr


def test_a_text_with_an_unquoted_comma_is_screened_whole_and_named(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("id,text\n1,sorry, i want to kill myself\n2,see you at 3\n")

    code, rows, said = _screened(source)

    assert code == 1
    assert "row 1" in said
    assert rows[0]["text"] == "sorry, i want to kill myself"
    assert [row["severity"] != "none" for row in rows] == [True, False]


def test_a_byte_that_is_no_utf8_leaves_no_other_row_unscreened(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_bytes(b"text\ncaf\xe9 at noon\ni want to kill myself\n")

    code, rows, _ = _screened(source)

    assert code == 0
    assert [row["severity"] != "none" for row in rows] == [False, True]


def test_a_file_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    result = CliRunner().invoke(screen, ["--csv", str(tmp_path / "no.csv"), "--out", "-"])
    assert result.exit_code == 2
