"""The stop-everything switch: a whole program, or one client, until somebody resumes."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from outreach.errors import OutreachError
from outreach.models import AuditEvent, Client, Program, Sender, new_id
from outreach.programs.loaded import LoadedProgram


class NoSuchClientError(OutreachError):
    """The program has no client with this external id."""

    code = "no_such_client"


def pause_program(session: Session, program: LoadedProgram, *, now: datetime) -> bool:
    """Stop every automatic text of a program; False if it was paused already.

    Answers to HELP and STOP, safety texts and pages still go out (law 1). What waits stays queued
    and goes out after a resume only if it still makes sense then.
    """
    row = _program(session, program)
    if row.paused_at is not None:
        return False
    row.paused_at = now
    _audit(session, "paused program", program.id, program.id, now)
    return True


def resume_program(session: Session, program: LoadedProgram, *, now: datetime) -> bool:
    """End the pause of a program and start its sender if an error had stopped it.

    False if there was nothing to end.
    """
    row = _program(session, program)
    if not _start_sender(session, program) and row.paused_at is None:
        return False
    row.paused_at = None
    _audit(session, "resumed program", program.id, program.id, now)
    return True


def _start_sender(session: Session, program: LoadedProgram) -> bool:
    started = session.execute(
        update(Sender)
        .where(Sender.id == program.sender_id, Sender.stopped_at.is_not(None))
        .values(stopped_at=None, stopped_code=None, free_at=None)
    )
    return bool(getattr(started, "rowcount", 0))


def pause_client(
    session: Session, program: LoadedProgram, external_id: str, *, now: datetime
) -> bool:
    """Stop automatic texts to one client until staff resume; False if staff did so already.

    Raises NoSuchClientError.
    """
    client = _client(session, program, external_id)
    if client.paused_at is not None and client.paused_by == "staff" and not client.paused_until:
        return False
    client.paused_at, client.paused_until, client.paused_by = now, None, "staff"
    client.replan_since = now
    _audit(session, "paused client", program.id, client.id, now)
    return True


def resume_client(
    session: Session, program: LoadedProgram, external_id: str, *, now: datetime
) -> bool:
    """End a client's pause, whoever began it; False if there was none.

    Raises NoSuchClientError.
    """
    client = _client(session, program, external_id)
    if client.paused_at is None:
        return False
    client.paused_at = client.paused_until = client.paused_by = None
    client.replan_since = now
    _audit(session, "resumed client", program.id, client.id, now)
    return True


def _program(session: Session, program: LoadedProgram) -> Program:
    return session.scalars(select(Program).where(Program.id == program.id).with_for_update()).one()


def _client(session: Session, program: LoadedProgram, external_id: str) -> Client:
    client = session.scalars(
        select(Client)
        .where(Client.program_id == program.id, Client.external_id == external_id)
        .with_for_update()
    ).first()
    if client is None:
        raise NoSuchClientError(f"{program.slug} has no client with this external_id.")
    return client


def _audit(session: Session, action: str, program_id: str, subject_id: str, now: datetime) -> None:
    """Without a staff member: it was done at the command line."""
    session.add(
        AuditEvent(
            id=new_id(),
            at=now,
            program_id=program_id,
            action=action,
            subject_id=subject_id,
            details={"by": "command line"},
        )
    )
