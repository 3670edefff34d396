"""Whether the parts of a program file fit together, and fit the library."""

from datetime import date
from pathlib import Path

import pytest

from outreach.content.library import Library, Text
from outreach.programs.checks import problems_of
from outreach.programs.yaml_file import read_program_file

TODAY = date(2026, 11, 18)

HEAD = """\
program: riverside
name: Riverside Recovery
timezone: America/Chicago
sender: {number: "+15005550006"}
"""


def library(**collections: list[str]) -> Library:
    """A library with one text in each collection of each language."""
    return Library(
        Text(f"{name}-1", lang, name, (), "Hi.", Path(f"{lang}/{name}.yaml"), 1)
        for lang, names in collections.items()
        for name in names
    )


FULL = library(
    en=["hope", "hope-mine", "reminder_far", "reminder_day", "reminder_hours", "scale_check_in"],
    es=["hope", "reminder_far", "reminder_day", "reminder_hours", "scale_check_in"],
)


def found(folder: Path, text: str) -> list[str]:
    path = folder / "program.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    return [str(problem) for problem in problems_of(read_program_file(path), FULL, TODAY)]


def test_a_file_whose_parts_fit_has_no_problems(tmp_path: Path) -> None:
    text = """\
campaigns:
  hope: {kind: hope, collection: hope, schedule: {every: day, at: "09:30"}}
  visits: {kind: appointment_reminder, before: [1d]}
  mood: {kind: goal_check_in, ask: scale, schedule: {every: week, between: ["10:00", "12:00"]}}
"""
    assert found(tmp_path, text) == []


@pytest.mark.parametrize(
    ("campaign", "words"),
    [
        (
            '{kind: hope, collection: hope-mine, schedule: {every: day, at: "09:30"}}',
            "the library has no collection hope-mine in es",
        ),
        (
            '{kind: hope, collection: safety, schedule: {every: day, at: "09:30"}}',
            "the texts of a hope campaign come from hope",
        ),
        (
            '{kind: goal_check_in, ask: open, schedule: {every: day, at: "09:30"}}',
            "the library has no collection open_check_in in en",
        ),
        ('{kind: hope, schedule: {rrule: "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", at: "9:30"}}', ""),
        ('{kind: hope, schedule: {rrule: "FREQ=HOURLY", at: "09:30"}}', "too often"),
        ('{kind: hope, schedule: {rrule: "FREQ=DAILY;BYHOUR=9", at: "09:30"}}', "BYHOUR"),
        ('{kind: hope, schedule: {rrule: "FREQ=DAILY;UNTIL=20200101", at: "09:30"}}', "never"),
        ('{kind: hope, schedule: {rrule: "every day", at: "09:30"}}', "not a rule"),
    ],
)
def test_a_campaign_that_cannot_run_is_refused_with_its_line(
    tmp_path: Path, campaign: str, words: str
) -> None:
    text = f"campaigns:\n  morning: {campaign.replace('9:30', '09:30').replace('009', '09')}\n"
    problems = found(tmp_path, text)
    assert problems
    assert all(problem.startswith("program.yaml:6: campaigns.morning") for problem in problems)
    assert words in problems[0]


def test_hours_without_anybody_on_call_are_refused(tmp_path: Path) -> None:
    text = """\
on_call:
  rota: [{who: lead, days: mon-sat}]
  people: {lead: {email: lead@example.org}}
"""
    assert found(tmp_path, text) == [
        "program.yaml:6: on_call.rota: nobody is on call from sun 00:00 to mon 00:00"
    ]


def test_a_person_nobody_can_page_is_refused(tmp_path: Path) -> None:
    problems = found(tmp_path, "on_call:\n  people:\n    lead: {}\n")
    assert problems == [
        "program.yaml:7: on_call.people.lead: needs sms, email or webhook, else nobody can be paged"
    ]
