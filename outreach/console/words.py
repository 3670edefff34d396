"""The words, ranks and icons of the pages: one table per closed list of the vocabulary."""

from datetime import datetime, timedelta
from typing import NamedTuple

from outreach.vocabulary import (
    AppointmentStatus,
    Concern,
    ConsentKind,
    ConsentSource,
    FlagOutcome,
    FlagReason,
    MessageKind,
    MessageState,
    Outcome,
    Severity,
    StaffRole,
)

SEVERITY = {
    Severity.IMMINENT: "Imminent",
    Severity.HIGH: "High",
    Severity.MODERATE: "Moderate",
    Severity.LOW: "Low",
    Severity.NONE: "None",
}

CONCERN = {
    Concern.NONE: "",
    Concern.SUICIDE: "Suicide",
    Concern.SELF_HARM: "Self-harm",
    Concern.HARM_TO_OTHERS: "Harm to others",
    Concern.ABUSE: "Abuse",
    Concern.OVERDOSE: "Overdose",
    Concern.MEDICAL: "Medical emergency",
    Concern.PSYCHOSIS: "Psychosis",
    Concern.RELAPSE: "Relapse",
    Concern.MEDICATION: "Medication",
    Concern.BASIC_NEEDS: "Basic needs",
    Concern.DISTRESS: "Distress",
}

REASON = {
    FlagReason.CONCERN: "Worrying words",
    FlagReason.UNSCREENED: "A text that software could not read",
    FlagReason.LOW_SCORE: "A low score",
    FlagReason.SILENCE: "No answer for a while",
    FlagReason.REQUEST: "Asks for a person",
    FlagReason.VISIT_CHANGE: "Wants to change a visit",
    FlagReason.WRONG_NUMBER: "Says this is the wrong number",
    FlagReason.UNREACHABLE: "Texts do not arrive",
    FlagReason.UNMATCHED: "A text from an unknown number",
    FlagReason.UNCLEAR: "Two replies in a row were unclear",
    FlagReason.MAY_REFUSE: "May want no more texts",
    FlagReason.DELIVERY: "A text may not have arrived",
    FlagReason.ZONE: "The time zone is not known",
}

WHY = {
    FlagReason.CONCERN: "The screener, or whoever read it again, found something worrying in what "
    "was written.",
    FlagReason.UNSCREENED: "The text could not be screened or applied, so a person must read it.",
    FlagReason.LOW_SCORE: "The score is at or below the program's limit.",
    FlagReason.SILENCE: "Several check-ins in a row were not answered.",
    FlagReason.REQUEST: "The client asked to speak with a person.",
    FlagReason.VISIT_CHANGE: "The client wrote that a visit does not suit. Reminders have stopped; "
    "the visit still stands in your own calendar.",
    FlagReason.WRONG_NUMBER: "Texts to this number have stopped. Ask the client for the right one.",
    FlagReason.UNREACHABLE: "The carrier could not reach this phone several times in a row.",
    FlagReason.UNMATCHED: "No client of the program has this number.",
    FlagReason.UNCLEAR: "Software asked once what was meant and did not understand the answer.",
    FlagReason.MAY_REFUSE: "Software was not sure whether this asks for no more texts. If it does, "
    "stop them in your records, or ask the client to reply STOP.",
    FlagReason.DELIVERY: "The carrier gave no proof that the text arrived.",
    FlagReason.ZONE: "The number gives no hint of where the client lives, so texts go by the "
    "program's clock. Ask the client, and add the zone to your records.",
}

OUTCOME = {
    FlagOutcome.TALKED: "Talked with the client",
    FlagOutcome.SAFE: "Client is safe",
    FlagOutcome.EMERGENCY: "Emergency services called",
    FlagOutcome.REFERRED: "Referred to somebody else",
    FlagOutcome.NO_ANSWER: "Tried, no answer",
    FlagOutcome.DONE: "Done",
    FlagOutcome.FALSE_ALARM: "False alarm",
}

MESSAGE_STATE = {
    MessageState.QUEUED: "Waiting",
    MessageState.CLAIMED: "Waiting",
    MessageState.HANDING_OVER: "Being handed over",
    MessageState.UNKNOWN: "Not known whether it went out",
    MessageState.ANSWERED: "Sent as an answer",
    MessageState.ACCEPTED: "With the carrier",
    MessageState.SENT: "Sent",
    MessageState.DELIVERED: "Delivered",
    MessageState.UNDELIVERED: "Not delivered",
    MessageState.FAILED: "Failed",
    MessageState.EXPIRED: "Not sent, too late",
    MessageState.CANCELLED: "Not sent, cancelled",
}

MESSAGE_KIND = {
    MessageKind.HOPE: "Hope",
    MessageKind.APPOINTMENT_REMINDER: "Reminder",
    MessageKind.GOAL_CHECK_IN: "Check-in",
    MessageKind.WELCOME: "Welcome",
    MessageKind.NOTICE: "Visit changed",
    MessageKind.ANSWER: "Automatic answer",
    MessageKind.OPT_OUT: "Opt-out confirmed",
    MessageKind.HELP: "Help",
    MessageKind.SAFETY: "Safety text",
    MessageKind.STAFF: "Staff",
    MessageKind.PAGE: "Page",
}

TOUCHPOINT_OUTCOME = {
    Outcome.SENT: "Sent",
    Outcome.SKIPPED: "Skipped",
    Outcome.EXPIRED: "Too late",
    Outcome.FAILED: "Failed",
    Outcome.UNKNOWN: "Not known",
}

APPOINTMENT = {
    AppointmentStatus.BOOKED: "Booked",
    AppointmentStatus.CONFIRMED: "Confirmed by text",
    AppointmentStatus.CANCEL_REQUESTED: "Asked to cancel",
    AppointmentStatus.CHANGE_REQUESTED: "Asked for another time",
    AppointmentStatus.CANCELLED: "Cancelled",
    AppointmentStatus.KEPT: "Kept",
    AppointmentStatus.MISSED: "Missed",
}

CONSENT = {
    ConsentKind.ASKED: "Asked",
    ConsentKind.GIVEN: "Given",
    ConsentKind.CONFIRMED: "Confirmed",
    ConsentKind.REVOKED: "Revoked",
    ConsentKind.RESTORED: "Restored",
}

CONSENT_SOURCE = {
    ConsentSource.IMPORT: "from your records",
    ConsentSource.TEXT: "by text",
    ConsentSource.STAFF: "by staff",
    ConsentSource.CARRIER: "reported by the carrier",
}

FLAG_EVENT = {
    "opened": "Opened",
    "joined": "Another text joined",
    "raised": "Raised",
    "paged": "Paged",
    "nobody_to_page": "Nobody could be paged",
    "no_word": "No word since the safety text",
    "acknowledged": "Page acknowledged",
    "claimed": "Claimed",
    "released": "Put back",
    "note": "Note",
    "closed": "Closed",
}

LANGUAGE = {"en": "English", "es": "Spanish"}

ROLE = {role: role.value.capitalize() for role in StaffRole}


class Clock(NamedTuple):
    """How a deadline reads: words, and `overdue`, `soon` or `later` for its look."""

    words: str
    state: str


def clock(due_at: datetime, now: datetime) -> Clock:
    """`due in 12 min`, `due in 3 h`, `due in 2 days`, or `overdue by 5 min`."""
    left = due_at - now
    if left <= timedelta(0):
        return Clock(f"overdue by {length(-left)}", "overdue")
    return Clock(f"due in {length(left)}", "soon" if left <= timedelta(minutes=30) else "later")


def length(span: timedelta) -> str:
    """A length of time in its largest fitting unit, rounded up: `5 min`, `3 h`, `2 days`."""
    minutes = max(1, -(-int(span.total_seconds()) // 60))
    if minutes < 120:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h"
    return f"{minutes // (24 * 60)} days"
