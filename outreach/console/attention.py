"""`/attention`: texts and rows that software could not bring to an end by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.console import access, audit, here
from outreach.console.scope import Scope
from outreach.models import (
    Client,
    Message,
    Program,
    Reply,
    Sender,
    SetAside,
    Touchpoint,
)
from outreach.policy import reasons
from outreach.vocabulary import MessageState, TouchpointState

pages = Blueprint("attention", __name__, url_prefix="/attention")

LONGEST = 50
FAILURES_OF = timedelta(days=3)

_UNPROVEN = (MessageState.UNKNOWN, MessageState.HANDING_OVER)
_BROKEN = (MessageState.FAILED, MessageState.UNDELIVERED)


@dataclass(frozen=True, slots=True)
class Attention:
    """What the page lists; every sequence is newest first and at most LONGEST long."""

    programs: dict[str, Program]
    clients: dict[str, str]
    unproven: Sequence[Message]
    broken: Sequence[Message]
    held: Sequence[Touchpoint]
    unmatched: Sequence[Reply]
    unread: Sequence[Reply]
    senders: Sequence[Sender]
    set_aside: Sequence[SetAside]

    @property
    def is_empty(self) -> bool:
        """Whether nothing needs a person."""
        return not any(
            (
                self.unproven,
                self.broken,
                self.held,
                self.unmatched,
                self.unread,
                self.senders,
                self.set_aside,
            )
        )

    def why(self, touchpoint: Touchpoint) -> str:
        """Why a held text is held, in words."""
        return reasons.words(touchpoint.reason or "")


@pages.get("")
@access.open_to(access.READERS)
def show() -> ResponseReturnValue:
    """The page."""
    with here.database().read() as session:
        found = _load(session, access.scope())
    audit.saw("attention")
    return render_template("attention.html", page=found)


def _load(session: Session, scope: Scope) -> Attention:
    now = here.now()
    messages = scope.select(Message).order_by(Message.created_at.desc()).limit(LONGEST)
    replies = scope.select(Reply).order_by(Reply.received_at.desc()).limit(LONGEST)
    held = (
        scope.select(Touchpoint)
        .where(Touchpoint.state == TouchpointState.PLANNED, Touchpoint.reason.is_not(None))
        .order_by(Touchpoint.due_at)
        .limit(LONGEST)
    )
    unproven = session.scalars(messages.where(Message.state.in_(_UNPROVEN))).all()
    recent = messages.where(Message.state.in_(_BROKEN), Message.created_at > now - FAILURES_OF)
    broken = session.scalars(recent).all()
    waiting = session.scalars(held).all()
    return Attention(
        programs=scope.programs(session),
        clients=_names(session, scope, [*unproven, *broken, *waiting]),
        unproven=unproven,
        broken=broken,
        held=waiting,
        unmatched=session.scalars(replies.where(Reply.client_id.is_(None))).all(),
        unread=session.scalars(replies.where(Reply.applied_at.is_(None))).all(),
        senders=session.scalars(scope.select(Sender).where(Sender.stopped_at.is_not(None))).all(),
        set_aside=_set_aside(session),
    )


def _set_aside(session: Session) -> Sequence[SetAside]:
    """Rows of any program: they name a table, an id and an error's code, and nobody."""
    query = select(SetAside).where(SetAside.ended_at.is_(None)).order_by(SetAside.at.desc())
    return session.scalars(query.limit(LONGEST)).all()


def _names(session: Session, scope: Scope, rows: Sequence[Message | Touchpoint]) -> dict[str, str]:
    wanted = {row.client_id for row in rows if row.client_id}
    found = session.scalars(scope.select(Client).where(Client.id.in_(wanted)))
    return {client.id: client.name or client.external_id for client in found}
