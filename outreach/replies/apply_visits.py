"""What a reply does to a visit.

A "no" never cancels by itself: the clinic's own system still holds the slot. The visit becomes
`cancel_requested` or `change_requested`, its reminders stop, staff are told, and the client is
told that the office has been told.
"""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from outreach.content.said import visit_words
from outreach.models import Appointment, Message, Touchpoint
from outreach.replies.answers import Say
from outreach.replies.scene import Read, Scene, mark_answered, plan_again, raise_flag
from outreach.vocabulary import AppointmentStatus, FlagReason, MessageState, Severity

_OPEN = {
    AppointmentStatus.BOOKED,
    AppointmentStatus.CONFIRMED,
    AppointmentStatus.CANCEL_REQUESTED,
    AppointmentStatus.CHANGE_REQUESTED,
}
_ASKED_TO_CHANGE = {AppointmentStatus.CANCEL_REQUESTED, AppointmentStatus.CHANGE_REQUESTED}


def confirm(session: Session, scene: Scene, read: Read) -> Say | None:
    """The client will come; also after having said otherwise, of which staff then hear."""
    visit = _visit(session, scene, read)
    if visit is None:
        return None
    before = AppointmentStatus(visit.status)
    _settle(session, scene, read, visit, AppointmentStatus.CONFIRMED)
    if before in _ASKED_TO_CHANGE:
        _tell_staff(session, scene, visit, "will_come")
    return Say("ack_confirm", variables=_words(scene, visit), thanks=True)


def cancel(session: Session, scene: Scene, read: Read) -> Say | None:
    """The client cannot come."""
    return _ask_office(session, scene, read, AppointmentStatus.CANCEL_REQUESTED)


def reschedule(session: Session, scene: Scene, read: Read) -> Say | None:
    """The client wants another time; the one they name is kept in the flag's history."""
    return _ask_office(session, scene, read, AppointmentStatus.CHANGE_REQUESTED)


def next_visit(session: Session, client_id: str, now: datetime) -> Appointment | None:
    """The client's next visit that still stands."""
    return session.scalars(
        select(Appointment)
        .where(
            Appointment.client_id == client_id,
            Appointment.starts_at > now,
            Appointment.status.in_(_OPEN),
        )
        .order_by(Appointment.starts_at)
        .limit(1)
    ).first()


def _ask_office(
    session: Session, scene: Scene, read: Read, status: AppointmentStatus
) -> Say | None:
    visit = _visit(session, scene, read)
    if visit is None:
        return None
    _settle(session, scene, read, visit, status)
    _stop_reminders(session, visit.id, scene.now)
    wants = "cancel" if status is AppointmentStatus.CANCEL_REQUESTED else "change"
    _tell_staff(session, scene, visit, wants, read.value)
    collection = f"ack_{status}"
    # "We have told the office" without a thank-you, when something in the text is worrying.
    plain = scene.worry.rank >= Severity.MODERATE.rank
    text_id = f"{collection.replace('_', '-')}-told" if plain else None
    return Say(collection, text_id=text_id, variables=_words(scene, visit), costs=True)


def _visit(session: Session, scene: Scene, read: Read) -> Appointment | None:
    """The visit asked about, or the next one; staff hear of an answer about one that is over."""
    if scene.person is None:
        return None
    if read.question is None:
        visit = next_visit(session, scene.person.id, scene.now)
    else:
        visit = session.get(Appointment, read.question.subject)
    if visit is not None and visit.status in _OPEN and visit.starts_at > scene.now:
        return visit
    details = {"wants": str(read.intent), "asked_for": read.value}
    if visit is not None:
        details["appointment_id"] = visit.id
    raise_flag(session, scene, FlagReason.VISIT_CHANGE, details=details)
    return None


def _settle(
    session: Session, scene: Scene, read: Read, visit: Appointment, status: AppointmentStatus
) -> None:
    visit.status, visit.updated_at = status, scene.now
    session.flush()
    if read.question is not None:
        mark_answered(session, read.question, scene.now)
    plan_again(session, visit.client_id, scene.now)


def _stop_reminders(session: Session, visit_id: str, now: datetime) -> None:
    """Withdraw reminders that were written but not handed over; the planner drops the others."""
    about_it = select(Touchpoint.id).where(Touchpoint.subject == visit_id)
    session.execute(
        update(Message)
        .where(
            Message.touchpoint_id.in_(about_it),
            Message.state.in_((MessageState.QUEUED, MessageState.CLAIMED)),
        )
        .values(
            state=MessageState.CANCELLED, error="visit_change", settled_at=now, lease_until=None
        )
        .execution_options(synchronize_session=False)
    )


def _tell_staff(
    session: Session, scene: Scene, visit: Appointment, wants: str, asked_for: str = ""
) -> None:
    details = {"wants": wants, "asked_for": asked_for, "appointment_id": visit.id}
    raise_flag(session, scene, FlagReason.VISIT_CHANGE, details=details)


def _words(scene: Scene, visit: Appointment) -> dict[str, str | None]:
    language = scene.person.language if scene.person else scene.situation.speaks
    return visit_words(
        visit.starts_at, visit.timezone, language, who=visit.who, where=visit.location
    )
