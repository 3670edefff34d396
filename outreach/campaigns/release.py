"""The release: touchpoints that are due become messages, wait on, or end with a reason.

Per batch: load with a fixed number of queries, decide, choose and render outside the write lock,
then one transaction writes everything. The dispatcher checks consent once more when it claims.
"""

from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from outreach.campaigns.facts import Waiting
from outreach.campaigns.gather import Gathered, gather
from outreach.campaigns.load import WAITING, waiting_of
from outreach.campaigns.outcomes import Outcome, outcome_of, set_aside_outcome
from outreach.campaigns.record import record
from outreach.campaigns.rows import fetch
from outreach.content.library import Library
from outreach.database import Database
from outreach.models import Touchpoint
from outreach.policy.caps import PRIORITY

BATCH = 1000
"""Touchpoints loaded and decided together."""

WRITE_BATCH = 200
"""Touchpoints per transaction: SQLite's write lock is held for about 20 ms."""

_DUE = WAITING.order_by(Touchpoint.due_at)

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
        due = _due(session, now, limit)
        if not due:
            return 0
        gathered = _gather_for(session, due, now)
    outcomes = [_outcome(library, gathered, row, now) for row in due]
    for start in range(0, len(outcomes), WRITE_BATCH):
        _record(database, outcomes[start : start + WRITE_BATCH], now)
    return len(due)


def _due(session: Session, now: datetime, limit: int) -> list[Waiting]:
    """What is due, the most important first: the second of a minute knows of the first."""
    rows = fetch(session, _DUE.where(Touchpoint.due_at <= now).limit(limit))
    return sorted(map(waiting_of, rows), key=lambda row: (PRIORITY[row.touch.kind], row.due_at))


def _gather_for(session: Session, due: Sequence[Waiting], now: datetime) -> Gathered:
    clients = {row.client_id for row in due}
    subjects = {row.touch.key.subject for row in due} - {""}
    return gather(session, clients, now=now, visit_ids=subjects)


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
