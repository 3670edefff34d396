"""Answering a reply: which of several things to say, whether it may be said, and writing it.

One text gets at most one answer. What may be said is law 1 and the flags: nothing cheerful goes
to somebody about whom staff are worried.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Boolean, Table, bindparam, func, insert, or_, select
from sqlalchemy.orm import Session

from outreach.consent import IN_FORCE
from outreach.content.choose import choose
from outreach.content.library import Library
from outreach.content.render import render
from outreach.content.said import contact_words
from outreach.delivery.outbox import Outbound, message_row
from outreach.models import Client, Message, unseal
from outreach.programs.file import ProgramFile
from outreach.replies.situation import Person, Situation
from outreach.vocabulary import MessageKind, MessageState, Severity

MOST_PER_HOUR = 5
"""Automatic answers to one number: two machines must not talk to each other for ever."""

STAYS_USEFUL = timedelta(minutes=5)
"""An answer to a reply of the last five minutes ignores quiet hours and caps (law 1)."""

STAYS_VITAL = timedelta(minutes=15)
"""What protects (safety, opt-out, help) is still answered this long after the text came."""

_ALWAYS = frozenset({MessageKind.OPT_OUT, MessageKind.HELP, MessageKind.SAFETY})
"""May be said without consent, to anybody who just wrote, and while a grave flag is open."""

_THE_DISPATCHERS = (
    MessageState.QUEUED,
    MessageState.CLAIMED,
    MessageState.EXPIRED,
    MessageState.CANCELLED,
)

_UNCOUNTED = frozenset({MessageKind.SAFETY, MessageKind.OPT_OUT})
"""Are never one too many."""

_FIRST = (MessageKind.OPT_OUT, MessageKind.SAFETY, MessageKind.HELP, MessageKind.WELCOME)


_MESSAGES = cast("Table", Message.__table__)

_ANSWERS_SINCE = (
    select(func.count())
    .select_from(Message)
    .where(
        Message.program_id == bindparam("program_id"),
        Message.number_hash == bindparam("number_hash"),
        Message.created_at > bindparam("since"),
        Message.reply_id.is_not(None),
    )
    .scalar_subquery()
)

# Built once, past the ORM, and one round trip: every answered text runs it. What it asks is law 1
# after everything that the text itself changed.
_INSERT_IF_ALLOWED = (
    insert(_MESSAGES)
    .from_select(
        list(_MESSAGES.c.keys()),
        select(*(bindparam(name, None, column.type) for name, column in _MESSAGES.c.items())).where(
            or_(bindparam("always", type_=Boolean), IN_FORCE),
            or_(bindparam("uncounted", type_=Boolean), _ANSWERS_SINCE < MOST_PER_HOUR),
        ),
    )
    .returning(_MESSAGES.c.id)
)


@dataclass(frozen=True, slots=True)
class Say:
    """Something worth answering: any text of `collection`, or the one named `text_id`.

    `costs` marks the echo of what changed something for the client (a visit, a wish): it is told
    before a mere thanks. `thanks` are cheerful or asking, and not for a worrying reply.
    """

    collection: str
    kind: MessageKind = MessageKind.ANSWER
    text_id: str | None = None
    variables: Mapping[str, str | None] = field(default_factory=dict)
    costs: bool = False
    thanks: bool = False
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the carrier is asked to send back."""

    message_id: str
    body: str


def most_important(says: Iterable[Say]) -> Say | None:
    """The one thing to say: what protects, then what changed something, then the first."""
    ranked = sorted(enumerate(says), key=lambda item: (_rank(item[1]), item[0]))
    return ranked[0][1] if ranked else None


def may_say(say: Say, situation: Situation, person: Person | None, *, worry: Severity) -> bool:
    """Whether policy lets this answer go, if consent does (`write_answer` asks).

    `worry` is the grade of the text that it answers.
    """
    if say.kind in _ALWAYS:
        return True
    if person is None or situation.program.paused or not person.is_active:
        return False
    grave = max(worry.rank, situation.open_severity().rank) >= Severity.HIGH.rank
    return not grave and not (say.thanks and worry.rank >= Severity.MODERATE.rank)


def is_too_late(say: Say, age: timedelta) -> bool:
    """Whether a reply that came `age` ago is answered no more."""
    return age > (STAYS_VITAL if say.kind in _ALWAYS else STAYS_USEFUL)


def write_answer(
    session: Session,
    library: Library,
    situation: Situation,
    person: Person | None,
    say: Say,
    *,
    reply_id: str,
    now: datetime,
    state: MessageState,
) -> Answer | None:
    """Store the answer, unless consent forbids it or this number had its answers of the hour.

    `answered` went out in the response and a receipt must prove it, `queued` is left to the
    dispatcher.
    """
    language = say.language or (person.language if person else situation.speaks)
    text_id, body = words_of(library, situation.program.file, person, say, language, reply_id)
    row = message_row(
        Outbound(
            program_id=situation.program.id,
            sender_id=situation.program.sender_id,
            number=situation.number,
            number_hash=situation.number_hash,
            body=body,
            kind=say.kind,
            language=language,
            send_after=now,
            useful_until=now + STAYS_USEFUL,
            client_id=person.id if person else None,
            reply_id=reply_id,
            text_id=text_id,
        ),
        now=now,
        state=state,
    )
    asked = {
        "hashes": situation.hashes,
        "since": now - timedelta(hours=1),
        "always": say.kind in _ALWAYS,
        "uncounted": say.kind in _UNCOUNTED,
    }
    session.flush()
    written = session.connection().execute(_INSERT_IF_ALLOWED, {**row, **asked}).first()
    return Answer(row["id"], body) if written else None


def words_of(
    library: Library,
    file: ProgramFile,
    person: Person | None,
    say: Say,
    language: str,
    seed: str,
) -> tuple[str, str]:
    """(text id, words) in `language`; `seed` picks one of several texts, the same every time."""
    if say.text_id is not None:
        text = library.get(language, say.text_id)
    else:
        text = choose(library.texts(language, say.collection, discreet=file.discreet), (), seed)
    variables = {"program": file.name, "contact": contact_words(file.contact.phone, language)}
    if "name" in text.text:  # opening a sealed name costs time, and few texts say it
        variables["name"] = _name(person) or ""
    return text.id, render(text.text, {**variables, **say.variables})


def answers_given(session: Session, reply_id: str) -> list[Answer]:
    """What a reply was answered with in its response: a repeated webhook gets the same again.

    Never what the dispatcher sends or sent: that would be a second text.
    """
    rows = session.execute(
        select(Message.id, Message.body_sealed)
        .where(
            Message.reply_id == reply_id,
            Message.attempts == 0,
            Message.state.not_in(_THE_DISPATCHERS),
        )
        .order_by(Message.id)
    )
    return [Answer(row.id, unseal(Message, "body", row.id, row.body_sealed) or "") for row in rows]


def _rank(say: Say) -> int:
    if say.kind in _FIRST:
        return _FIRST.index(say.kind)
    return len(_FIRST) + (0 if say.costs else 1)


def _name(person: Person | None) -> str | None:
    return unseal(Client, "name", person.id, person.name_sealed) if person else None
