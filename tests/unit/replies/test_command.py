"""`outreach interpret` for people and for files."""

import csv
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from outreach.cli.interpret import interpret

HEADER = "id,prompt,lang,now,tz,text\n"
NOW = "2026-11-18T15:04:00-06:00,America/Chicago"


def in_bulk(folder: Path, content: str) -> tuple[int, str, list[dict[str, str]]]:
    source, out = folder / "in.csv", folder / "out.csv"
    source.write_text(content, encoding="utf-8")
    result = CliRunner().invoke(interpret, ["--csv", str(source), "--out", str(out)])
    rows = list(csv.DictReader(out.open(encoding="utf-8", newline=""))) if out.exists() else []
    return result.exit_code, result.stderr, rows


def test_rows_keep_their_order_and_columns(tmp_path: Path) -> None:
    content = (
        "extra,"
        + HEADER
        + f"x,b,scale,en,{NOW},7/10\ny,a,appointment,en,{NOW},yes but i need a ride\n"
    )
    code, _, rows = in_bulk(tmp_path, content)
    assert code == 0
    assert [row["id"] for row in rows] == ["b", "a"]
    assert list(rows[0]) == ["extra", *HEADER.strip().split(","), "intent", "value", "also"]
    assert rows[0]["value"] == "7"
    assert rows[1]["also"] == "request:resources=ride"


def test_a_bad_row_does_not_stop_the_good_ones(tmp_path: Path) -> None:
    content = HEADER + f'1,mood,en,{NOW},7\n2,scale,en,{NOW},"8\nok"\n3,scale,en,today,Mars,7\n'
    code, errors, rows = in_bulk(tmp_path, content)
    assert code == 1
    assert [row["intent"] for row in rows] == ["", "answer", ""]
    assert "line 2: prompt" in errors
    assert "line 5: now" in errors


def test_a_file_without_its_columns_is_refused_in_one_sentence(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("id,text\n1,hi\n", encoding="utf-8")
    out = tmp_path / "out.csv"
    command = [sys.executable, "-c", "from outreach.cli import run; run()", "interpret"]
    arguments = [*command, "--csv", source, "--out", out]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "lacks the columns prompt, lang, now, tz" in done.stderr
    assert "Traceback" not in done.stderr


def test_one_text_is_explained() -> None:
    arguments = ["yes but I can't make it", "--prompt", "appointment", "--why"]
    result = CliRunner().invoke(interpret, arguments)
    assert result.exit_code == 0
    assert "intent: cancel" in result.output
    assert "not_coming" in result.output


def test_neither_text_nor_file_is_wrong_usage() -> None:
    assert CliRunner().invoke(interpret, []).exit_code == 2


def test_the_command_does_not_load_the_database() -> None:
    code = "import sys, outreach.cli.interpret; sys.exit('sqlalchemy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
