"""Recording consent: appends the event, keeps the state, and on a revocation cancels what waits.

The rules stand in policy/consent.py; this is their shell. A revocation cancels, in its own
transaction, everything that has no attempt yet (law 1).
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, exists, select, update
from sqlalchemy.orm import Session

from outreach.models import Client, Consent, ConsentEvent, Message, new_id
from outreach.policy.consent import ConsentState, after
from outreach.vocabulary import ConsentKind, ConsentSource, MessageKind, MessageState

SURVIVES_REVOCATION = (
    MessageKind.OPT_OUT,
    MessageKind.HELP,
    MessageKind.SAFETY,
    MessageKind.PAGE,
)
"""Answers owed to a text just received, and texts to staff: no change of a client stops them."""


_OF_NUMBER = exists().where(
    Consent.program_id == bindparam("program_id"),
    Consent.number_hash.in_(bindparam("hashes", expanding=True)),
)
IN_FORCE = and_(_OF_NUMBER.where(Consent.in_force), ~_OF_NUMBER.where(~Consent.in_force))
"""Whether consent is in force for the number with `hashes` in `program_id`, as a condition."""

_ASK = select(IN_FORCE)


@dataclass(frozen=True, slots=True)
class ConsentFact:
    """Something that happened to the consent of one number in one program."""

    program_id: str
    number_hash: str
    kind: ConsentKind
    source: ConsentSource
    at: datetime
    proof: str | None = None
    client_id: str | None = None


def record(session: Session, fact: ConsentFact, *, now: datetime) -> bool:
    """Append the fact and return whether consent is in force after it."""
    row = session.get(Consent, (fact.program_id, fact.number_hash), with_for_update=True)
    before = _state(row)
    state = after(before, fact.kind, fact.source, fact.at)
    _append(session, fact, now)
    if state is not before:
        _keep(session, row, fact, state)
        if fact.kind is ConsentKind.REVOKED:
            cancel_waiting(session, fact.program_id, fact.number_hash, now=now)
        if state.in_force:
            _replan(session, fact, now)
    return state.in_force


def in_force(session: Session, program_id: str, number_hashes: tuple[str, ...]) -> bool:
    """Whether consent is in force for a number; pass every fingerprint of it."""
    session.flush()
    values = {"program_id": program_id, "hashes": number_hashes}
    return bool(session.connection().execute(_ASK, values).scalar())


def cancel_waiting(session: Session, program_id: str, number_hash: str, *, now: datetime) -> int:
    """Cancel every text to the number that was not handed over yet; returns how many."""
    result = session.execute(
        update(Message)
        .where(
            Message.program_id == program_id,
            Message.number_hash == number_hash,
            Message.state.in_((MessageState.QUEUED, MessageState.CLAIMED)),
            Message.kind.not_in(SURVIVES_REVOCATION),
        )
        .values(
            state=MessageState.CANCELLED, error="consent_revoked", settled_at=now, lease_until=None
        )
        .execution_options(synchronize_session=False)
    )
    return int(getattr(result, "rowcount", 0))


def _state(row: Consent | None) -> ConsentState | None:
    if row is None:
        return None
    return ConsentState(row.in_force, ConsentKind(row.kind), ConsentSource(row.source), row.since)


def _append(session: Session, fact: ConsentFact, now: datetime) -> None:
    event = ConsentEvent(
        id=new_id(),
        program_id=fact.program_id,
        number_hash=fact.number_hash,
        client_id=fact.client_id,
        kind=fact.kind,
        source=fact.source,
        at=fact.at,
        recorded_at=now,
    )
    event.proof = fact.proof
    session.add(event)


def _keep(session: Session, row: Consent | None, fact: ConsentFact, state: ConsentState) -> None:
    if row is None:
        row = Consent(program_id=fact.program_id, number_hash=fact.number_hash)
        session.add(row)
    row.in_force, row.kind = state.in_force, state.kind
    row.source, row.since = state.source, state.since
    session.flush()


def _replan(session: Session, fact: ConsentFact, now: datetime) -> None:
    session.execute(
        update(Client)
        .where(Client.program_id == fact.program_id, Client.number_hash == fact.number_hash)
        .values(replan_since=now)
        .execution_options(synchronize_session=False)
    )
