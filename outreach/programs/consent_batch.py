"""Consent for a batch of imported rows: the rule of policy/consent.py with few statements.

`outreach.consent.record` does the same for one fact at a time.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from outreach.consent import ConsentFact, cancel_waiting
from outreach.models import Client, Consent, ConsentEvent, new_id, seal
from outreach.policy.consent import ConsentState, after
from outreach.vocabulary import ConsentKind, ConsentSource

Prints = Mapping[str, tuple[str, ...]]
"""Newest fingerprint of a number -> its fingerprints under every ring key."""

States = dict[str, ConsentState]
"""Newest fingerprint of a number -> its state."""


def states_of(session: Session, program_id: str, prints: Prints, *, lock: bool = False) -> States:
    """The consent of every number that has one, also where an older ring key hashed it.

    Of several rows of one number a revocation counts.
    """
    newest = {old: first for first, every in prints.items() for old in every}
    query = select(
        Consent.number_hash, Consent.in_force, Consent.kind, Consent.source, Consent.since
    ).where(Consent.program_id == program_id, Consent.number_hash.in_(list(newest)))
    states: States = {}
    for number_hash, in_force, kind, source, since in session.execute(
        query.with_for_update() if lock else query
    ):
        state = ConsentState(in_force, ConsentKind(kind), ConsentSource(source), since)
        first = newest[number_hash]
        if first not in states or state.kind is ConsentKind.REVOKED:
            states[first] = state
    return states


def fold(states: States, facts: Sequence[ConsentFact]) -> States:
    """The states after the facts, in their order."""
    result = dict(states)
    for fact in facts:
        result[fact.number_hash] = after(
            result.get(fact.number_hash), fact.kind, fact.source, fact.at
        )
    return result


def record_all(
    session: Session, facts: Sequence[ConsentFact], prints: Prints, *, now: datetime
) -> None:
    """Append the facts, keep the states, cancel what a revocation stops, replan who may get texts.

    All facts are of one program; `prints` holds the fingerprints of all their numbers.
    """
    if not facts:
        return
    program_id = facts[0].program_id
    before = states_of(session, program_id, prints, lock=True)
    changed = {
        number_hash: state
        for number_hash, state in fold(before, facts).items()
        if state is not before.get(number_hash)
    }
    connection = session.connection()
    connection.execute(insert(ConsentEvent), [_event(fact, now) for fact in facts])
    if changed:
        _keep(session, program_id, changed, replaced=before.keys() & changed.keys())
    for number_hash, state in changed.items():
        if state.kind is ConsentKind.REVOKED:
            cancel_waiting(session, program_id, number_hash, now=now)
    started = [number_hash for number_hash, state in changed.items() if state.in_force]
    _replan(session, program_id, started, now)


def _keep(session: Session, program_id: str, states: States, *, replaced: set[str]) -> None:
    connection = session.connection()
    if replaced:
        connection.execute(
            delete(Consent).where(
                Consent.program_id == program_id, Consent.number_hash.in_(replaced)
            )
        )
    rows = [
        {
            "program_id": program_id,
            "number_hash": number_hash,
            "in_force": state.in_force,
            "kind": state.kind,
            "source": state.source,
            "since": state.since,
        }
        for number_hash, state in states.items()
    ]
    connection.execute(insert(Consent), rows)


def _replan(session: Session, program_id: str, number_hashes: list[str], now: datetime) -> None:
    """Also the other clients on these numbers may get texts now."""
    if number_hashes:
        session.connection().execute(
            update(Client)
            .where(
                Client.program_id == program_id,
                Client.number_hash.in_(number_hashes),
            )
            .values(replan_since=now)
        )


def _event(fact: ConsentFact, now: datetime) -> dict[str, Any]:
    event_id = new_id()
    return {
        "id": event_id,
        "program_id": fact.program_id,
        "number_hash": fact.number_hash,
        "client_id": fact.client_id,
        "kind": fact.kind,
        "source": fact.source,
        "proof_sealed": seal(ConsentEvent, "proof", event_id, fact.proof),
        "at": fact.at,
        "recorded_at": now,
    }
