"""A year of a program, clock changes and all: what must never happen does not."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from outreach import migrations, vault
from outreach.campaigns.preview import PreviewRow, preview
from outreach.database import Database
from outreach.programs.loaded import program_named
from tests.conftest import NOON, TEST_KEY
from tests.integration.campaigns.town import GOAL, HOPE, MOOD, VISITS, Town, library

DAY = timedelta(days=1)
ZONES = {
    "chicago": ["America/Chicago"],
    "phoenix": ["America/Phoenix"],
    "lord-howe": ["Australia/Lord_Howe"],
    "no-zone": ["America/Boise", "America/Los_Angeles"],
}
CAMPAIGNS = {
    "hope": HOPE | {"schedule": {"every": "day", "at": "02:30"}},
    "noon": HOPE | {"schedule": {"rrule": "FREQ=MONTHLY;BYMONTHDAY=31", "at": "12:00"}},
    "goals": GOAL,
    "mood": MOOD | {"schedule": {"every": "day", "between": ["08:00", "21:00"]}},
    "visits": VISITS,
}


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[PreviewRow]]:
    vault.install(vault.Vault([TEST_KEY]))
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('year') / 'year.sqlite'}")
    migrations.upgrade(database)
    town = Town(database, NOON).program(CAMPAIGNS, daily_cap=2)
    for name, zones in ZONES.items():
        client = town.client(external_id=name, zones=zones, welcomed=False)
        town.goal(client, "walking")
        for week in range(1, 50, 3):
            town.visit(client, NOON + week * 7 * DAY + timedelta(hours=week % 9 - 4))
    with database.read() as session:
        program = program_named(session, "riverside")
    yield list(preview(database, library(), program, now=NOON, start=NOON, end=NOON + 366 * DAY))
    database.dispose()


def sent(year: list[PreviewRow]) -> list[PreviewRow]:
    return [row for row in year if row.decision == "send"]


def test_nobody_is_texted_in_quiet_hours_in_any_zone_they_may_be_in(
    year: list[PreviewRow],
) -> None:
    for row in sent(year):
        at = datetime.fromisoformat(row.at_utc)
        hours = [at.astimezone(ZoneInfo(zone)).hour for zone in ZONES[row.client]]
        assert all(9 <= hour < 20 for hour in hours), row


def test_no_touchpoint_is_sent_twice(year: list[PreviewRow]) -> None:
    slots = Counter((row.client, row.campaign, row.slot) for row in sent(year))
    assert len(slots) > 2000
    assert set(slots.values()) == {1}


def test_the_cap_holds_on_every_day_but_for_reminders(year: list[PreviewRow]) -> None:
    days = Counter(
        (row.client, row.at_local[:10])
        for row in sent(year)
        if row.campaign not in {"welcome", "visits"}
    )
    assert max(days.values()) == 2


def test_every_visit_is_reminded_of_and_never_as_tomorrow_on_the_day(
    year: list[PreviewRow],
) -> None:
    reminders = [row for row in sent(year) if row.campaign == "visits"]
    visits = {(row.client, row.slot.partition("@")[2]) for row in reminders}
    assert len(visits) == 17 * len(ZONES)
    for row in reminders:
        visit = datetime.fromisoformat(f"{row.slot.partition('@')[2]}+00:00")
        chicago = ZoneInfo("America/Chicago")
        today = datetime.fromisoformat(row.at_utc).astimezone(chicago).date()
        days = (visit.astimezone(chicago).date() - today).days
        assert ("tomorrow" in (row.text or "")) == (days == 1), row
        assert ("today" in (row.text or "")) == (days == 0), row


def test_no_two_questions_are_open_within_four_hours_but_for_reminders(
    year: list[PreviewRow],
) -> None:
    asking = {"goals", "mood", "visits"}
    for client in ZONES:
        rows = [row for row in sent(year) if row.client == client and row.campaign in asking]
        times = [datetime.fromisoformat(row.at_utc) for row in rows]
        for row, at, before in zip(rows[1:], times[1:], times, strict=False):
            assert row.campaign == "visits" or at - before >= timedelta(hours=4), row


def test_every_month_has_its_last_day_text(year: list[PreviewRow]) -> None:
    months = [row.slot[5:] for row in year if (row.client, row.campaign) == ("phoenix", "noon")]
    expected = [
        *("11-30", "12-31", "01-31", "02-28", "03-31", "04-30"),
        *("05-31", "06-30", "07-31", "08-31", "09-30", "10-31"),
    ]
    assert list(dict.fromkeys(months)) == expected
