"""What makes a text wait: pauses, open flags, the welcome, and a question still open."""

from datetime import datetime, timedelta

from outreach.policy.reasons import Reason
from outreach.policy.verdicts import Facts, Hold
from outreach.vocabulary import FlagReason, MessageKind, Severity

CONCERNING = frozenset(
    {FlagReason.CONCERN, FlagReason.UNSCREENED, FlagReason.LOW_SCORE, FlagReason.SILENCE}
)
"""Flags that speak of the client's state; the others are work for the office and hold nothing."""

QUESTION_LASTS = timedelta(hours=4)
"""No second 1-2-3 question while one is open and younger than this (design, "Why not")."""

LOOK_AGAIN = timedelta(minutes=15)
"""How often a hold without a known end is looked at; whoever ends it also asks for a new plan."""

WELCOME_LOOK = timedelta(minutes=1)

_GENTLE = {MessageKind.HOPE, MessageKind.GOAL_CHECK_IN}
_REMINDS = {MessageKind.APPOINTMENT_REMINDER, MessageKind.NOTICE}


def pause(facts: Facts, now: datetime) -> Hold | None:
    """Hold while the program or the client is paused."""
    if facts.program_paused:
        return Hold(now + LOOK_AGAIN, Reason.PROGRAM_PAUSED, open_ended=True)
    if not facts.paused or (facts.paused_until and facts.paused_until <= now):
        return None
    if facts.paused_until:
        return Hold(facts.paused_until, Reason.CLIENT_PAUSED)
    return Hold(now + LOOK_AGAIN, Reason.CLIENT_PAUSED, open_ended=True)


def open_flag(facts: Facts, now: datetime) -> Hold | None:
    """Hold gentle texts while a concern of moderate or worse is open, all from high on."""
    rank = facts.worst_flag.rank
    details = {"severity": facts.worst_flag.value}
    if rank >= Severity.HIGH.rank:
        return Hold(now + LOOK_AGAIN, Reason.URGENT_FLAG, details, open_ended=True)
    if rank >= Severity.MODERATE.rank and facts.kind in _GENTLE:
        return Hold(now + LOOK_AGAIN, Reason.OPEN_FLAG, details, open_ended=True)
    return None


def welcome_first(facts: Facts, now: datetime) -> Hold | None:
    """Hold everything until the welcome was handed over."""
    if facts.welcomed or facts.kind is MessageKind.WELCOME:
        return None
    return Hold(now + WELCOME_LOOK, Reason.WELCOME_FIRST, open_ended=True)


def open_question(facts: Facts, now: datetime) -> Hold | None:
    """Hold a question while another is open; a reminder never waits, and one due soon wins."""
    if not facts.asks or facts.kind in _REMINDS:
        return None
    since = facts.question_since
    if since is not None and since + QUESTION_LASTS > now:
        return Hold(since + QUESTION_LASTS, Reason.OPEN_QUESTION)
    reminder = facts.reminder_due
    if reminder is not None and reminder < now + QUESTION_LASTS:
        return Hold(max(reminder, now) + QUESTION_LASTS, Reason.REMINDER_FIRST)
    return None
