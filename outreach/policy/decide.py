"""Whether a text may go out now. Pure: facts and an instant in; Send, Hold or Skip out."""

from dataclasses import replace
from datetime import datetime, timedelta

from outreach.policy import caps, holds
from outreach.policy.reasons import Reason
from outreach.policy.verdicts import Decision, Facts, Hold, Send, Skip
from outreach.vocabulary import ClientStatus, MessageKind

SHORTEST_LIFE = timedelta(minutes=2)
"""A text with less time than this before quiet hours waits: the carrier could not deliver it."""

WELCOME_LIFE = timedelta(minutes=30)
"""A welcome has more: an import may queue hundreds of them, and everything else waits for it."""


def decide(facts: Facts, now: datetime) -> Decision:
    """The verdict on one touchpoint at `now`; the first rule that speaks decides.

    A hold that would last beyond the text's usefulness is a skip for the same reason.
    """
    for rule in RULES:
        verdict = rule(facts, now)
        if verdict is not None:
            return _final(verdict, facts, now)
    return Send()


def status(facts: Facts, _now: datetime) -> Skip | None:
    """Every status but active stops texts."""
    if facts.status is ClientStatus.ACTIVE:
        return None
    return Skip(Reason.NOT_ACTIVE, {"status": facts.status.value})


def consent(facts: Facts, _now: datetime) -> Skip | None:
    """Law 1; the dispatcher checks it again in the transaction that claims."""
    return None if facts.consent else Skip(Reason.NO_CONSENT)


def usefulness(facts: Facts, now: datetime) -> Skip | None:
    """What is stale, merged into another text or about something gone is not sent."""
    if facts.gone is not None:
        return Skip(facts.gone)
    if now >= facts.useful_until:
        return Skip(Reason.STALE)
    return Skip(Reason.MERGED) if facts.merged else None


def quiet_hours(facts: Facts, now: datetime) -> Hold | Skip | None:
    """Hold until the client's hours and days allow it, in every zone they may be in."""
    opens = facts.hours.next_open(now)
    if opens == now:
        closes = facts.hours.closes(now)
        life = WELCOME_LIFE if facts.kind is MessageKind.WELCOME else SHORTEST_LIFE
        if closes is None or closes - now >= life:
            return None
        opens = facts.hours.next_open(closes)
    return Hold(opens, Reason.QUIET_HOURS) if opens else Skip(Reason.QUIET_HOURS)


def daily_cap(facts: Facts, _now: datetime) -> Hold | None:
    """Hold until tomorrow when the day's texts are used up."""
    return caps.daily_cap(facts)


RULES = (
    status,
    consent,
    holds.pause,
    usefulness,
    holds.open_flag,
    holds.welcome_first,
    quiet_hours,
    holds.open_question,
    daily_cap,
)
"""In the order in which a person would explain it."""


def _final(verdict: Hold | Skip, facts: Facts, now: datetime) -> Hold | Skip:
    if isinstance(verdict, Skip) or verdict.until < facts.useful_until:
        return verdict
    if verdict.open_ended and now < facts.useful_until:
        return replace(verdict, until=facts.useful_until)
    return Skip(verdict.reason, verdict.details)
