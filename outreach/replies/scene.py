"""What the parts of `apply` share: the text being applied, one reading of it, raising a flag."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, update
from sqlalchemy.orm import Session

from outreach.models import Client, Flag, Prompt
from outreach.replies.answers import Say
from outreach.replies.inbound import InboundText
from outreach.replies.situation import Person, Question, Situation
from outreach.safety.flags import Alarm, open_or_join
from outreach.vocabulary import Concern, FlagReason, Intent, Severity

_PROMPTS = cast("Table", Prompt.__table__)

_MARK_ANSWERED = (
    update(_PROMPTS)
    .where(_PROMPTS.c.id == bindparam("prompt"), _PROMPTS.c.answered_at.is_(None))
    .values(answered_at=bindparam("now"))
)


@dataclass(frozen=True, slots=True)
class Read:
    """One thing the text says, and the question it answers, if any.

    `doubtful`: it answers this question or another one equally well, so it is asked back.
    `may_refuse`: the text may ask for no more texts, and software is not sure.
    """

    intent: Intent
    value: str
    question: Question | None
    why: tuple[str, ...] = ()
    doubtful: bool = False
    may_refuse: bool = False


@dataclass(frozen=True, slots=True)
class Scene:
    """One text while it is applied. `person` is whose question it answers, else whom we texted
    last; `worry` the grade of the text."""

    situation: Situation
    text: InboundText
    reply_id: str
    person: Person | None
    worry: Severity
    now: datetime
    received_at: datetime
    is_waiting: bool
    """A request waits for the answer; otherwise it is queued."""


Effect = Callable[[Session, Scene, Read], Say | None]
"""Applies one reading in the open transaction; returns what is worth answering."""


def raise_flag(
    session: Session,
    scene: Scene,
    reason: FlagReason,
    severity: Severity = Severity.LOW,
    *,
    concern: Concern = Concern.NONE,
    details: dict[str, Any] | None = None,
) -> Flag:
    """Open or join a flag about this text; on a shared phone its history names every client."""
    people = scene.situation.people
    named = {"clients": [person.id for person in people]} if len(people) > 1 else {}
    alarm = Alarm(
        program_id=scene.situation.program.id,
        reason=reason,
        severity=severity,
        concern=concern,
        client_id=scene.person.id if scene.person else None,
        number_hash=scene.situation.number_hash,
        reply_id=scene.reply_id,
        details={**named, **(details or {})},
    )
    return open_or_join(session, alarm, scene.situation.program.file, now=scene.now)


def mark_answered(session: Session, question: Question, now: datetime) -> None:
    """The prompt has its answer; it may still be corrected until it closes."""
    if question.answered_at is None:
        session.connection().execute(_MARK_ANSWERED, {"prompt": question.id, "now": now})


def plan_again(session: Session, client_id: str, now: datetime, **values: Any) -> None:
    """Change the client and have the planner look at their touchpoints again.

    The mark is always renewed: the planner clears the one that it read, and no newer one.
    """
    session.execute(
        update(Client)
        .where(Client.id == client_id)
        .values(replan_since=now, **values)
        .execution_options(synchronize_session=False)
    )
