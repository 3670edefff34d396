"""A test page: every channel of a person is tried for real, and what was accepted is said."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select

from outreach.content.render import render
from outreach.database import Database
from outreach.errors import OutreachError
from outreach.models import Message, new_id
from outreach.programs.file import OnCallPerson
from outreach.programs.loaded import LoadedProgram
from outreach.safety.page_channels import NotSentError, PageWords, hand_over, texts_of
from outreach.safety.page_people import people_to_page
from outreach.safety.paging import LOST, TAKEN, text_staff
from outreach.settings import Settings


class NobodyToPageError(OutreachError):
    """Nobody is on call, or nobody has this name."""

    code = "nobody_to_page"


@dataclass(frozen=True, slots=True)
class Tried:
    """One channel of one person. `outcome`: accepted, waiting (a text), or why not."""

    person: str
    channel: str
    outcome: str
    message_id: str | None = None


def send_test_pages(
    database: Database,
    settings: Settings,
    program: LoadedProgram,
    *,
    person: str | None,
    now: datetime,
) -> list[Tried]:
    """Page `person`, or whoever the first step pages now; texts wait for the scheduler.

    Raises NobodyToPageError.
    """
    people = _people(database, settings, program, person, now)
    text = texts_of(settings).get(program.file.languages[0], "page-test")
    words = PageWords(new_id(), "test", render(text.text, {"program": program.file.name}))
    return [
        _try(database, settings, program, name, channel, address, words, now)
        for name, addresses in people.items()
        for channel, address in _ways(addresses)
    ]


def look_again(database: Database, tried: list[Tried]) -> list[Tried]:
    """The same list, with what became of the texts that were waiting."""
    ids = [each.message_id for each in tried if each.message_id]
    with database.read() as session:
        rows = session.execute(select(Message.id, Message.state).where(Message.id.in_(ids))).all()
    became = {
        message_id: "accepted" if state in TAKEN else state
        for message_id, state in rows
        if state in (*TAKEN, *LOST)
    }
    return [
        replace(each, outcome=became.get(each.message_id or "", each.outcome)) for each in tried
    ]


def _people(
    database: Database,
    settings: Settings,
    program: LoadedProgram,
    person: str | None,
    now: datetime,
) -> dict[str, OnCallPerson]:
    known = program.file.on_call.people
    if person is not None:
        if person not in known:
            raise NobodyToPageError(
                f"Nobody on call is named {person!r}; there is {', '.join(known) or 'nobody'}."
            )
        return {person: known[person]}
    with database.read() as session:
        people = people_to_page(session, settings, program, 0, now)
    if not people:
        raise NobodyToPageError(
            f"{program.slug} has nobody to page. Add on_call to its file, or supervisors "
            "(outreach staff add) and OUTREACH_SMTP_URL."
        )
    return people


def _ways(addresses: OnCallPerson) -> Iterator[tuple[str, str]]:
    for channel in ("sms", "email", "webhook"):
        address = getattr(addresses, channel)
        if address is not None:
            yield channel, address


def _try(
    database: Database,
    settings: Settings,
    program: LoadedProgram,
    name: str,
    channel: str,
    address: str,
    words: PageWords,
    now: datetime,
) -> Tried:
    if channel == "sms":
        with database.write() as session:
            message_id = text_staff(session, program, address, words.text, now)
        return Tried(name, channel, "waiting", message_id)
    try:
        hand_over(settings, channel, address, words)
    except NotSentError as error:
        return Tried(name, channel, str(error))
    return Tried(name, channel, "accepted")
