"""Writing what a batch of released touchpoints changes, in one transaction, with Core."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Dialect, bindparam, insert, select, update

from outreach.campaigns.outcomes import Outcome, Written
from outreach.campaigns.prepared import Bound, bind
from outreach.campaigns.rows import (
    INSERT_NEW,
    KEEP_USED,
    among,
    change,
    fetch,
    set_aside,
    touchpoint_row,
)
from outreach.database import Database
from outreach.models import (
    Appointment,
    Client,
    Decision,
    Message,
    Prompt,
    SetAside,
    Touchpoint,
    new_id,
)
from outreach.policy.reasons import Reason
from outreach.policy.verdicts import Hold, Skip
from outreach.vocabulary import MessageKind, PromptKind, TouchpointState, Verdict

_NEW_MESSAGE = insert(Message)
_NEW_DECISION = insert(Decision)
_NEW_PROMPT = insert(Prompt)
_NEW_SET_ASIDE = insert(SetAside)
_RELEASE = change(
    Touchpoint,
    {"subject": "about", "decided_at": "at", "message_id": "message"},
    state=TouchpointState.RELEASED,
    reason=Reason.DUE,
)
_HOLD = change(Touchpoint, {"due_at": "until", "reason": "why", "decided_at": "at"})
_END = change(Touchpoint, {"state": "ended", "reason": "why", "decided_at": "at"})
_CLOSE_PROMPT = change(Prompt, {"closes_at": "at"})
_TOLD = change(Appointment, {"told_starts_at": "start"}, notice_owed=None)

_WELCOMED = (
    update(Client)
    .where(
        Client.program_id == bindparam("b_program_id"),
        Client.number_hash == bindparam("b_number_hash"),
    )
    .values(welcomed_at=bindparam("at"))
)
_STILL_DUE = (
    select(Touchpoint.id)
    .where(among(Touchpoint.id), Touchpoint.state == TouchpointState.PLANNED)
    .with_for_update(skip_locked=True)
)

_EXPIRES = {Reason.STALE}

_Sent = list[tuple[Outcome, Written]]


def record(database: Database, outcomes: Sequence[Outcome], *, now: datetime) -> None:
    """Write outcomes whose touchpoints are still due; what another leader took or the planner
    moved meanwhile is left alone.

    Rows are made before the transaction begins: on SQLite every other writer waits for it.
    """
    dialect = database.engine.dialect
    work = _work(outcomes, dialect, now)
    due = _STILL_DUE.where(Touchpoint.due_at <= now)
    with database.write() as session:
        ids = [outcome.row.id for outcome in outcomes]
        still_due = {row.id for row in fetch(session, due, ids=ids)}
        if len(still_due) < len(outcomes):
            work = _work([one for one in outcomes if one.row.id in still_due], dialect, now)
        for bound in work:
            bound.run(session)


def _work(outcomes: Sequence[Outcome], dialect: Dialect, now: datetime) -> list[Bound]:
    """Statements with their rows, in an order that foreign keys allow."""
    sent = [(outcome, outcome.written) for outcome in outcomes if outcome.written]
    replaced = [prompt_id for _, written in sent for prompt_id in written.replaced]
    work: list[tuple[Any, list[dict[str, Any]]]] = [
        (_NEW_MESSAGE, [written.message for _, written in sent]),
        (_RELEASE, [_release(outcome, written, now) for outcome, written in sent]),
        (_HOLD, list(_holds(outcomes, now))),
        (_END, list(_ends(outcomes, now))),
        (_NEW_DECISION, [_decision(one, now) for one in outcomes if _is_news(one)]),
        (_CLOSE_PROMPT, [{"b_id": prompt_id, "at": now} for prompt_id in replaced]),
        (_NEW_PROMPT, list(_prompts(sent, now))),
        (_TOLD, list(_told(sent))),
        (KEEP_USED[dialect.name], list(_used(sent))),
        (_WELCOMED, list(_welcomed(sent, now))),
        (INSERT_NEW[dialect.name], list(_successors(outcomes))),
        (_NEW_SET_ASIDE, list(_set_aside(outcomes, now))),
    ]
    return [bind(statement, rows, dialect) for statement, rows in work]


def _release(outcome: Outcome, written: Written, now: datetime) -> dict[str, Any]:
    return {
        "b_id": outcome.row.id,
        "about": outcome.row.touch.key.subject or written.composed.subject,
        "at": now,
        "message": written.message["id"],
    }


def _holds(kept: Iterable[Outcome], now: datetime) -> Iterator[dict[str, Any]]:
    for one in kept:
        if isinstance(one.decision, Hold):
            until, why = one.decision.until, one.decision.reason
            yield {"b_id": one.row.id, "until": until, "why": why, "at": now}


def _ends(kept: Iterable[Outcome], now: datetime) -> Iterator[dict[str, Any]]:
    for one in kept:
        if isinstance(one.decision, Skip):
            why = one.decision.reason
            ended = TouchpointState.EXPIRED if why in _EXPIRES else TouchpointState.SKIPPED
            yield {"b_id": one.row.id, "ended": ended, "why": why, "at": now}


def _is_news(outcome: Outcome) -> bool:
    """A hold for the same reason as before is not written again and again."""
    decision = outcome.decision
    return not isinstance(decision, Hold) or decision.reason != outcome.row.reason


def _decision(outcome: Outcome, now: datetime) -> dict[str, Any]:
    verdict, reason, until, details = Verdict.SEND, Reason.DUE, None, None
    if isinstance(outcome.decision, Hold | Skip):
        verdict, reason = Verdict.SKIP, outcome.decision.reason
        details = outcome.decision.details or None
    if isinstance(outcome.decision, Hold):
        verdict, until = Verdict.HOLD, outcome.decision.until
    return {
        "id": new_id(),
        "touchpoint_id": outcome.row.id,
        "at": now,
        "verdict": verdict,
        "reason": reason,
        "until": until,
        "details": details,
    }


def _prompts(sent: _Sent, now: datetime) -> Iterator[dict[str, Any]]:
    for outcome, written in sent:
        if written.composed.asks is not PromptKind.NONE:
            yield {
                "id": new_id(),
                "program_id": outcome.row.program_id,
                "client_id": outcome.row.client_id,
                "message_id": written.message["id"],
                "campaign_id": outcome.row.touch.key.campaign_id,
                "kind": written.composed.asks,
                "subject": written.composed.subject,
                "opened_at": now,
                "closes_at": written.composed.closes_at,
            }


def _told(sent: _Sent) -> Iterator[dict[str, Any]]:
    for outcome, _ in sent:
        visit = outcome.visit
        if visit is not None:
            yield {"b_id": visit.id, "start": visit.starts_at if visit.takes_place else None}


def _used(sent: _Sent) -> Iterator[dict[str, Any]]:
    for outcome, written in sent:
        collection = written.composed.collection
        if collection in outcome.situation.used:
            used = ",".join(outcome.situation.used[collection])
            yield {"client_id": outcome.row.client_id, "collection": collection, "used": used}


def _welcomed(sent: _Sent, now: datetime) -> Iterator[dict[str, Any]]:
    """Everybody with that number counts as welcomed: one welcome per phone and program."""
    for outcome, _ in sent:
        if outcome.row.touch.kind is MessageKind.WELCOME:
            person = outcome.situation.person
            yield {
                "b_program_id": person.program_id,
                "b_number_hash": person.number_hash,
                "at": now,
            }


def _successors(outcomes: Iterable[Outcome]) -> Iterator[dict[str, Any]]:
    for one in outcomes:
        if one.successor:
            yield touchpoint_row(one.situation.person, one.successor)


def _set_aside(outcomes: Iterable[Outcome], now: datetime) -> Iterator[dict[str, Any]]:
    for one in outcomes:
        if one.error:
            yield set_aside("touchpoint", one.row.id, one.error, now)
