"""What a client asks for: answered from our own rows where we can, else put before staff."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.content.crisis_lines import crisis_variables
from outreach.content.said import from_when, hours_words, visit_words
from outreach.models import ProgressRecord
from outreach.programs.file import ProgramFile, days_of, time_of
from outreach.programs.hours import is_working, next_working_time
from outreach.replies.answers import Say
from outreach.replies.apply_visits import next_visit
from outreach.replies.scene import Read, Scene, raise_flag
from outreach.replies.situation import Person
from outreach.vocabulary import FlagReason

_ASKS_WHO_WE_ARE = "who_are_you"
_LOOK_BACK = timedelta(days=31)
_MOST_SCORES = 5


def request(session: Session, scene: Scene, read: Read) -> Say | None:
    """Answer a request; whatever needs a person opens an item for staff."""
    if scene.person is None:
        return None
    name, _, topic = read.value.partition("=")
    if name == "other" and any(why.startswith(_ASKS_WHO_WE_ARE) for why in read.why):
        return Say("identity")
    handle = _REQUESTS.get(name, _other)
    return handle(session, scene, scene.person, topic)


def _staff(session: Session, scene: Scene, person: Person, topic: str) -> Say:  # noqa: ARG001
    raise_flag(session, scene, FlagReason.REQUEST, details={"wants": "staff"})
    file = scene.situation.program.file
    lines = crisis_variables(file.country, person.language)
    variables: dict[str, str | None] = {"emergency": lines["emergency"]}
    if is_working(file, scene.now):
        return Say("request_staff_hours", variables=variables)
    variables["when"] = _when(file, scene.now, person.language)
    return Say("request_staff_after_hours", variables=variables)


def _next_appointment(session: Session, scene: Scene, person: Person, topic: str) -> Say:  # noqa: ARG001
    visit = next_visit(session, person.id, scene.now)
    if visit is None:
        return Say("request_no_appointment")
    words = visit_words(
        visit.starts_at, visit.timezone, person.language, who=visit.who, where=visit.location
    )
    return Say("request_next_appointment", variables=words)


def _progress(session: Session, scene: Scene, person: Person, topic: str) -> Say:  # noqa: ARG001
    rows = session.execute(
        select(ProgressRecord.score, ProgressRecord.done)
        .where(
            ProgressRecord.client_id == person.id,
            ProgressRecord.replaced_at.is_(None),
            ProgressRecord.at > scene.now - _LOOK_BACK,
        )
        .order_by(ProgressRecord.at)
    ).all()
    scores = [row.score for row in rows if row.score is not None][-_MOST_SCORES:]
    done = sum(row.done == "done" for row in rows)
    return Say("request_progress", variables={"summary": _summary(scores, done, person.language)})


def _hours(session: Session, scene: Scene, person: Person, topic: str) -> Say:  # noqa: ARG001
    file = scene.situation.program.file
    hours = [
        (days_of(days), _on_a_day(opens), _on_a_day(closes))
        for days, (opens, closes) in file.working_hours.items()
    ]
    return Say("request_hours", variables={"hours": hours_words(hours, person.language)})


def _resources(session: Session, scene: Scene, person: Person, topic: str) -> Say:
    raise_flag(session, scene, FlagReason.REQUEST, details={"wants": "resources", "topic": topic})
    lines = crisis_variables(scene.situation.program.file.country, person.language)
    return Say("request_resources", text_id=f"request-resources-{topic}", variables=lines)


def _other(session: Session, scene: Scene, person: Person, topic: str) -> Say:  # noqa: ARG001
    raise_flag(session, scene, FlagReason.REQUEST, details={"wants": "other"})
    return Say("request_other")


_REQUESTS: dict[str, Callable[[Session, Scene, Person, str], Say]] = {
    "staff": _staff,
    "next_appointment": _next_appointment,
    "progress": _progress,
    "hours": _hours,
    "resources": _resources,
}


def _when(file: ProgramFile, now: datetime, language: str) -> str:
    """From when on staff answer, on the program's wall clock."""
    zone = ZoneInfo(file.timezone)
    opens = next_working_time(file, now).astimezone(zone)
    return from_when(opens, now.astimezone(zone), language)


def _summary(scores: list[float], done: int, language: str) -> str:
    """One short line: `this month 4, 6 and 7 out of 10, goals done 3 times.`"""
    shown = ", ".join(f"{score:g}" for score in scores)
    words = _SUMMARIES.get(language, _SUMMARIES["en"])
    parts = [words["scores"].format(scores=shown)] if scores else []
    if done:
        parts.append(words["done"].format(count=done))
    return (", ".join(parts) or words["nothing"]) + "."


_SUMMARIES = {
    "en": {
        "scores": "this month {scores} out of 10",
        "done": "goals done: {count}",
        "nothing": "no answers this month yet",
    },
    "es": {
        "scores": "este mes {scores} de 10",
        "done": "metas hechas: {count}",
        "nothing": "este mes todavia ninguna respuesta",
    },
}


def _on_a_day(wall_time: str) -> datetime:
    """A time of day as `clock_words` takes it; the date does not matter."""
    return datetime.combine(date(2026, 1, 5), time_of(wall_time), tzinfo=UTC)
