"""The daily cap over all campaigns: appointment before check-in before hope."""

from outreach.policy.reasons import Reason
from outreach.policy.verdicts import Facts, Hold
from outreach.vocabulary import MessageKind

PRIORITY = {
    MessageKind.WELCOME: 0,
    MessageKind.NOTICE: 1,
    MessageKind.APPOINTMENT_REMINDER: 1,
    MessageKind.GOAL_CHECK_IN: 2,
    MessageKind.HOPE: 3,
}
"""Kind of a planned text -> its rank; a lower one goes first and is kept room for."""

NEVER_CAPPED = {MessageKind.WELCOME, MessageKind.NOTICE, MessageKind.APPOINTMENT_REMINDER}
UNCOUNTED = {MessageKind.WELCOME}


def daily_cap(facts: Facts) -> Hold | None:
    """Hold until tomorrow when today's texts are used up or kept for more important ones."""
    if facts.kind in NEVER_CAPPED or facts.sent_today + facts.kept_for_later < facts.cap:
        return None
    until = facts.tomorrow or facts.useful_until
    details = {"cap": facts.cap, "sent": facts.sent_today, "kept": facts.kept_for_later}
    return Hold(until, Reason.DAILY_CAP, details)
