"""`outreach messages check` says what is wrong, where, and by exit code."""

import json
from pathlib import Path

from click.testing import CliRunner, Result

from outreach.cli.messages import messages


def check(*arguments: str) -> Result:
    return CliRunner().invoke(messages, ["check", *arguments])


def library(root: Path, words: str) -> Path:
    for lang in ("en", "es"):
        (root / lang).mkdir(parents=True)
        (root / lang / "ack_note.yaml").write_text(words, "utf-8")
    return root


def test_the_texts_that_ship_pass() -> None:
    result = check()
    assert result.exit_code == 0
    assert result.stdout == ""
    assert result.stderr.startswith("no errors")


def test_a_bad_text_is_named_with_file_and_line_and_the_exit_code_is_1(tmp_path: Path) -> None:
    root = library(tmp_path, "# ours\n- {id: mine, text: SHOUTING is rude}\n")
    result = check(str(root))
    assert result.exit_code == 1
    assert result.stdout.splitlines()[0].startswith(f"{root}/en/ack_note.yaml:2 mine shouting ")
    assert "2 errors" in result.stderr


def test_a_library_that_cannot_be_read_is_reported_the_same_way(tmp_path: Path) -> None:
    root = library(tmp_path, "- {id: mine, words: Hello}\n")
    result = check(str(root), "--json")
    assert result.exit_code == 1
    assert {(row["rule"], row["line"]) for row in json.loads(result.stdout)} == {
        ("unknown-key", 1),
        ("no-text", 1),
    }


def test_warnings_show_only_when_asked_for_and_do_not_fail(tmp_path: Path) -> None:
    root = library(tmp_path, "- {id: mine, text: See you soon}\n")
    (root / "es" / "ack_note.yaml").write_text("- {id: mine, text: Gracias}\n", "utf-8")
    assert check(str(root)).stdout == ""
    shown = check(str(root), "--warnings")
    assert (shown.exit_code, "mine vague" in shown.stdout) == (0, True)


def test_an_overlay_is_checked_together_with_what_ships(tmp_path: Path) -> None:
    words = "- {id: ack-note-have-it, text: Thank you}\n"
    root = tmp_path / "own"
    (root / "en").mkdir(parents=True)
    (root / "en" / "ack_note.yaml").write_text(words, "utf-8")
    assert check(str(root), "--overlay").exit_code == 0
