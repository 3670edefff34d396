"""What staff do for a client, each in the caller's transaction with its audit event."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from outreach import consent, vault
from outreach.consent import ConsentFact
from outreach.console import audit
from outreach.delivery.outbox import Outbound, message_row
from outreach.models import Client, Message
from outreach.programs.loaded import load_program
from outreach.vocabulary import ClientStatus, ConsentKind, ConsentSource, MessageKind

LONGEST_TEXT = 640
"""Characters. Four segments: more is a conversation for the telephone."""

USEFUL_FOR = timedelta(hours=4)
"""A person's words that leave later than this would surprise both sides."""

CONSENT_BY_STAFF = {"given": ConsentKind.GIVEN, "revoked": ConsentKind.REVOKED}


def write_text(
    session: Session, client: Client, body: str, *, once: str, now: datetime
) -> str | None:
    """Put a staff member's text into the outbox; returns why not, in words, or None.

    `once` is the form's one-time token and becomes the audit event's id: the same form posted again
    raises IntegrityError and writes nothing.
    """
    problem = _may_not_write(session, client, body)
    if problem or client.number is None:
        return problem or "This client has no number."
    row = _outbox_row(session, client, client.number, body, now)
    session.add(Message(**row))
    audit.add(
        session,
        "wrote text",
        now=now,
        program_id=client.program_id,
        subject_id=row["id"],
        event_id=once,
    )
    session.flush()
    return None


def pause(session: Session, client: Client, *, until: datetime | None, now: datetime) -> None:
    """Stop automatic texts until then, or until staff resume when `until` is None."""
    client.paused_at, client.paused_until, client.paused_by = now, until, "staff"
    client.replan_since = now
    _note(session, "paused client", client, now)


def resume(session: Session, client: Client, *, now: datetime) -> None:
    """Let automatic texts go on; what was due meanwhile is not sent again."""
    client.paused_at = client.paused_until = client.paused_by = None
    client.replan_since = now
    _note(session, "resumed client", client, now)


def record_consent(
    session: Session, client: Client, told: str, *, proof: str, now: datetime
) -> None:
    """Record what the client told staff; a revocation cancels what waits."""
    fact = ConsentFact(
        program_id=client.program_id,
        number_hash=client.number_hash,
        kind=CONSENT_BY_STAFF[told],
        source=ConsentSource.STAFF,
        at=now,
        proof=proof,
        client_id=client.id,
    )
    consent.record(session, fact, now=now)
    _note(session, f"recorded consent {told}", client, now)


def _outbox_row(
    session: Session, client: Client, number: str, body: str, now: datetime
) -> dict[str, Any]:
    program = load_program(session, client.program_id)
    text = Outbound(
        program_id=client.program_id,
        sender_id=program.sender_id,
        number=number,
        number_hash=client.number_hash,
        body=body,
        kind=MessageKind.STAFF,
        language=client.speaks,
        send_after=now,
        useful_until=now + USEFUL_FOR,
        client_id=client.id,
    )
    return message_row(text, now=now)


def _may_not_write(session: Session, client: Client, body: str) -> str | None:
    if not body:
        return "Write the text first."
    if len(body) > LONGEST_TEXT:
        return f"A text has at most {LONGEST_TEXT} characters."
    if client.status == ClientStatus.DECEASED:
        return "This client is recorded as deceased."
    hashes = vault.current().fingerprints(client.number or "")
    if not consent.in_force(session, client.program_id, hashes):
        return "Consent is not in force for this number, so no text may go to it. Call instead."
    return None


def _note(session: Session, action: str, client: Client, now: datetime) -> None:
    audit.add(session, action, now=now, program_id=client.program_id, subject_id=client.id)
