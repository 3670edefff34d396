"""The planner: keeps the due table what the plan of each changed client wants it to be."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from outreach.campaigns.facts import PlanningFacts, Touch, Waiting
from outreach.campaigns.load import planning_facts
from outreach.campaigns.plan import Plan, plan_for
from outreach.campaigns.prepared import run
from outreach.campaigns.rows import (
    INSERT_NEW,
    among,
    change,
    fetch,
    is_planned,
    set_aside,
    touchpoint_row,
)
from outreach.database import Database
from outreach.models import Client, Decision, Enrollment, SetAside, Touchpoint, new_id
from outreach.policy.reasons import Reason
from outreach.vocabulary import TouchpointState, Verdict

BATCH = 200
"""Clients per transaction: few enough that no writer waits long for the lock."""

_PLANNED = Touchpoint.__table__.c.state == TouchpointState.PLANNED
_JOINED = insert(Enrollment)
_DECIDED = insert(Decision)
_SET_ASIDE = insert(SetAside)
_WELCOMED = change(Client, {"welcomed_at": "at"})
_REJOINED = change(Enrollment, {"since": "at"}, ended_at=None)
_LEFT = change(Enrollment, {"ended_at": "at"})
_UNPLANNED = delete(Touchpoint).where(Touchpoint.id == bindparam("b_id"), _PLANNED)
_DROPPED = change(
    Touchpoint, {"reason": "why", "decided_at": "at"}, state=TouchpointState.SKIPPED
).where(_PLANNED)
_MOVED = change(
    Touchpoint, {"planned_at": "planned", "due_at": "planned", "useful_until": "until"}
).where(_PLANNED)

_CLIENTS = (
    select(Client.id, Client.replan_since).where(among(Client.id)).with_for_update(skip_locked=True)
)
_WAITING_IDS = select(Touchpoint.id, Touchpoint.client_id).where(
    among(Touchpoint.client_id), is_planned()
)

_log = structlog.get_logger()


@dataclass(slots=True)
class Changes:
    """What a batch of plans changes in the tables."""

    client_ids: list[str] = field(default_factory=list)
    welcomed: list[dict[str, Any]] = field(default_factory=list)
    joined: list[dict[str, Any]] = field(default_factory=list)
    rejoined: list[dict[str, Any]] = field(default_factory=list)
    left: list[dict[str, Any]] = field(default_factory=list)
    new: list[dict[str, Any]] = field(default_factory=list)
    moved: list[dict[str, Any]] = field(default_factory=list)
    unplanned: list[dict[str, Any]] = field(default_factory=list)
    dropped: list[dict[str, Any]] = field(default_factory=list)
    set_aside: list[dict[str, Any]] = field(default_factory=list)


def plan_dirty(database: Database, *, now: datetime, limit: int = 1000) -> int:
    """Plan anew for up to `limit` clients whose `replan_since` is set; returns how many.

    Touchpoints that were released keep their slot, so nothing is sent twice.
    """
    planned = 0
    while planned < limit:
        asked = min(BATCH, limit - planned)
        found = _plan_batch(database, now, asked)
        planned += found
        if found < asked:
            break
    return planned


def _plan_batch(database: Database, now: datetime, limit: int) -> int:
    """Compute outside the write lock; a client changed meanwhile stays marked for the next tick."""
    with database.read() as session:
        marks = _marked(session, limit)
        if not marks:
            return 0
        facts = planning_facts(session, list(marks), now=now)
    plans = [(one, *_planned(one, now)) for one in facts]
    with database.write() as session:
        unchanged = _unchanged(session, marks, facts)
        changes = Changes(client_ids=sorted(unchanged))
        for one, plan, error in plans:
            if one.person.id in unchanged:
                _collect(changes, one, plan, error, now)
        _write(session, changes)
    return len(unchanged)


def _marked(session: Session, limit: int) -> dict[str, datetime]:
    rows = session.execute(
        select(Client.id, Client.replan_since)
        .where(Client.replan_since.is_not(None))
        .order_by(Client.replan_since)
        .limit(limit)
    )
    return {client_id: since for client_id, since in rows if since is not None}


def _planned(facts: PlanningFacts, now: datetime) -> tuple[Plan | None, str]:
    try:
        return plan_for(facts, now), ""
    except Exception as error:  # noqa: BLE001  one bad row never stops the others (law 12)
        _log.error("client set aside", client_id=facts.person.id, exc_info=error)
        return None, type(error).__name__


def _unchanged(
    session: Session, marks: dict[str, datetime], facts: list[PlanningFacts]
) -> set[str]:
    """Clients whose mark and due table are still as they were read, locked until the plan is
    written. Others stay marked: a plan beside a release could ask the same thing twice.
    """
    waiting: dict[str, set[str]] = {
        row.id: set()
        for row in fetch(session, _CLIENTS, ids=marks)
        if row.replan_since == marks[row.id]
    }
    for row in fetch(session, _WAITING_IDS, ids=marks):
        waiting.get(row.client_id, set()).add(row.id)
    return {
        one.person.id
        for one in facts
        if waiting.get(one.person.id) == {row.id for row in one.waiting}
    }


def _collect(
    changes: Changes, facts: PlanningFacts, plan: Plan | None, error: str, now: datetime
) -> None:
    if plan is None:
        changes.set_aside.append(set_aside("client", facts.person.id, error, now))
        return
    if facts.person.welcomed_at is None and facts.number_welcomed_at:
        changes.welcomed.append({"b_id": facts.person.id, "at": facts.number_welcomed_at})
    _collect_enrollments(changes, facts, plan, now)
    wanted = {touch.key: touch for touch in plan.touches}
    for waiting in facts.waiting:
        touch = wanted.pop(waiting.touch.key, None)
        if touch is None:
            _collect_dropped(changes, facts, waiting, now)
        elif _differs(waiting, touch):
            changes.moved.append(_moved(waiting, touch))
    changes.new += [touchpoint_row(facts.person, touch) for touch in wanted.values()]


def _collect_enrollments(changes: Changes, facts: PlanningFacts, plan: Plan, now: datetime) -> None:
    for campaign_id in plan.campaigns:
        known = facts.memberships.get(campaign_id)
        if known is None:
            changes.joined.append(
                {
                    "id": new_id(),
                    "campaign_id": campaign_id,
                    "client_id": facts.person.id,
                    "since": now,
                }
            )
        elif known.ended_at is not None:
            changes.rejoined.append({"b_id": known.id, "at": now})
    for campaign_id, known in facts.memberships.items():
        if campaign_id not in plan.campaigns and known.ended_at is None:
            changes.left.append({"b_id": known.id, "at": now})


def _collect_dropped(
    changes: Changes, facts: PlanningFacts, waiting: Waiting, now: datetime
) -> None:
    """One that was never looked at leaves no trace; one that was held ends with a reason."""
    if waiting.reason is None:
        changes.unplanned.append({"b_id": waiting.id})
        return
    reason = Reason.REPLANNED
    if not facts.person.may_get_texts:
        reason = Reason.NO_CONSENT if facts.person.consent_since is None else Reason.NOT_ACTIVE
    changes.dropped.append({"b_id": waiting.id, "why": reason, "at": now})


def _differs(waiting: Waiting, touch: Touch) -> bool:
    """A held one is looked at again as well: what held it may be what has changed."""
    return waiting.touch != touch or waiting.due_at != touch.planned_at


def _moved(waiting: Waiting, touch: Touch) -> dict[str, Any]:
    return {
        "b_id": waiting.id,
        "planned": touch.planned_at,
        "until": touch.useful_until,
    }


def _write(session: Session, changes: Changes) -> None:
    run(session, _WELCOMED, changes.welcomed)
    run(session, _JOINED, changes.joined)
    run(session, _REJOINED, changes.rejoined)
    run(session, _LEFT, changes.left)
    run(session, _UNPLANNED, changes.unplanned)
    run(session, _DROPPED, changes.dropped)
    run(session, _DECIDED, [_drop_decision(row) for row in changes.dropped])
    run(session, _MOVED, changes.moved)
    run(session, INSERT_NEW[session.connection().dialect.name], changes.new)
    run(session, _SET_ASIDE, changes.set_aside)
    if changes.client_ids:
        session.execute(
            update(Client)
            .where(Client.id.in_(changes.client_ids))
            .values(replan_since=None)
            .execution_options(synchronize_session=False)
        )


def _drop_decision(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": new_id(),
        "touchpoint_id": row["b_id"],
        "at": row["at"],
        "verdict": Verdict.SKIP,
        "reason": row["why"],
    }
