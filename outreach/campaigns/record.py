"""Writing what a batch of released touchpoints changes, in one transaction, with Core."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, tuple_, update
from sqlalchemy.orm import Session

from outreach.campaigns.outcomes import Outcome, Written
from outreach.campaigns.rows import (
    among,
    change,
    fetch,
    insert_new,
    keep_used,
    run,
    set_aside,
    touchpoint_row,
)
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

_STILL_PLANNED = (
    select(Touchpoint.id)
    .where(among(Touchpoint.id), Touchpoint.state == TouchpointState.PLANNED)
    .with_for_update(skip_locked=True)
)

_EXPIRES = {Reason.STALE}

_Sent = list[tuple[Outcome, Written]]


def record(session: Session, outcomes: Sequence[Outcome], *, now: datetime) -> None:
    """Write outcomes whose touchpoints are still planned; another leader's are left alone."""
    planned = _still_planned(session, [outcome.row.id for outcome in outcomes])
    kept = [outcome for outcome in outcomes if outcome.row.id in planned]
    sent = [(outcome, outcome.written) for outcome in kept if outcome.written]
    _write_texts(session, sent, now)
    run(session, _HOLD, list(_holds(kept, now)))
    run(session, _END, list(_ends(kept, now)))
    run(session, insert(Decision), [_decision(one, now) for one in kept if _is_news(one)])
    successors = [
        touchpoint_row(one.situation.person, one.successor) for one in kept if one.successor
    ]
    insert_new(session, Touchpoint, successors)
    aside = [set_aside("touchpoint", one.row.id, one.error, now) for one in kept if one.error]
    run(session, insert(SetAside), aside)


def _still_planned(session: Session, ids: list[str]) -> set[str]:
    return {row.id for row in fetch(session, _STILL_PLANNED, ids=ids)}


def _write_texts(session: Session, sent: _Sent, now: datetime) -> None:
    run(session, insert(Message), [written.message for _, written in sent])
    run(session, _RELEASE, [_release(outcome, written, now) for outcome, written in sent])
    replaced = [prompt_id for _, written in sent for prompt_id in written.replaced]
    run(session, _CLOSE_PROMPT, [{"b_id": prompt_id, "at": now} for prompt_id in replaced])
    run(session, insert(Prompt), list(_prompts(sent, now)))
    run(session, _TOLD, list(_told(sent)))
    keep_used(session, list(_used(sent)))
    _welcome(session, sent, now)


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


def _welcome(session: Session, sent: _Sent, now: datetime) -> None:
    """Everybody with that number counts as welcomed: one welcome per phone and program."""
    numbers = [
        (outcome.situation.person.program_id, outcome.situation.person.number_hash)
        for outcome, _ in sent
        if outcome.row.touch.kind is MessageKind.WELCOME
    ]
    if numbers:
        session.execute(
            update(Client)
            .where(tuple_(Client.program_id, Client.number_hash).in_(numbers))
            .values(welcomed_at=now)
            .execution_options(synchronize_session=False)
        )
