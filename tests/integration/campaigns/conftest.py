"""A town on each kind of database."""

from datetime import datetime

import pytest

from outreach.database import Database
from tests.integration.campaigns.town import Town


@pytest.fixture
def town(database: Database, now: datetime) -> Town:
    return Town(database, now)
