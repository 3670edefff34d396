"""The release: touchpoints that are due become messages, wait on, or end with a reason.

Per batch: load with a fixed number of queries, decide, choose and render outside the write lock,
then one transaction writes everything. The dispatcher checks consent once more when it claims.
"""

from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, OperationalError

from outreach.campaigns.facts import Waiting
from outreach.campaigns.gather import Gathered, gather
from outreach.campaigns.outcomes import Outcome, outcome_of, set_aside_outcome
from outreach.campaigns.record import record
from outreach.campaigns.rows import AnyRow, fetch, is_planned
from outreach.content.library import Library
from outreach.database import Database
from outreach.models import Touchpoint
from outreach.policy.caps import PRIORITY

BATCH = 1000
"""Touchpoints loaded and decided together."""

WRITE_BATCH = 250
"""Touchpoints per transaction: SQLite's write lock is held for about 20 ms."""

DUE = (
    select(Touchpoint.id, Touchpoint.client_id, Touchpoint.subject)
    .where(is_planned())
    .order_by(Touchpoint.due_at)
)
"""The due table, oldest first; what its clients' situations hold anyway is not read twice."""

_log = structlog.get_logger()


def release_due(database: Database, library: Library, *, now: datetime, limit: int = 5000) -> int:
    """Look at up to `limit` touchpoints that are due at `now`, oldest first; returns how many."""
    looked_at = 0
    while looked_at < limit:
        asked = min(BATCH, limit - looked_at)
        found = _release_batch(database, library, now, asked)
        looked_at += found
        if found < asked:
            break
    return looked_at


def _release_batch(database: Database, library: Library, now: datetime, limit: int) -> int:
    with database.read() as session:
        due = fetch(session, DUE.where(Touchpoint.due_at <= now).limit(limit))
        if not due:
            return 0
        subjects = {row.subject for row in due} - {""}
        gathered = gather(session, {row.client_id for row in due}, now=now, visit_ids=subjects)
    outcomes = [_outcome(library, gathered, row, now) for row in _in_order(due, gathered)]
    for start in range(0, len(outcomes), WRITE_BATCH):
        _record(database, outcomes[start : start + WRITE_BATCH], now)
    return len(due)


def _in_order(due: Sequence[AnyRow], gathered: Gathered) -> list[Waiting]:
    """What is still due, the most important first: the second of a minute knows of the first."""
    found = (gathered.situations[row.client_id].waiting.get(row.id) for row in due)
    return sorted(filter(None, found), key=lambda row: (PRIORITY[row.touch.kind], row.due_at))


def _outcome(library: Library, gathered: Gathered, row: Waiting, now: datetime) -> Outcome:
    try:
        return outcome_of(library, gathered, row, now)
    except Exception as error:  # noqa: BLE001  one bad row never stops the others (law 12)
        _log.error("touchpoint set aside", touchpoint_id=row.id, exc_info=error)
        return set_aside_outcome(gathered, row, type(error).__name__, now)


def _record(database: Database, outcomes: Sequence[Outcome], now: datetime) -> None:
    """Write a batch; when the database refuses it, halve it until the bad row stands alone."""
    try:
        record(database, outcomes, now=now)
    except OperationalError:
        raise  # the database itself is in trouble, no row is to blame
    except DBAPIError as error:
        if len(outcomes) > 1:
            middle = len(outcomes) // 2
            _record(database, outcomes[:middle], now)
            _record(database, outcomes[middle:], now)
        elif not outcomes[0].error:
            _log.error("touchpoint set aside", touchpoint_id=outcomes[0].row.id, exc_info=error)
            _record(database, [outcomes[0].given_up(type(error).__name__)], now)
        else:
            raise
