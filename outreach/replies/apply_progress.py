"""An answer to a question becomes a progress record; a low one becomes a flag."""

from datetime import timedelta
from statistics import median
from typing import cast

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.orm import Session

from outreach.models import Goal, ProgressRecord, new_id, seal
from outreach.replies.answers import Say
from outreach.replies.scene import Read, Scene, mark_answered, raise_flag
from outreach.replies.situation import Question
from outreach.vocabulary import FlagReason, PromptKind, Severity

LOW, HIGH = 3, 7
"""Scores up to LOW are answered as hard days, from HIGH as good ones."""

DROP = 4
"""Points below the client's own usual score at which a sudden drop is flagged."""

_RECORDS = cast("Table", ProgressRecord.__table__)
_INSERT = insert(_RECORDS)
_REPLACE = (
    update(_RECORDS)
    .where(
        _RECORDS.c.client_id == bindparam("client"),
        _RECORDS.c.at >= bindparam("since"),
        _RECORDS.c.prompt_id == bindparam("prompt"),
        _RECORDS.c.replaced_at.is_(None),
    )
    .values(replaced_at=bindparam("now"))
    .returning(_RECORDS.c.id)
)

_USUAL_OF = 5
_USUAL_WITHIN = timedelta(days=90)

_LATEST_SCORES = (
    select(_RECORDS.c.score)
    .where(
        _RECORDS.c.client_id == bindparam("client"),
        _RECORDS.c.score.is_not(None),
        _RECORDS.c.replaced_at.is_(None),
        _RECORDS.c.at > bindparam("since"),
        _RECORDS.c.reply_id != bindparam("reply"),
    )
    .order_by(_RECORDS.c.at.desc())
    .limit(_USUAL_OF)
)


def answer(session: Session, scene: Scene, read: Read) -> Say | None:
    """Record the answer for the question's day; a later one replaces it, also out of order."""
    question = read.question
    if question is None or scene.person is None:
        return None
    _record(session, scene, read, question)
    mark_answered(session, question, scene.now)
    if question.kind is PromptKind.SCALE:
        return _after_score(session, scene, float(read.value))
    if question.kind is PromptKind.GOAL:
        variables = {"goal": _goal_title(session, question)}
        return Say(f"ack_goal_{read.value}", variables=variables, thanks=True)
    return Say("ack_open", thanks=True)


def _record(session: Session, scene: Scene, read: Read, question: Question) -> None:
    record_id = new_id()
    is_open = question.kind is PromptKind.OPEN
    row = {
        "id": record_id,
        "program_id": scene.situation.program.id,
        "client_id": question.client_id,
        "prompt_id": question.id,
        "reply_id": scene.reply_id,
        "campaign_id": question.campaign_id,
        "goal_id": _goal_id(question),
        "kind": question.kind,
        "score": float(read.value) if question.kind is PromptKind.SCALE else None,
        "done": read.value if question.kind is PromptKind.GOAL else None,
        "words_sealed": _sealed(record_id, scene.text.body) if is_open else None,
        "asked_at": question.opened_at,
        "at": scene.now,
        # More words to an open question add to the earlier ones, a new figure replaces.
        "replaces_id": None if is_open else _replaced(session, scene, question),
    }
    session.connection().execute(_INSERT, row)


def _replaced(session: Session, scene: Scene, question: Question) -> str | None:
    """Mark the question's standing record as replaced and return its id.

    Asked of the database each time: another reply may have come since the question was loaded.
    """
    values = {
        "client": question.client_id,
        "since": question.opened_at,
        "prompt": question.id,
        "now": scene.now,
    }
    return session.connection().execute(_REPLACE, values).scalar()


def _after_score(session: Session, scene: Scene, score: float) -> Say:
    limit = scene.situation.program.file.low_score
    if limit is not None and score <= limit:
        raise_flag(session, scene, FlagReason.LOW_SCORE, details={"score": score, "limit": limit})
    else:
        _flag_drop(session, scene, score)
    if score <= max(LOW, limit or 0):
        return Say("ack_scale_low")
    return Say("ack_scale_high" if score >= HIGH else "ack_scale_mid", thanks=True)


def _flag_drop(session: Session, scene: Scene, score: float) -> None:
    """A sudden drop against the client's own usual is a signal even above the limit."""
    usual = _usual_score(session, scene) if score < HIGH else None
    if usual is not None and score <= usual - DROP:
        details = {"score": score, "usual": usual}
        raise_flag(session, scene, FlagReason.LOW_SCORE, Severity.LOW, details=details)


def _usual_score(session: Session, scene: Scene) -> float | None:
    """The median of the latest scores before this one; None while there are too few."""
    assert scene.person is not None  # noqa: S101  answer() saw to it
    values = {
        "client": scene.person.id,
        "since": scene.now - _USUAL_WITHIN,
        "reply": scene.reply_id,
    }
    scores = session.connection().execute(_LATEST_SCORES, values).scalars().all()
    known = [score for score in scores if score is not None]
    return median(known) if len(known) >= 3 else None


def _goal_id(question: Question) -> str | None:
    return question.subject or None if question.kind is PromptKind.GOAL else None


def _goal_title(session: Session, question: Question) -> str | None:
    goal = session.get(Goal, question.subject) if question.subject else None
    return goal.title if goal else None


def _sealed(record_id: str, words: str) -> bytes | None:
    return seal(ProgressRecord, "words", record_id, words)
