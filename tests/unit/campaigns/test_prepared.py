"""Rows past SQLAlchemy's own binding: what it would have filled in must not be forgotten."""

import pytest
from sqlalchemy import create_engine, insert

from outreach.campaigns.prepared import bind
from outreach.models import Message


def test_a_row_without_a_column_that_has_a_default_is_refused() -> None:
    dialect = create_engine("sqlite://").dialect
    with pytest.raises(ValueError, match="attempts"):
        bind(insert(Message), [{"id": "1", "state": "queued"}], dialect)
