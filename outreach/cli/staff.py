"""`outreach staff add`: who may sign in to the console, and for which program."""

import sys
from datetime import datetime

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach import vault
from outreach.console.passwords import (
    LINK_LASTS,
    hash_password,
    new_token,
    same_address,
    token_hash,
)
from outreach.models import AuditEvent, Membership, PasswordLink, Staff, new_id
from outreach.programs.loaded import program_named
from outreach.start import Started, start
from outreach.vocabulary import StaffRole


@click.group()
def staff() -> None:
    """Staff members who sign in to the console."""


@staff.command()
@click.option("--program", "slug", required=True, help="The program they work for.")
@click.option("--email", required=True, help="Their address; they sign in with it.")
@click.option("--role", required=True, type=click.Choice([role.value for role in StaffRole]))
@click.option("--name", default="", help="What colleagues call them.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option(
    "--url",
    default="http://localhost:8001",
    show_default=True,
    help="Where the console is, for the link.",
)
def add(slug: str, email: str, role: str, name: str, password_stdin: bool, url: str) -> None:
    """Create a login, or give an existing one a role in one more program.

    Prints a link that works once to set the password, unless the password comes with
    --password-stdin.
    """
    if email.count("@") != 1 or email.startswith("@") or email.endswith("@"):
        raise click.BadParameter("must be an address like ana@example.org", param_hint="--email")
    hashed = hash_password(sys.stdin.readline().rstrip("\r\n")) if password_stdin else None
    started = start("staff")
    token = _add(started, slug, email, role, name, hashed)
    click.echo(f"{email} is {role} of {slug}.")
    if token:
        hours = int(LINK_LASTS.total_seconds() // 3600)
        click.echo(f"Set the password within {hours} hours (the link works once):")
        click.echo(f"{url.rstrip('/')}/password/{token}")


def _add(
    started: Started, slug: str, email: str, role: str, name: str, hashed: str | None
) -> str | None:
    """The token of a new link, also for a member who forgot the password; None with a password."""
    now = started.clock.now()
    with started.database.write() as session:
        program = program_named(session, slug)
        member = _member(session, email) or _new_member(session, email, now)
        member.name = name or member.name or ""
        if hashed:
            member.password_hash = hashed
            # Whoever is signed in with the old password is signed out.
            member.session_version = (member.session_version or 0) + 1
        session.flush()
        session.merge(Membership(staff_id=member.id, program_id=program.id, role=role))
        session.add(
            AuditEvent(
                id=new_id(),
                at=now,
                program_id=program.id,
                action="added staff",
                subject_id=member.id,
                details={"role": role, "by": "command line"},
            )
        )
        return None if hashed else _new_link(session, member, now)


def _new_member(session: Session, email: str, now: datetime) -> Staff:
    member = Staff(id=new_id(), created_at=now)
    member.email = same_address(email)
    member.email_hash = vault.current().fingerprint(same_address(email))
    session.add(member)
    return member


def _new_link(session: Session, member: Staff, now: datetime) -> str:
    token = new_token()
    session.add(
        PasswordLink(token_hash=token_hash(token), staff_id=member.id, expires_at=now + LINK_LASTS)
    )
    return token


def _member(session: Session, email: str) -> Staff | None:
    prints = vault.current().fingerprints(same_address(email))
    return session.scalars(select(Staff).where(Staff.email_hash.in_(prints))).first()
