"""Where a word becomes an opt-out: consent given, revoked and restored by text.

A revocation reaches every client with that number in that program at once, and is confirmed once
(47 CFR 64.1200(a)(12)), unless the carrier confirms its own word itself. START restores what a
text revoked, never what staff revoked (law 1, policy/consent.py).
"""

from datetime import timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from outreach import consent
from outreach.content.crisis_lines import crisis_variables
from outreach.models import Client
from outreach.replies.answers import Say
from outreach.replies.carrier_words import carrier_answers, carrier_word
from outreach.replies.scene import Read, Scene, raise_flag
from outreach.vocabulary import (
    ConsentKind,
    ConsentSource,
    FlagReason,
    MessageKind,
    Severity,
)

_CARE_AFTER_FLAG = timedelta(hours=24)
"""A stop word this soon after a flag opens a staff item: no text can reach the client any more."""


def opt_out(session: Session, scene: Scene, read: Read) -> Say | None:  # noqa: ARG001
    """Revoke at once; confirm once, with the crisis line if the text is also worrying."""
    was_in_force = _record(session, scene, ConsentKind.REVOKED)
    if _flagged_lately(scene):
        raise_flag(session, scene, FlagReason.REQUEST, details={"wants": "opted_out_after_flag"})
    if not was_in_force or _is_answered_by_carrier(scene) or not scene.situation.people:
        return None
    return _confirmation(scene)


def wrong_number(session: Session, scene: Scene, read: Read) -> Say | None:  # noqa: ARG001
    """Whoever has this number now is no client: revoke, and have staff find the right one."""
    was_in_force = _record(session, scene, ConsentKind.REVOKED)
    if not scene.situation.people:
        return None
    raise_flag(session, scene, FlagReason.WRONG_NUMBER)
    return Say("wrong_number", MessageKind.OPT_OUT) if was_in_force else None


def opt_in(session: Session, scene: Scene, read: Read) -> Say | None:  # noqa: ARG001
    """Restore what a text revoked, or give what staff only asked for."""
    state = scene.situation.consent
    if state is None or scene.person is None:
        return None
    asked = state.kind is ConsentKind.ASKED
    restored = not state.in_force
    _record(session, scene, ConsentKind.CONFIRMED if asked else ConsentKind.RESTORED)
    if not scene.person.is_active or not consent.in_force(
        session, scene.situation.program.id, scene.situation.hashes
    ):
        return None
    if not scene.person.welcomed and not scene.situation.program.paused:
        return _welcome(session, scene)
    if not restored or _is_answered_by_carrier(scene):
        return None
    return Say("opt_in", costs=True)


def help_wanted(session: Session, scene: Scene, read: Read) -> Say | None:  # noqa: ARG001
    """HELP is answered, and staff hear of it: in distress people text HELP, and the carrier
    answers with a canned text of its own."""
    raise_flag(session, scene, FlagReason.REQUEST, details={"wants": "help"})
    if _is_answered_by_carrier(scene) or not scene.situation.people:
        return None
    return Say("help", MessageKind.HELP)


def _record(session: Session, scene: Scene, kind: ConsentKind) -> bool:
    """Append the event for the number; returns whether consent was in force before it."""
    situation = scene.situation
    source = ConsentSource.CARRIER if _is_answered_by_carrier(scene) else ConsentSource.TEXT
    before = consent.in_force(session, situation.program.id, situation.hashes)
    fact = consent.ConsentFact(
        program_id=situation.program.id,
        number_hash=situation.number_hash,
        kind=kind,
        source=source,
        at=scene.now,
        proof=f"reply {scene.reply_id}",
        client_id=scene.person.id if scene.person else None,
    )
    consent.record(session, fact, now=scene.now)
    return before


def _confirmation(scene: Scene) -> Say:
    if scene.worry.rank < Severity.MODERATE.rank:
        return Say("opt_out", MessageKind.OPT_OUT)
    person = scene.person
    language = person.language if person else scene.situation.speaks
    lines = crisis_variables(scene.situation.program.file.country, language)
    return Say("opt_out_crisis", MessageKind.OPT_OUT, variables=lines)


def _welcome(session: Session, scene: Scene) -> Say:
    """The text that comes before every other one; one per number."""
    situation = scene.situation
    assert scene.person is not None  # noqa: S101  opt_in() saw to it
    session.execute(
        update(Client)
        .where(Client.program_id == situation.program.id, Client.number_hash.in_(situation.hashes))
        .values(welcomed_at=scene.now)
        .execution_options(synchronize_session=False)
    )
    lines = crisis_variables(situation.program.file.country, scene.person.language)
    variables = {
        "per_day": str(situation.program.file.daily_cap),
        "emergency": lines["emergency"],
    }
    return Say("welcome", MessageKind.WELCOME, variables=variables)


def _is_answered_by_carrier(scene: Scene) -> bool:
    file = scene.situation.program.file
    return carrier_answers(scene.text, file.keywords)


def _flagged_lately(scene: Scene) -> bool:
    """Whether the carrier's own stop word came within a day of a flag."""
    if carrier_word(scene.text) != "STOP":
        return False
    since = scene.now - _CARE_AFTER_FLAG
    return any(flag.is_open or flag.latest > since for flag in scene.situation.flags)
