"""Signing in and out, and setting a password by a one-use link."""

import re
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, abort, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter
from flask_login import UserMixin, login_user, logout_user
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from outreach import vault
from outreach.console import access, audit, here, passwords
from outreach.models import AuditEvent, Membership, PasswordLink, Staff, new_id
from outreach.vocabulary import StaffRole

TRIES_PER_MACHINE = "20 per minute; 200 per hour"
TRIES_PER_ADDRESS = "6 per minute; 40 per hour"
"""Failed tries only, counted per process. The second also slows guessing from many machines."""

_WRONG = "Address and password do not go together. Check both."


@dataclass(frozen=True)
class SignedIn(UserMixin):  # type: ignore[misc]
    """The member of a session, with a role per program; a `Member` for the scope."""

    staff_id: str
    session_version: int
    email: str
    name: str
    roles: dict[str, StaffRole]

    def get_id(self) -> str:
        """What the cookie keeps: raising the version ends every session of this person."""
        return f"{self.staff_id}:{self.session_version}"


def pages_with(limiter: Limiter) -> Blueprint:
    """The pages, with their brakes from `limiter`."""
    pages = Blueprint("signing_in", __name__)
    slowly = limiter.limit(TRIES_PER_MACHINE, methods=["POST"], deduct_when=_has_failed)
    per_address = limiter.limit(
        TRIES_PER_ADDRESS, key_func=_address_key, methods=["POST"], deduct_when=_has_failed
    )
    pages.add_url_rule(
        "/login",
        "login",
        access.open_to_everyone(slowly(per_address(login))),
        methods=["GET", "POST"],
    )
    pages.add_url_rule(
        "/password/<token>",
        "password",
        access.open_to_everyone(slowly(password)),
        methods=["GET", "POST"],
    )
    pages.add_url_rule(
        "/logout", "logout", access.open_to(access.READERS)(logout), methods=["POST"]
    )
    return pages


def member_of_session(cookie: str) -> SignedIn | None:
    """The member a session cookie names; None once disabled or ended."""
    staff_id, _, version = cookie.partition(":")
    with here.database().read() as reading:
        staff = reading.get(Staff, staff_id)
        if staff is None or staff.disabled_at or str(staff.session_version) != version:
            return None
        return _signed_in(reading, staff)


def login() -> ResponseReturnValue:
    """Show the form, or let the member in."""
    email = request.form.get("email", "")
    if request.method == "GET":
        return render_template("login.html", email="")
    with here.database().read() as reading:
        staff = _by_address(reading, email)
        known = staff.password_hash if staff and not staff.disabled_at else None
        member = _signed_in(reading, staff) if staff and known else None
    if not passwords.is_password(request.form.get("password", ""), known) or member is None:
        return render_template("login.html", email=email, problem=_WRONG), 422
    _let_in(member)
    return redirect(_safe(request.args.get("next", "")), 303)


def logout() -> ResponseReturnValue:
    """End this session."""
    with here.database().write() as writing:
        audit.add(writing, "signed out", now=here.now())
    logout_user()
    session.clear()
    return redirect(url_for("signing_in.login"), 303)


def password(token: str) -> ResponseReturnValue:
    """Set a password by a link that works once."""
    now = here.now()
    with here.database().read() as reading:
        link = reading.get(PasswordLink, passwords.token_hash(token))
        if link is None or link.used_at or link.expires_at <= now:
            return render_template("password_gone.html"), 410
        staff = reading.get_one(Staff, link.staff_id)
        email = staff.email
    if request.method == "GET":
        return render_template("password.html", email=email)
    chosen = request.form.get("password", "")
    if chosen != request.form.get("again", ""):
        return render_template("password.html", email=email, problem="The two differ."), 422
    try:
        hashed = passwords.hash_password(chosen)
    except passwords.WeakPasswordError as error:
        return render_template("password.html", email=email, problem=str(error)), 422
    _use_link(link, hashed, now)
    return redirect(url_for("signing_in.login"), 303)


def _use_link(link: PasswordLink, hashed: str, now: datetime) -> None:
    """Spend the link and set the password in one transaction; 410 if somebody was faster."""
    with here.database().write() as writing:
        spent = writing.execute(
            update(PasswordLink)
            .where(PasswordLink.token_hash == link.token_hash, PasswordLink.used_at.is_(None))
            .values(used_at=now)
            .returning(PasswordLink.staff_id)
        ).first()
        if spent is None:
            abort(410)
        staff = writing.get_one(Staff, link.staff_id)
        staff.password_hash = hashed
        staff.session_version += 1
        writing.add(AuditEvent(id=new_id(), at=now, staff_id=staff.id, action="set password"))


def _let_in(member: SignedIn) -> None:
    session.clear()
    session.permanent = True
    login_user(member)
    with here.database().write() as writing:
        writing.add(
            AuditEvent(id=new_id(), at=here.now(), staff_id=member.staff_id, action="signed in")
        )


def _by_address(reading: Session, email: str) -> Staff | None:
    hashes = vault.current().fingerprints(passwords.same_address(email))
    return reading.scalars(select(Staff).where(Staff.email_hash.in_(hashes))).first()


def _signed_in(reading: Session, staff: Staff) -> SignedIn:
    rows = reading.scalars(select(Membership).where(Membership.staff_id == staff.id))
    return SignedIn(
        staff_id=staff.id,
        session_version=staff.session_version,
        email=staff.email or "",
        name=staff.name or (staff.email or "").partition("@")[0],
        roles={row.program_id: StaffRole(row.role) for row in rows},
    )


def _address_key() -> str:
    return vault.current().fingerprint(passwords.same_address(request.form.get("email", "")))


def _has_failed(response: Response) -> bool:
    return response.status_code >= 400


def _safe(path: str) -> str:
    """Only a path of ours may follow the login, never another host."""
    # Browsers drop tabs and line ends and read \\ as /, so only plain printable paths are ours.
    ours = re.fullmatch(r"/(?![/\\])[!-\[\]-~]*", path)
    return path if ours else url_for("queue.show")
