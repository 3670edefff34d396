"""A welcome that never left is owed again: nothing goes to a client before its welcome."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Row, or_, select, update
from sqlalchemy.orm import Session

from outreach.models import Client, Message, Touchpoint
from outreach.vocabulary import MessageKind, MessageState, TouchpointState

_NEVER_LEFT = (MessageState.EXPIRED, MessageState.CANCELLED)


def owe_again(session: Session, ended: Collection[str], *, now: datetime) -> None:
    """Take back the welcomes among texts that ended (`ended` are ids) before they were handed over.

    Everybody with the number counts as not welcomed, and the planner decides anew whose welcome it
    is. The touchpoint goes back into the due table, because its slot is taken by itself.
    """
    for welcome in session.execute(
        select(
            Message.program_id, Message.number_hash, Message.client_id, Message.touchpoint_id
        ).where(
            Message.id.in_(ended),
            Message.kind == MessageKind.WELCOME,
            Message.state.in_(_NEVER_LEFT),
        )
    ):
        _unwelcome(session, welcome, now)
        _due_again(session, welcome, now)


def _unwelcome(session: Session, welcome: Row[*tuple[Any, ...]], now: datetime) -> None:
    session.execute(
        update(Client)
        .where(
            Client.program_id == welcome.program_id,
            or_(Client.number_hash == welcome.number_hash, Client.id == welcome.client_id),
        )
        .values(welcomed_at=None, replan_since=now)
        .execution_options(synchronize_session=False)
    )


def _due_again(session: Session, welcome: Row[*tuple[Any, ...]], now: datetime) -> None:
    session.execute(
        update(Touchpoint)
        .where(Touchpoint.id == welcome.touchpoint_id, Touchpoint.state == TouchpointState.RELEASED)
        .values(
            state=TouchpointState.PLANNED,
            due_at=now,
            message_id=None,
            reason=None,
            decided_at=None,
        )
        .execution_options(synchronize_session=False)
    )
