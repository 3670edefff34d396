"""The preview tells what the real thing will do, and writes nothing."""

import base64
import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from outreach.campaigns.preview import PreviewRow, preview
from outreach.cli import main
from outreach.models import Base
from outreach.programs.loaded import program_named
from tests.conftest import TEST_KEY
from tests.integration.campaigns.town import GOAL, HOPE, MOOD, VISITS, Town, library

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
KEYS = [
    *("client", "campaign", "kind", "slot", "at_utc", "at_local", "tz"),
    *("decision", "reason", "text", "lang", "segments", "cost"),
]


def shown(
    town: Town, days: float, *, start: datetime | None = None, client: str | None = None
) -> list[PreviewRow]:
    with town.database.read() as session:
        program = program_named(session, "riverside")
    begin = start or town.now
    return list(
        preview(
            town.database,
            library(),
            program,
            now=town.now,
            start=begin,
            end=begin + days * DAY,
            external_id=client,
        )
    )


def test_a_week_of_preview_is_the_week_that_comes(town: Town) -> None:
    campaigns = {"hope": HOPE, "visits": VISITS, "goals": GOAL, "mood": MOOD}
    client = town.program(campaigns, daily_cap=3).client(welcomed=False)
    town.visit(client, town.now + 5 * DAY + 6 * HOUR)
    town.goal(client, "walking")
    town.goal(client, "calling my sister")
    foreseen = [
        (datetime.fromisoformat(row.at_utc).replace(second=0), row.kind, row.text)
        for row in shown(town, 7)
        if row.decision == "send"
    ]
    town.run_until(town.now + 7 * DAY)
    happened = [
        (text.created_at.replace(second=0, microsecond=0), text.kind, text.body)
        for text in town.texts()
    ]
    assert len(happened) > 15
    assert foreseen == happened


def test_held_and_skipped_touchpoints_are_shown_with_their_reason(town: Town) -> None:
    early = HOPE | {"schedule": {"every": "day", "at": "08:00"}}
    town.program({"early": early, "goals": GOAL}).client()
    rows = [(row.campaign, row.decision, row.reason) for row in shown(town, 1)]
    assert rows == [
        ("goals", "skip", "no_goal"),
        ("early", "hold", "quiet_hours"),
        ("early", "send", "due"),
    ]


def test_the_welcome_is_shown_first_as_a_campaign_of_its_own(town: Town) -> None:
    town.program({"hope": HOPE}, price_per_segment=0.01).client(welcomed=False)
    welcome, hope = shown(town, 0.5)
    assert (welcome.campaign, welcome.kind, welcome.decision) == ("welcome", "welcome", "send")
    assert welcome.segments == 2
    assert welcome.cost == pytest.approx(0.02)
    assert hope.campaign == "hope"


def test_times_are_shown_in_utc_and_on_the_clients_clock(town: Town) -> None:
    town.program({"hope": HOPE}).client(zones=["America/New_York"])
    rows = shown(town, 2, start=datetime(2027, 3, 13, tzinfo=town.now.tzinfo))
    assert [(row.slot, row.at_utc, row.at_local) for row in rows] == [
        ("2027-03-13", "2027-03-13T18:30:00+00:00", "2027-03-13T13:30:00-05:00"),
        ("2027-03-14", "2027-03-14T17:30:00+00:00", "2027-03-14T13:30:00-04:00"),
    ]
    assert {row.tz for row in rows} == {"America/New_York"}


def test_a_preview_writes_nothing(town: Town) -> None:
    client = town.program({"hope": HOPE, "visits": VISITS}).client(welcomed=False)
    town.visit(client, town.now + 3 * DAY)

    def counted() -> dict[str, int]:
        with town.database.read() as session:
            return {
                table.name: session.scalar(select(func.count()).select_from(table)) or 0
                for table in Base.metadata.sorted_tables
            }

    before = counted()
    assert shown(town, 30)
    assert counted() == before


def test_many_clients_are_shown_page_by_page_in_order(town: Town) -> None:
    town.program({"hope": HOPE})
    for number in range(205):
        town.client(external_id=f"c{number:03}", number=f"+1202555{number:04}")
    names = [row.client for row in shown(town, 0.2)]
    assert names == sorted(f"c{number:03}" for number in range(205))


@pytest.fixture
def run(
    town: Town, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str]]:
    """Runs `outreach preview` on the town's database; gives exit code and output."""
    town.program({"hope": HOPE}).client(external_id="ana")
    monkeypatch.setenv("OUTREACH_DATABASE_URL", database_url)
    monkeypatch.setenv("OUTREACH_SECRET_KEYS", base64.b64encode(TEST_KEY).decode())
    monkeypatch.setenv("OUTREACH_CARRIER", "simulated")

    def invoke(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(main, ["preview", *arguments])
        return result.exit_code, result.stdout or str(result.exception)

    return invoke


def test_the_command_prints_a_json_list_with_exactly_the_keys_of_the_contract(
    run: Callable[..., tuple[int, str]],
) -> None:
    code, printed = run("--program", "riverside", "--days", "3", "--from", "2027-03-13", "--json")
    rows = json.loads(printed)
    assert code == 0
    assert len(rows) == 3
    assert all(list(row) == KEYS for row in rows)
    assert rows[0]["at_local"].startswith("2027-03-13T13:30:00")


def test_the_command_prints_a_table_for_people(run: Callable[..., tuple[int, str]]) -> None:
    code, printed = run("--program", "riverside", "--days", "2", "--from", "2027-03-13")
    assert code == 0
    assert "ana (America/Chicago, en)" in printed
    assert "Sat 13 Mar 13:30" in printed
    assert "2 texts, 0.02 in all." in printed


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--program", "nowhere", "--days", "1"], 1, "no program 'nowhere'"),
        (["--program", "riverside", "--days", "1", "--client", "bob"], 1, "no client 'bob'"),
        (["--program", "riverside", "--days", "1", "--from", "soon"], 2, "2"),
        (["--program", "riverside", "--days", "0"], 2, "2"),
        (["--days", "1"], 2, "2"),
    ],
)
def test_a_mistake_ends_in_a_sentence(
    run: Callable[..., tuple[int, str]], arguments: list[str], code: int, words: str
) -> None:
    found, printed = run(*arguments)
    assert found == code
    assert words in printed
