"""Importing goals."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select

from outreach.database import Database
from outreach.models import Goal
from tests.integration.programs.conftest import Import

WALK = {
    "external_id": "g1",
    "client_external_id": "c1",
    "title": "walk to the river",
    "dimension": "Health",
    "times_per_week": "3",
    "starts_on": "2026-11-23",
}


@pytest.fixture(autouse=True)
def known_client(import_clients: Import) -> None:
    import_clients([{"external_id": "c1", "phone": "+12025550123", "consent": "asked"}])


@pytest.fixture
def stored(database: Database) -> Callable[[], Goal]:
    def find() -> Goal:
        with database.read() as session:
            return session.scalars(select(Goal)).one()

    return find


def test_a_goal_has_what_the_row_says(import_goals: Import, stored: Callable[[], Goal]) -> None:
    assert import_goals([WALK]).created == 1
    goal = stored()
    assert (goal.title, goal.dimension, goal.times_per_week) == ("walk to the river", "health", 3)
    assert goal.starts_on == date(2026, 11, 23)


def test_only_what_differs_changes(import_goals: Import, stored: Callable[[], Goal]) -> None:
    import_goals([WALK])
    assert import_goals([WALK]).unchanged == 1
    assert import_goals([WALK | {"title": "swim", "times_per_week": ""}]).updated == 1
    goal = stored()
    assert (goal.title, goal.times_per_week, goal.dimension) == ("swim", None, "health")


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"dimension": "wealth"}, "dimension"),
        ({"title": ""}, "title"),
        ({"times_per_week": "often"}, "times_per_week"),
        ({"starts_on": "soon"}, "starts_on"),
        ({"client_external_id": "c9"}, "client_external_id"),
    ],
)
def test_a_goal_that_cannot_be_is_refused(
    import_goals: Import, cells: dict[str, str], column: str
) -> None:
    assert [problem.column for problem in import_goals([WALK | cells]).refused] == [column]
