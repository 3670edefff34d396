"""Asking back, once and with digits, when a text answers either of two questions."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from outreach.content.said import visit_words
from outreach.models import Appointment, Goal
from outreach.replies.answers import Say
from outreach.replies.scene import Read, Scene
from outreach.replies.situation import Question
from outreach.vocabulary import PromptKind

_NAMES = {
    "en": {"scale": "your number", "goal": "your goal", "visit": "{weekday} at {time}"},
    "es": {"scale": "su numero", "goal": "su meta", "visit": "{weekday}, {time}"},
}


def which_one(session: Session, scene: Scene, reads: Sequence[Read]) -> Say | None:
    """The question back; the next reply's 1 or 2 picks, see `understand`."""
    language = scene.person.language if scene.person else scene.situation.speaks
    names = [_name(session, read.question, language) for read in reads if read.question]
    if len(names) != 2:
        return None
    return Say("which_one", variables={"first": names[0], "second": names[1]}, thanks=True)


def _name(session: Session, question: Question, language: str) -> str:
    names = _NAMES.get(language, _NAMES["en"])
    if question.kind is PromptKind.APPOINTMENT:
        visit = session.get(Appointment, question.subject)
        if visit is not None:
            words = visit_words(visit.starts_at, visit.timezone, language, who=None, where=None)
            return names["visit"].format(**words)
    if question.kind is PromptKind.GOAL:
        goal = session.get(Goal, question.subject) if question.subject else None
        return (goal.title if goal else None) or names["goal"]
    return names["scale"]
