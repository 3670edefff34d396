"""`outreach explain`: why a text was sent, held or not sent, step by step in plain words."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import click
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from outreach.console.words import MESSAGE_KIND, MESSAGE_STATE
from outreach.delivery.error_words import words_of
from outreach.errors import OutreachError
from outreach.models import (
    Attempt,
    Campaign,
    Decision,
    Message,
    Program,
    Receipt,
    Reply,
    Touchpoint,
)
from outreach.policy import reasons
from outreach.start import start
from outreach.vocabulary import MessageKind, MessageState, TouchpointState, Verdict

_VERDICTS = {Verdict.SEND: "Let go", Verdict.HOLD: "Held", Verdict.SKIP: "Not sent"}

_ANSWERS = {
    "accepted": "the carrier took it",
    "refused": "the carrier refused it",
    "retry": "the carrier did not take it",
    "unknown": "nobody knows whether the carrier took it",
    "absent": "the carrier turned out not to have it",
}


class NothingToExplainError(OutreachError):
    """No message and no touchpoint has this id."""

    code = "no_such_message"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened, in words; no client's words and no number."""

    at: datetime
    words: str


@click.command()
@click.argument("message_id", metavar="MESSAGE_ID")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def explain(message_id: str, as_json: bool) -> None:
    """Tell why a text was sent, held or not sent. Takes the id of a message or a touchpoint."""
    started = start("explain")
    with started.database.read() as session:
        message, touchpoint = _found(session, message_id)
        zone = _zone(session, message, touchpoint)
        steps = sorted(_steps(session, message, touchpoint), key=lambda step: step.at)
        end = _end(message, touchpoint)
    if as_json:
        told = [{"at": step.at.isoformat(), "words": step.words} for step in steps]
        click.echo(json.dumps({"id": message_id, "steps": told, "end": end}, indent=2))
        return
    for step in steps:
        click.echo(f"{step.at.astimezone(zone):%a %d %b %Y %H:%M:%S %Z}  {step.words}")
    click.echo(end)


def _found(session: Session, wanted: str) -> tuple[Message | None, Touchpoint | None]:
    message = session.scalars(
        select(Message).where(or_(Message.id == wanted, Message.touchpoint_id == wanted))
    ).first()
    touchpoint_id = message.touchpoint_id if message else wanted
    touchpoint = session.get(Touchpoint, touchpoint_id) if touchpoint_id else None
    if message is None and touchpoint is None:
        raise NothingToExplainError(
            "There is no message and no touchpoint with this id. "
            "The console's client page and outreach doctor list them."
        )
    return message, touchpoint


def _zone(session: Session, message: Message | None, touchpoint: Touchpoint | None) -> ZoneInfo:
    row = message or touchpoint
    program = session.get(Program, row.program_id) if row else None
    return ZoneInfo(program.timezone if program else "UTC")


def _steps(
    session: Session, message: Message | None, touchpoint: Touchpoint | None
) -> Iterator[Step]:
    if touchpoint is not None:
        yield from _planned(session, touchpoint)
    if message is not None:
        yield from _written(session, message)
        yield from _handed_over(session, message)


def _planned(session: Session, touchpoint: Touchpoint) -> Iterator[Step]:
    campaign = session.get(Campaign, touchpoint.campaign_id) if touchpoint.campaign_id else None
    owner = f"campaign {campaign.slug}" if campaign else "the service itself"
    kind = MESSAGE_KIND[MessageKind(touchpoint.kind)].lower()
    yield Step(touchpoint.planned_at, f"Planned for this moment by {owner} ({kind}).")
    decisions = select(Decision).where(Decision.touchpoint_id == touchpoint.id)
    for decision in session.scalars(decisions):
        until = f" Until {decision.until:%Y-%m-%d %H:%M} UTC." if decision.until else ""
        verdict = _VERDICTS[Verdict(decision.verdict)]
        yield Step(decision.at, f"{verdict}: {reasons.words(decision.reason)}{until}")


def _written(session: Session, message: Message) -> Iterator[Step]:
    kind = MESSAGE_KIND[MessageKind(message.kind)].lower()
    text = f" from the library's text {message.text_id}" if message.text_id else ""
    size = "1 segment" if message.segments == 1 else f"{message.segments} segments"
    yield Step(message.created_at, f"Written ({kind}){text}, in {message.language}, {size}.")
    reply = session.get(Reply, message.reply_id) if message.reply_id else None
    if reply is not None:
        yield Step(reply.received_at, f"It answers reply {reply.id}, received then.")


def _handed_over(session: Session, message: Message) -> Iterator[Step]:
    attempts = select(Attempt).where(Attempt.message_id == message.id)
    for attempt in session.scalars(attempts):
        yield Step(attempt.at, f"Attempt {attempt.ordinal}: the carrier was called.")
        if attempt.outcome:
            why = f": {words_of(attempt.error)}" if attempt.error else "."
            answer = f"Attempt {attempt.ordinal}: {_ANSWERS.get(attempt.outcome, attempt.outcome)}"
            yield Step(attempt.settled_at or attempt.at, answer + why)
    for receipt in session.scalars(select(Receipt).where(Receipt.message_id == message.id)):
        how = "answered when asked" if receipt.source == "asked" else "reported"
        why = f": {words_of(receipt.error)}" if receipt.error else "."
        yield Step(receipt.received_at, f"The carrier {how}: {receipt.status}{why}")


def _end(message: Message | None, touchpoint: Touchpoint | None) -> str:
    if message is not None:
        why = f" {words_of(message.error)}" if message.error else ""
        return f"Now: {MESSAGE_STATE[MessageState(message.state)]}.{why}"
    if touchpoint is None:
        raise AssertionError("one of the two was found")
    if touchpoint.state == TouchpointState.PLANNED:
        return f"Now: planned. It is looked at next at {touchpoint.due_at:%Y-%m-%d %H:%M} UTC."
    why = f" {reasons.words(touchpoint.reason)}" if touchpoint.reason else ""
    return f"Now: {touchpoint.state}.{why}"
