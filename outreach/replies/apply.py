"""Applying one understood text: flags first, then what it says, then the one answer.

Runs inside the write transaction, in a savepoint: if anything here raises, nothing of it stays,
and the raw reply and an `unscreened` flag are committed instead (law 3).
"""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from outreach.content.library import Library
from outreach.models import Flag
from outreach.replies import (
    apply_consent,
    apply_progress,
    apply_requests,
    apply_visits,
    apply_wishes,
)
from outreach.replies.answers import (
    Answer,
    Say,
    is_too_late,
    may_say,
    most_important,
    write_answer,
)
from outreach.replies.scene import Effect, Read, Scene, raise_flag
from outreach.replies.understand import Understood
from outreach.replies.which_one import which_one
from outreach.safety.replies import safety_words
from outreach.vocabulary import (
    FlagReason,
    Intent,
    MessageKind,
    MessageState,
    PromptKind,
    Severity,
)

_EFFECTS: dict[Intent, Effect] = {
    Intent.CONFIRM: apply_visits.confirm,
    Intent.CANCEL: apply_visits.cancel,
    Intent.RESCHEDULE: apply_visits.reschedule,
    Intent.ANSWER: apply_progress.answer,
    Intent.PREFERENCE: apply_wishes.prefer,
    Intent.REQUEST: apply_requests.request,
    Intent.OPT_OUT: apply_consent.opt_out,
    Intent.OPT_IN: apply_consent.opt_in,
    Intent.WRONG_NUMBER: apply_consent.wrong_number,
    Intent.HELP: apply_consent.help_wanted,
}
"""Intent -> what it does. Auto-replies, reactions and notes do nothing and are not answered."""

_ENDS_IT = {Intent.OPT_OUT, Intent.WRONG_NUMBER}
"""After one of these nothing else in the text may bring texts about again."""

_COSTS_A_VISIT = {Intent.CANCEL, Intent.RESCHEDULE}


def apply(session: Session, library: Library, scene: Scene, understood: Understood) -> list[Answer]:
    """Apply the text and write the answer, if there is one to give."""
    flag = _flag(session, scene, understood)
    says = [_safety(session, scene, flag)] if flag is not None else []
    if understood.is_doubtful:
        says.append(which_one(session, scene, understood.reads))
    else:
        reads = [read for read in understood.reads if not _costs_in_crisis(read, scene.worry)]
        says += [_effect(session, scene, read) for read in _in_order(reads)]
        says.append(_refusal(session, scene, reads))
        says.append(_unclear(session, scene, understood))
    say = most_important(say for say in says if say is not None)
    if say is None or not _allowed(scene, say):
        return []
    answer = write_answer(
        session,
        library,
        scene.situation,
        scene.person,
        say,
        reply_id=scene.reply_id,
        now=scene.now,
        state=MessageState.ANSWERED if scene.is_waiting else MessageState.QUEUED,
    )
    if answer is None:
        return []
    if say.kind is MessageKind.SAFETY and flag is not None:
        flag.safety_severity = flag.severity
    return [answer]


def _flag(session: Session, scene: Scene, understood: Understood) -> Flag | None:
    """The flag for what is worrying in the text, or for what nobody could read."""
    if understood.severity is not Severity.NONE:
        known = bool(scene.situation.people)
        reason = FlagReason.CONCERN if known else FlagReason.UNMATCHED
        return raise_flag(
            session,
            scene,
            reason,
            understood.severity,
            concern=understood.concern,
            details=understood.screening_json(),
        )
    if understood.unread is not None:
        details = {"why": understood.unread}
        severity = understood.unread.severity
        return raise_flag(session, scene, FlagReason.UNSCREENED, severity, details=details)
    return None


def _safety(session: Session, scene: Scene, flag: Flag) -> Say | None:
    """The safety reply, unless this episode had one for this severity."""
    severity = Severity(flag.severity)
    answered = Severity(flag.safety_severity or Severity.NONE)
    if scene.worry.rank < Severity.MODERATE.rank or severity.rank <= answered.rank:
        return None
    language = scene.person.language if scene.person else scene.situation.speaks
    country = scene.situation.program.file.country
    text_id, lines = safety_words(session, flag, country, language)
    return Say("safety", MessageKind.SAFETY, text_id=text_id, variables=lines)


def _costs_in_crisis(read: Read, worry: Severity) -> bool:
    """A cry for help gives no visit away, though "can't do this any more" may sound like it."""
    return worry.rank >= Severity.HIGH.rank and read.intent in _COSTS_A_VISIT


def _in_order(reads: Sequence[Read]) -> list[Read]:
    """Answers before an opt-out in the same text, and nothing else after or beside it."""
    if not any(read.intent in _ENDS_IT for read in reads):
        return list(reads)
    kept = _ENDS_IT | {Intent.ANSWER, Intent.CANCEL, Intent.RESCHEDULE, Intent.CONFIRM}
    return sorted(
        (read for read in reads if read.intent in kept), key=lambda read: read.intent in _ENDS_IT
    )


def _effect(session: Session, scene: Scene, read: Read) -> Say | None:
    effect = _EFFECTS.get(read.intent)
    return effect(session, scene, read) if effect else None


def _refusal(session: Session, scene: Scene, reads: Sequence[Read]) -> Say | None:
    """A text that may ask for no more texts: a person looks, and the sure word is told once.

    Not to somebody who may be in need: "im done with all this" may not be about texts.
    """
    ends = any(read.intent in _ENDS_IT for read in reads)
    if scene.person is None or ends or not any(read.may_refuse for read in reads):
        return None
    flag = raise_flag(session, scene, FlagReason.MAY_REFUSE)
    first = flag.reply_id == scene.reply_id and scene.worry is Severity.NONE
    return Say("unclear_refusal", thanks=True) if first else None


def _unclear(session: Session, scene: Scene, understood: Understood) -> Say | None:
    """One gentle ask; after two in a row a person reads it, and is said to."""
    if understood.unread is not None:
        return Say("unclear_person")
    if any(read.intent is not Intent.UNCLEAR for read in understood.reads) or not understood.reads:
        return None
    if not scene.text.body.strip() or scene.worry is not Severity.NONE:
        return None
    if scene.situation.was_unclear:
        flag = raise_flag(session, scene, FlagReason.UNCLEAR)
        return Say("unclear_person") if flag.reply_id == scene.reply_id else None
    question = next(iter(scene.situation.open_questions()), None)
    kind = question.kind if question else PromptKind.NONE
    name = PromptKind.NONE if kind is PromptKind.OPEN else kind
    return Say(f"unclear_{name}", thanks=True)


def _allowed(scene: Scene, say: Say) -> bool:
    age = scene.now - scene.received_at
    return may_say(say, scene.situation, scene.person, worry=scene.worry) and not is_too_late(
        say, age
    )
