"""Paging: telling whoever is on call about an urgent flag until somebody has it.

The flag's own clock (`page_at`, `page_step`) says what is due next, so a restart forgets nothing.
Acknowledging stops the clock for a while; only claiming or closing the flag ends it. No page holds
a client's words, name or number.
"""

from datetime import datetime, timedelta

from sqlalchemy import Select, insert, select, text, update
from sqlalchemy.orm import Session
from structlog import get_logger

from outreach import vault
from outreach.content.library import Library
from outreach.database import Database
from outreach.delivery.outbox import Outbound, message_row
from outreach.models import Flag, FlagEvent, Message, Page, new_id
from outreach.models.counting import METRIC, add_one
from outreach.programs.file import OnCallPerson
from outreach.programs.loaded import LoadedProgram, load_program
from outreach.safety.acknowledging import fresh_link
from outreach.safety.flags import add_event
from outreach.safety.page_channels import page_words, send_waiting, texts_of
from outreach.safety.page_people import people_to_page
from outreach.safety.page_steps import wait_after
from outreach.settings import Settings
from outreach.vocabulary import FlagState, MessageKind, MessageState

log = get_logger(__name__)

LATE = timedelta(minutes=2)
"""A step that is due for longer than this did not run when it should have."""

_AT_ONCE = 50
# Literal, not bound: both databases use a partial index only where the query spells it out.
_NOT_CLOSED = text("flag.state <> 'closed'")
_NOBODY_AGAIN = timedelta(minutes=5)
TAKEN = (MessageState.ACCEPTED, MessageState.SENT, MessageState.DELIVERED)
LOST = (
    MessageState.FAILED,
    MessageState.UNDELIVERED,
    MessageState.EXPIRED,
    MessageState.UNKNOWN,
)
_STAYS_USEFUL = timedelta(hours=1)

_LAST_PULLED_FORWARD = 4
"""Lost pages bring so many steps forward; with a carrier that loses all, waits must hold."""


def page_due(database: Database, settings: Settings, *, now: datetime) -> int:
    """Run every paging step that is due, then hand over what waits; returns how many steps ran."""
    with database.read() as session:
        due = session.scalars(_due(now).limit(_AT_ONCE)).all()
    texts = texts_of(settings)
    ran = sum(_try_step(database, settings, texts, flag_id, now) for flag_id in due)
    with database.write() as session:
        _note_what_became_of_texts(session, now)
    send_waiting(database, settings, texts, now=now)
    return ran


def audit_pages(database: Database, *, now: datetime) -> int:
    """How many paging steps are late: whoever runs this is not who runs the steps.

    An urgent flag that nobody has and no step is due for gets its clock back.
    """
    with database.write() as session:
        late = len(session.scalars(_due(now - LATE)).all())
        for _ in range(late):
            add_one(session, f"{METRIC}page_steps_late")
        forgotten = session.execute(
            update(Flag)
            .where(
                _NOT_CLOSED,
                Flag.state == FlagState.OPEN,
                Flag.page_at.is_(None),
                Flag.severity.in_(("high", "imminent")),
            )
            .values(page_at=now)
            .execution_options(synchronize_session=False)
        )
        late += int(getattr(forgotten, "rowcount", 0))
    if late:
        log.error("paging steps are late", count=late)
    return late


def date_pages_anew(database: Database, *, now: datetime) -> None:
    """After the clock was set back: steps put off by the wrong clock are due now.

    Those flags show it by an event that has not happened yet. A page too early troubles somebody;
    one that waits for the wrong time to come may be an hour late.
    """
    yet_to_come = select(FlagEvent.id).where(FlagEvent.flag_id == Flag.id, FlagEvent.at > now)
    with database.write() as session:
        session.execute(
            update(Flag)
            .where(_NOT_CLOSED, Flag.page_at > now, yet_to_come.exists())
            .values(page_at=now)
            .execution_options(synchronize_session=False)
        )


def _due(now: datetime) -> Select[str]:
    return (
        select(Flag.id)
        .where(Flag.page_at <= now, Flag.state != FlagState.CLOSED)
        .order_by(Flag.page_at)
    )


def _try_step(
    database: Database, settings: Settings, texts: Library, flag_id: str, now: datetime
) -> bool:
    """One flag's step; a flag that fails must not silence the others (law 12)."""
    try:
        with database.write() as session:
            return _run_step(session, settings, texts, flag_id, now)
    except Exception:
        log.exception("paging failed", flag_id=flag_id)
        return False


def _run_step(
    session: Session, settings: Settings, texts: Library, flag_id: str, now: datetime
) -> bool:
    flag = session.scalars(
        select(Flag)
        .where(Flag.id == flag_id, Flag.page_at <= now, Flag.state != FlagState.CLOSED)
        .with_for_update()
    ).first()
    if flag is None:
        return False  # another process was faster, or somebody has it
    program = load_program(session, flag.program_id)
    step = flag.page_step
    people = people_to_page(session, settings, program, step, now)
    if not people:
        _note_that_nobody_hears(session, flag, program, now)
        return True
    for person in people.items():
        _page(session, settings, texts, program, flag, person, now)
    flag.page_step, flag.page_at = step + 1, now + wait_after(program.file, step)
    details = {"step": step, "people": list(people)}
    add_event(session, flag.id, "paged", now=now, details=details)
    return True


def _note_that_nobody_hears(
    session: Session, flag: Flag, program: LoadedProgram, now: datetime
) -> None:
    """Say so once in the history, and look again soon: somebody may be named meanwhile."""
    flag.page_at = now + _NOBODY_AGAIN
    log.error("nobody to page", flag_id=flag.id, program=program.slug)
    known = select(FlagEvent.id).where(
        FlagEvent.flag_id == flag.id, FlagEvent.what == "nobody_to_page"
    )
    if session.execute(known.limit(1)).first() is None:
        add_event(session, flag.id, "nobody_to_page", now=now)


def _page(
    session: Session,
    settings: Settings,
    texts: Library,
    program: LoadedProgram,
    flag: Flag,
    person: tuple[str, OnCallPerson],
    now: datetime,
) -> None:
    """One page per channel of the person; SMS goes into the outbox, the others wait for `now`."""
    name, addresses = person
    for channel in ("sms", "email", "webhook"):
        address = getattr(addresses, channel)
        if address is None:
            continue
        page = Page(
            id=new_id(),
            program_id=program.id,
            flag_id=flag.id,
            person=name,
            step=flag.page_step,
            channel=channel,
            created_at=now,
            next_at=None if channel == "sms" else now,
        )
        link = fresh_link(page, settings.public_url)
        if channel == "sms":
            words = page_words(texts, program, flag, page.id, link)
            page.message_id = text_staff(session, program, address, words.text, now)
        session.add(page)


def text_staff(
    session: Session, program: LoadedProgram, number: str, words: str, now: datetime
) -> str:
    """Put a text to a staff member into the outbox; returns the message's id."""
    row = message_row(
        Outbound(
            program_id=program.id,
            sender_id=program.sender_id,
            number=number,
            number_hash=vault.current().fingerprint(number),
            body=words,
            kind=MessageKind.PAGE,
            language=program.file.languages[0],
            send_after=now,
            useful_until=now + _STAYS_USEFUL,
        ),
        now=now,
    )
    session.execute(insert(Message), row)
    return str(row["id"])


def _note_what_became_of_texts(session: Session, now: datetime) -> None:
    """Copy what the carrier said onto the pages; a lost page brings the next step forward."""
    rows = session.execute(
        select(Page, Message.state)
        .join(Message, Message.id == Page.message_id)
        .where(
            Page.accepted_at.is_(None),
            Page.error.is_(None),
            Page.created_at > now - 2 * _STAYS_USEFUL,
            Message.state.in_((*TAKEN, *LOST)),
        )
    ).all()
    for page, state in rows:
        if state in TAKEN:
            page.accepted_at = now
            continue
        page.error, page.ended_at = state, now
        session.execute(
            update(Flag)
            .where(
                Flag.id == page.flag_id,
                Flag.page_step == page.step + 1,
                Flag.page_step < _LAST_PULLED_FORWARD,
                Flag.page_at > now,
            )
            .values(page_at=now)
            .execution_options(synchronize_session=False)
        )
