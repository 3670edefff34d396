"""Where one client stands while a batch is released: what waits, what went out, what is open.

It changes as the batch goes on, so that the second text of a minute knows of the first. Preview
uses it for days to come.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from outreach.campaigns.facts import Person, Standing, Visit, Waiting, hours_for
from outreach.policy.caps import PRIORITY, UNCOUNTED
from outreach.policy.holds import QUESTION_LASTS
from outreach.policy.reasons import Reason
from outreach.policy.verdicts import Facts
from outreach.policy.wall_time import end_of_day, local_date
from outreach.programs.file import length_of
from outreach.programs.loaded import LoadedProgram
from outreach.values import value
from outreach.vocabulary import AppointmentStatus, MessageKind, PromptKind, Severity

MERGES = QUESTION_LASTS
"""Two texts about one visit within four hours merge into one (contract, "Schedules")."""

_DIGITS = {PromptKind.APPOINTMENT, PromptKind.SCALE, PromptKind.GOAL}
_ABOUT_VISITS = {MessageKind.APPOINTMENT_REMINDER, MessageKind.NOTICE}


@value
class Question:
    """A prompt that is still open."""

    id: str
    campaign_id: str
    kind: PromptKind
    subject: str
    opened_at: datetime


@value
class ActiveGoal:
    """A goal that may be asked about."""

    id: str
    title_sealed: bytes
    starts_on: date | None = None


@dataclass(slots=True)
class Situation:
    """One client's; `sent` are planned texts of the last day, as (instant, kind)."""

    person: Person
    program: LoadedProgram
    waiting: dict[str, Waiting] = field(default_factory=dict)
    sent: list[tuple[datetime, MessageKind]] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    told: dict[str, datetime] = field(default_factory=dict)
    """Visit id -> when a reminder or notice about it last went out."""
    used: dict[str, list[str]] = field(default_factory=dict)
    """Collection -> ids of its texts this client got, oldest first."""
    goals: tuple[ActiveGoal, ...] = ()
    asked: dict[tuple[str, str], str] = field(default_factory=dict)
    """(campaign, goal) -> the slot that last asked about it."""
    worst_flag: Severity = Severity.NONE
    welcome_on_its_way: bool = False

    def facts(
        self, row: Waiting, campaign: Standing | None, visit: Visit | None, now: datetime
    ) -> Facts:
        """What policy needs to know to decide about a touchpoint now."""
        person, kind = self.person, row.touch.kind
        zone = person.zone
        tonight = end_of_day(now, zone)
        others = [other for other in self.waiting.values() if other.id != row.id]
        return Facts(
            kind=kind,
            useful_until=row.touch.useful_until,
            hours=hours_for(self.program.file, person, kind),
            status=person.status,
            consent=person.consent_since is not None,
            program_paused=self.program.paused,
            paused=person.paused_at is not None,
            paused_until=person.paused_until,
            worst_flag=self.worst_flag,
            welcomed=person.welcomed_at is not None and not self.welcome_on_its_way,
            gone=_gone(row, campaign, visit, self._goals_on(now)),
            merged=kind is MessageKind.APPOINTMENT_REMINDER and self._merged(row, others, now),
            asks=asked_by(row, campaign) in _DIGITS,
            question_since=max(
                (question.opened_at for question in self.questions if question.kind in _DIGITS),
                default=None,
            ),
            reminder_due=min(
                (o.due_at for o in others if o.touch.kind in _ABOUT_VISITS), default=None
            ),
            sent_today=self._sent_on(local_date(now, zone), zone),
            kept_for_later=_kept_for_later(row, others, tonight),
            cap=self.program.file.daily_cap,
            tomorrow=tonight,
        )

    def next_goal(self, campaign_id: str, now: datetime) -> ActiveGoal | None:
        """The active goal that this campaign has not asked about for the longest time."""
        return min(
            self._goals_on(now),
            key=lambda goal: self.asked.get((campaign_id, goal.id), ""),
            default=None,
        )

    def _goals_on(self, now: datetime) -> list[ActiveGoal]:
        return [
            goal
            for goal in self.goals
            if not goal.starts_on or goal.starts_on <= local_date(now, self.person.zone)
        ]

    def _sent_on(self, day: date, zone: ZoneInfo) -> int:
        return sum(
            [kind not in UNCOUNTED and local_date(at, zone) == day for at, kind in self.sent]
        )

    def _merged(self, row: Waiting, others: Iterable[Waiting], now: datetime) -> bool:
        visit_id = row.touch.key.subject
        told = self.told.get(visit_id)
        if told is not None and now - told < MERGES:
            return True
        return any(
            other.touch.key.subject == visit_id
            and other.due_at < now + MERGES
            and _is_closer(other, row)
            for other in others
        )


def _kept_for_later(row: Waiting, others: Iterable[Waiting], tonight: datetime) -> int:
    rank = PRIORITY[row.touch.kind]
    return sum(
        [0 < PRIORITY[other.touch.kind] < rank and other.due_at < tonight for other in others]
    )


def asked_by(row: Waiting, campaign: Standing | None) -> PromptKind:
    """The question a touchpoint's text leaves open."""
    if row.touch.kind is MessageKind.NOTICE:
        moved = row.touch.key.slot.startswith("moved")
        return PromptKind.APPOINTMENT if moved else PromptKind.NONE
    return campaign.asks if campaign else PromptKind.NONE


def _gone(
    row: Waiting, campaign: Standing | None, visit: Visit | None, goals: list[ActiveGoal]
) -> Reason | None:
    """Why there is nothing to speak about any more."""
    kind = row.touch.kind
    if kind is MessageKind.WELCOME:
        return None
    if campaign is None and kind is not MessageKind.NOTICE:
        return Reason.CAMPAIGN_ENDED
    if kind in _ABOUT_VISITS:
        return _visit_gone(row, visit)
    asks_goal = campaign is not None and campaign.asks is PromptKind.GOAL
    return Reason.NO_GOAL if asks_goal and not goals else None


def _visit_gone(row: Waiting, visit: Visit | None) -> Reason | None:
    if visit is None:
        return Reason.VISIT_GONE
    what, _, start = row.touch.key.slot.partition("@")
    if start != f"{visit.starts_at:%Y-%m-%dT%H:%M}":
        return Reason.VISIT_MOVED
    if row.touch.kind is MessageKind.NOTICE:
        cancelled = visit.status is AppointmentStatus.CANCELLED
        still_owed = visit.notice_owed is not None and cancelled == (what == "cancelled")
        return None if still_owed else Reason.VISIT_MOVED
    return None if visit.takes_place else Reason.VISIT_GONE


def _is_closer(other: Waiting, row: Waiting) -> bool:
    """Whether `other` reminds of the same visit at a shorter offset, or gives notice of it."""
    if other.touch.kind is MessageKind.NOTICE:
        return True
    offsets = (touchpoint.touch.key.slot.partition("@")[0] for touchpoint in (other, row))
    shorter, longer = map(length_of, offsets)
    return shorter < longer
