"""Reading a program file: every mistake with its line."""

from pathlib import Path

import pytest

from outreach.programs.yaml_file import ProgramFileError, read_program_file

GOOD = """\
program: riverside
name: Riverside Recovery
timezone: America/Chicago
sender: {number: "+15005550006"}
quiet_hours: {from: 20:00, to: 9:00}
campaigns:
  morning-hope: {kind: hope, collection: hope, schedule: {every: day, at: 9:30}}
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "program.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def problems(folder: Path, text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(ProgramFileError) as refused:
        read_program_file(write(folder, text))
    return [(problem.line, problem.key, problem.message) for problem in refused.value.problems]


def test_times_without_quotes_mean_what_they_look_like(tmp_path: Path) -> None:
    file = read_program_file(write(tmp_path, GOOD)).file
    schedule = file.campaigns["morning-hope"].schedule
    assert (file.quiet_hours.from_, file.quiet_hours.to) == ("20:00", "09:00")
    assert schedule is not None
    assert schedule.at == "09:30"


def test_an_unknown_key_is_told_with_its_line_and_a_near_one(tmp_path: Path) -> None:
    found = problems(tmp_path, GOOD + "quiet_hour: {}\n")
    assert found == [(8, "quiet_hour", "unknown key; did you mean quiet_hours?")]


def test_an_unknown_key_deep_inside_is_told_where_it_stands(tmp_path: Path) -> None:
    text = GOOD.replace("at: 9:30}", "\n      att: 9:30}")
    keys = [(line, key) for line, key, _ in problems(tmp_path, text)]
    assert (8, "campaigns.morning-hope.schedule.att") in keys


def test_every_mistake_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("America/Chicago", "Mars/Olympus").replace("hope, c", "hoop, c")
    assert [line for line, _, _ in problems(tmp_path, text + "daily_cap: 0\n")] == [3, 7, 8]


def test_a_missing_key_is_told_where_it_belongs(tmp_path: Path) -> None:
    text = GOOD.replace('sender: {number: "+15005550006"}\n', "")
    assert problems(tmp_path, text) == [(1, "sender", "is missing")]


def test_a_key_that_stands_twice_is_refused(tmp_path: Path) -> None:
    found = problems(tmp_path, GOOD + "name: Another\n")
    assert found == [(8, "name", "stands here a second time (first on line 2)")]


def test_a_number_without_quotes_says_to_quote_it(tmp_path: Path) -> None:
    text = GOOD.replace('"+15005550006"', "+15005550006")
    assert problems(tmp_path, text) == [(4, "sender.number", "must be text; put it in quotes")]


def test_an_impossible_date_is_refused_in_its_place(tmp_path: Path) -> None:
    found = problems(tmp_path, GOOD + "holidays:\n  - 2026-12-25\n  - 2026-13-01\n")
    assert [(line, key) for line, key, _ in found] == [(10, "holidays.1")]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("- a list\n", 1),
        ("name: [open\n", 2),
        ("name: x\nsender: *nobody\n", 2),
        ("name: !!python/object/apply:os.system ['true']\n", 1),
        ("a: &a [1]\nb: *a\n", 2),
        ("name: \x07\n", 1),
    ],
)
def test_a_file_that_is_no_plain_yaml_is_refused_with_a_line(
    tmp_path: Path, text: str, line: int
) -> None:
    assert problems(tmp_path, text)[0][0] == line


def test_a_file_in_another_encoding_says_so(tmp_path: Path) -> None:
    path = tmp_path / "program.yaml"
    path.write_bytes(GOOD.replace("Recovery", "Recuperación").encode("cp1252"))
    with pytest.raises(ProgramFileError, match=r"program\.yaml:2: is not UTF-8"):
        read_program_file(path)
