"""How long things may wait: one table for flags, episodes, pages and acknowledgements. Pure."""

from datetime import datetime, timedelta

from outreach.programs.file import ProgramFile
from outreach.programs.hours import end_of_next_working_day
from outreach.vocabulary import Severity

LOOK_WITHIN = {
    Severity.IMMINENT: timedelta(minutes=5),
    Severity.HIGH: timedelta(minutes=30),
    Severity.MODERATE: timedelta(hours=8),
}
"""Severity -> how soon a person must look (contract, "Flag clocks"); low: next working day."""

ACKNOWLEDGED_FOR = {Severity.IMMINENT: timedelta(minutes=15), Severity.HIGH: timedelta(minutes=60)}
"""How long an acknowledged page stays quiet while nobody claims the flag."""

EPISODE = timedelta(hours=12)
"""Without a new worrying reply for this long, the next one is an episode of its own."""

RECENT = timedelta(hours=72)
"""A second episode within this time is graded one step up."""

JOINED_REPLIES = timedelta(minutes=10)
"""Replies this close together are also screened as one text: a cry may come in pieces."""

RECEIPT_WITHIN = timedelta(minutes=2)
"""A safety text without a receipt for this long is looked up, sent again and paged."""


def look_by(severity: Severity, file: ProgramFile, now: datetime) -> datetime:
    """When (UTC) a person must have looked at a flag of this severity opened at `now`."""
    within = LOOK_WITHIN.get(severity)
    return now + within if within else end_of_next_working_day(file, now)


def is_paged(severity: Severity) -> bool:
    """Whether flags of this severity call whoever is on call."""
    return severity.rank >= Severity.HIGH.rank


def one_step_up(severity: Severity) -> Severity:
    """The next severity; imminent stays."""
    return list(Severity)[min(severity.rank + 1, Severity.IMMINENT.rank)]
