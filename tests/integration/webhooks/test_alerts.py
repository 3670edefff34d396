"""The alert rules that we ship speak of figures that /metrics really shows."""

import re
from datetime import datetime
from pathlib import Path

import yaml

from outreach.database import Database
from webhooks.metrics import exposition

ALERTS = Path(__file__).parents[3] / "docs" / "alerts.yml"


def test_every_figure_an_alert_looks_at_exists(database: Database, now: datetime) -> None:
    shown = exposition(database, now).decode()
    for rule in _rules():
        for name in re.findall(r"outreach_\w+", rule["expr"]):
            assert f"# TYPE {name} " in shown, f"{rule['alert']} looks at {name}"


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


def _rules() -> list[dict[str, dict[str, str]]]:
    groups = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]
