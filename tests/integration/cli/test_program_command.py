"""`outreach program apply` as a person or a script sees it."""

import json
from pathlib import Path

from tests.integration.cli.conftest import PROGRAM, Outreach, sentence


def test_applying_twice_says_that_nothing_changed(outreach: Outreach, program_file: Path) -> None:
    first = outreach("program", "apply", program_file)
    assert "riverside was created" in first.output
    assert outreach("program", "apply", program_file).output == "riverside: nothing to change.\n"


def test_a_dry_run_names_the_changes(
    outreach: Outreach, riverside: str, program_file: Path
) -> None:
    program_file.write_text(PROGRAM.replace("09:30", "10:00"), encoding="utf-8")
    result = outreach("program", "apply", program_file, "--dry-run")
    assert result.output == (
        "riverside would be changed:\n  ~ campaigns.morning-hope.schedule.at: 09:30 -> 10:00\n"
    )
    told = json.loads(outreach("program", "apply", program_file, "--json").output)
    assert [change["key"] for change in told["changes"]] == ["campaigns.morning-hope.schedule.at"]


def test_every_problem_of_a_file_is_told_with_its_line(
    outreach: Outreach, program_file: Path
) -> None:
    text = PROGRAM.replace("collection: hope", "collection: hoop").replace("{who: lead}", "")
    program_file.write_text(text.replace("every: day", "rrule: FREQ=HOURLY"), encoding="utf-8")
    result = outreach("program", "apply", program_file)
    told = sentence(result)
    assert "riverside.yaml:9: campaigns.morning-hope.schedule: FREQ=HOURLY is too often" in told
    assert "riverside.yaml:9: campaigns.morning-hope.collection: " in told


def test_problems_come_as_json_too(outreach: Outreach, program_file: Path) -> None:
    program_file.write_text(PROGRAM + "daily_cap: many\n", encoding="utf-8")
    result = outreach("program", "apply", program_file, "--json")
    problems = json.loads(result.stdout)["problems"]
    assert [(problem["line"], problem["key"]) for problem in problems] == [(10, "daily_cap")]
    assert sentence(result)


def test_a_file_that_is_not_there_is_wrong_usage(outreach: Outreach) -> None:
    assert outreach("program", "apply", "nowhere.yaml").exit_code == 2
