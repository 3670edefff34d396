"""The alert rules that we ship speak of figures that /metrics really shows."""

import re
from datetime import datetime
from pathlib import Path

import yaml

from outreach.database import Database
from tests.integration.delivery.world import World
from webhooks.metrics import exposition

_SERIES = re.compile(r"(outreach_\w+)(?:\{([^}]*)\})?")
ALERTS = Path(__file__).parents[3] / "docs" / "alerts.yml"


def test_every_series_an_alert_looks_at_is_shown_before_anything_happened(
    database: Database, now: datetime
) -> None:
    with database.write() as session:
        World(session, now)
    lines = exposition(database, now).decode().splitlines()
    shown = [_SERIES.match(line) for line in lines if not line.startswith("#")]
    for rule in _rules():
        for name, asked in _SERIES.findall(rule["expr"]):
            assert any(one and one[1] == name and _fits(asked, one[2] or "") for one in shown), (
                f"{rule['alert']} looks at {name}{{{asked}}}"
            )


def test_every_alert_says_what_to_do() -> None:
    for rule in _rules():
        assert len(rule["annotations"]["summary"]) > 20
        assert rule["labels"]["severity"] in {"page", "ticket"}


def test_a_database_where_nothing_happened_raises_no_alarm_but_the_silent_scheduler(
    database: Database, now: datetime
) -> None:
    lines = exposition(database, now).decode().splitlines()
    shown = [line for line in lines if not line.startswith("#")]
    assert shown
    assert all(float(line.rsplit(" ", 1)[1]) == 0 for line in shown)


def _fits(asked: str, labels: str) -> bool:
    """Whether a series with these labels is among those asked for."""
    has = dict(re.findall(r'(\w+)="([^"]*)"', labels))
    wanted = re.findall(r'(\w+)(=~?)"([^"]*)"', asked)
    return all(re.fullmatch(value, has.get(label, "")) for label, _, value in wanted)


def _rules() -> list[dict[str, dict[str, str]]]:
    groups = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]
