"""One flag: what was written, why it stands here, and what people do about it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from outreach.console import access, audit, conversation, here, people, polling, words
from outreach.console.conversation import Bubble, Party
from outreach.console.dossier import sharing
from outreach.models import Client, Consent, Flag, FlagEvent, Program
from outreach.safety import flags as flag_acts
from outreach.vocabulary import FlagOutcome, Severity

pages = Blueprint("flags", __name__, url_prefix="/flags")

LONGEST_NOTE = 5000

Act = Callable[[Session, Flag, int], bool]
"""Does something to a flag seen in this version; False when somebody else was faster."""


@dataclass(frozen=True, slots=True)
class FlagPage:
    """Everything the page of a flag shows."""

    flag: Flag
    program: Program
    client: Client | None
    number: str | None
    bubbles: Sequence[Bubble]
    events: Sequence[FlagEvent]
    names: dict[str, str]
    rules: tuple[str, ...]
    may_text: bool
    sharing: Sequence[Client]

    @property
    def closing_needs_a_note(self) -> bool:
        """Urgent flags are not closed without a word on what was done."""
        return Severity(self.flag.severity).rank >= Severity.HIGH.rank


@pages.get("/<flag_id>")
@access.open_to(access.READERS)
def show(flag_id: str) -> ResponseReturnValue:
    """The flag; 304 while the page that asks again is still true."""
    scope = access.scope()
    with here.database().read() as session:
        flag = scope.one(session, Flag, flag_id)
        current = _state(session, flag)
        if polling.unchanged(current):
            return polling.not_modified()
    return _page(flag_id, current)


@pages.post("/<flag_id>/claim")
@access.open_to(access.WORKERS)
def claim(flag_id: str) -> ResponseReturnValue:
    """Make the flag the member's own."""
    return _act(
        flag_id,
        "claimed flag",
        lambda session, flag, version: flag_acts.claim(
            session, flag.id, access.scope().staff_id, version, here.now()
        ),
    )


@pages.post("/<flag_id>/release")
@access.open_to(access.WORKERS)
def release(flag_id: str) -> ResponseReturnValue:
    """Put the flag back into the queue."""
    return _act(
        flag_id,
        "released flag",
        lambda session, flag, version: flag_acts.release_claim(
            session, flag.id, access.scope().staff_id, version, here.now()
        ),
    )


@pages.post("/<flag_id>/note")
@access.open_to(access.WORKERS)
def note(flag_id: str) -> ResponseReturnValue:
    """Add a note to the flag's history."""
    written = _typed_note()
    if not written:
        return _page(flag_id, "", problem="Write the note first.", status=422)
    return _act(
        flag_id,
        "noted flag",
        lambda session, flag, version: flag_acts.add_note(
            session, flag.id, access.scope().staff_id, written, version, here.now()
        ),
    )


@pages.post("/<flag_id>/close")
@access.open_to(access.WORKERS)
def close(flag_id: str) -> ResponseReturnValue:
    """Close the flag with an outcome; an urgent one needs a note too."""
    chosen = request.form.get("outcome", "")
    if chosen not in list(FlagOutcome):
        return _page(flag_id, "", problem="Choose how it ended.", status=422)
    outcome, written = FlagOutcome(chosen), _typed_note()
    with here.database().read() as session:
        flag = access.scope().one(session, Flag, flag_id)
    if not written and Severity(flag.severity).rank >= Severity.HIGH.rank:
        problem = "Write what was done: an urgent flag is not closed without a note."
        return _page(flag_id, "", problem=problem, status=422)
    resume = request.form.get("resume") == "yes"

    def end(session: Session, flag: Flag, version: int) -> bool:
        member = access.scope().staff_id
        return flag_acts.close(
            session, flag.id, member, outcome, written, resume, version, here.now()
        )

    return _act(flag_id, "closed flag", end, {"outcome": outcome, "resume": resume})


def _act(
    flag_id: str, action: str, act: Act, details: dict[str, Any] | None = None
) -> ResponseReturnValue:
    """Do it in one transaction with its audit event; 409 and the fresh state if it lost."""
    version = request.form.get("version", type=int, default=0)
    with here.database().write() as session:
        flag = access.scope().one(session, Flag, flag_id)
        won = act(session, flag, version)
        if won:
            audit.add(
                session,
                action,
                now=here.now(),
                program_id=flag.program_id,
                subject_id=flag.id,
                details=details,
            )
    if not won:
        return _page(flag_id, "", conflict=True, status=409)
    return redirect(url_for("flags.show", flag_id=flag_id), 303)


def _page(
    flag_id: str,
    current: str,
    *,
    problem: str | None = None,
    conflict: bool = False,
    status: int = 200,
) -> ResponseReturnValue:
    """The fresh state of the flag; what was typed is kept when the form comes back."""
    with here.database().read() as session:
        page = _load(session, access.scope().one(session, Flag, flag_id))
    audit.saw("flag", program_id=page.program.id, subject_id=flag_id)
    html = render_template(
        "flag.html",
        page=page,
        etag=current,
        problem=problem,
        conflict=conflict,
        typed=_typed_note(),
        chosen=request.form.get("outcome", ""),
        outcomes=words.OUTCOME,
    )
    return polling.page(html, current, status)


def _state(session: Session, flag: Flag) -> str:
    scope = access.scope()
    events = session.scalar(
        select(func.count()).select_from(FlagEvent).where(FlagEvent.flag_id == flag.id)
    )
    talk = conversation.state_of(session, scope, _party(session, flag))
    return polling.tag(flag.version, events, *talk, polling.minute(here.now()))


def _load(session: Session, flag: Flag) -> FlagPage:
    scope = access.scope()
    party = _party(session, flag)
    events = session.scalars(
        select(FlagEvent).where(FlagEvent.flag_id == flag.id).order_by(FlagEvent.at, FlagEvent.id)
    ).all()
    return FlagPage(
        flag=flag,
        program=scope.one(session, Program, flag.program_id),
        client=party.client,
        number=_number(session, party),
        bubbles=conversation.conversation(session, scope, party),
        events=events,
        names=people.names(session, [flag.owner_id, *(event.staff_id for event in events)]),
        rules=_rules(events),
        may_text=_may_text(session, party),
        sharing=sharing(session, scope, party.client) if party.client else (),
    )


def _party(session: Session, flag: Flag) -> Party:
    client = (
        access.scope().one(session, Client, flag.client_id) if flag.client_id is not None else None
    )
    number_hash = client.number_hash if client else flag.number_hash or ""
    return Party(flag.program_id, number_hash, client)


def _number(session: Session, party: Party) -> str | None:
    """The number to call: the client's, or the one an unknown person texted from."""
    if party.client:
        return party.client.number
    return conversation.number_of(session, access.scope(), party)


def _may_text(session: Session, party: Party) -> bool:
    consent = session.get(Consent, (party.program_id, party.number_hash))
    return consent is not None and consent.in_force


def _rules(events: Sequence[FlagEvent]) -> tuple[str, ...]:
    """The screener's rules behind the flag, in the order in which they spoke."""
    found = (rule for event in events for rule in (event.details or {}).get("rules", ()))
    return tuple(dict.fromkeys(found))


def _typed_note() -> str:
    return request.form.get("note", "").strip()[:LONGEST_NOTE]
