"""What the due table should hold for one client. Pure: facts in, touchpoints out.

Just in time: the next slot per campaign, every reminder of coming visits, a notice that is owed,
and the welcome. Nothing is back-filled: what lies before the enrollment, the last change of the
campaign or of the visit is never planned.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from outreach.campaigns.cadence import Slot, before_visit, minutes_for, next_days
from outreach.campaigns.facts import (
    WELCOME,
    Key,
    Person,
    PlanningFacts,
    Standing,
    Touch,
    Visit,
    Waiting,
    hours_for,
)
from outreach.policy.quiet_hours import Hours
from outreach.policy.wall_time import end_of_day, instant_of, local_date
from outreach.programs.file import ProgramFile
from outreach.vocabulary import AppointmentStatus, CampaignKind, MessageKind

CATCH_UP = {CampaignKind.HOPE: "skip", CampaignKind.GOAL_CHECK_IN: "send"}
"""What becomes of a late text unless the campaign says otherwise: `skip` is useful for two hours,
`send` for the rest of the client's day, `merge` until the campaign's next slot takes its place.
A late reminder is sent while it makes sense: until shortly before the visit."""

LATE = timedelta(hours=2)
BEFORE_VISIT = timedelta(minutes=15)
_WELCOME_LASTS = timedelta(days=365)
_ONE_DAY = timedelta(days=1)
_A_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Plan:
    """What should be: touchpoints, and the campaigns the client is to be enrolled in."""

    touches: tuple[Touch, ...]
    campaigns: frozenset[str]


def plan_for(facts: PlanningFacts, now: datetime) -> Plan:
    """The whole plan of one client at `now`; nothing for one who may not get texts."""
    if not facts.person.may_get_texts:
        return Plan((), frozenset())
    joined = [campaign for campaign in facts.campaigns if campaign.addresses(facts.person)]
    touches = [*_welcome(facts), *_notices(facts, now)]
    for campaign in joined:
        if campaign.kind is CampaignKind.APPOINTMENT_REMINDER:
            touches += _reminders(facts, campaign, now)
        elif touch := _next(facts, campaign, now):
            touches.append(touch)
    return Plan(tuple(touches), frozenset(campaign.id for campaign in joined))


def next_touch(
    campaign: Standing,
    person: Person,
    file: ProgramFile,
    *,
    after: date | None,
    since: datetime,
    now: datetime,
) -> Touch | None:
    """The first touchpoint of a scheduled campaign later than the local day `after` and the
    instant `since` that is still useful at `now`; None when its rule has come to its end.
    """
    zone, wishes, cadence = person.zone, person.wishes, campaign.cadence
    first = local_date(since, zone)
    if after is not None:
        first = max(first, after + _ONE_DAY)
    open_hours = hours_for(file, person, campaign.says)
    minutes = minutes_for(cadence, wishes, person.id)
    while days := next_days(cadence, wishes, first):
        slot = _fitted(Slot(days[0], instant_of(days[0], minutes, zone)), person, open_hours)
        if slot.at > since:
            touch = _touch(campaign, person, slot, days[1:], open_hours)
            if touch.useful_until > now:
                return touch
        first = slot.day + _ONE_DAY
    return None


def reminders(
    campaign: Standing,
    visit: Visit,
    open_hours: Hours,
    *,
    since: datetime,
    kept: Collection[tuple[Key, datetime]] = (),
) -> Iterator[Touch]:
    """The reminders of a visit that lie after `since`, and those planned already (`kept`).

    One that falls outside the client's hours goes at the last allowed moment before; when that
    has passed already, at the next allowed one.
    """
    for offset in campaign.spec.before:
        key = Key(campaign.id, visit.id, f"{offset}@{_start(visit)}")
        meant = before_visit(offset, visit.starts_at, visit.zone)
        at = open_hours.last_open(meant) or meant
        if at <= since < meant and (key, at) not in kept:
            at = open_hours.next_open(meant) or meant
        useful_until = visit.starts_at - BEFORE_VISIT
        if campaign.spec.catch_up == "skip":
            useful_until = min(useful_until, at + LATE)
        if at < useful_until and (at > since or (key, at) in kept):
            yield Touch(key, MessageKind.APPOINTMENT_REMINDER, at, useful_until)


def _next(facts: PlanningFacts, campaign: Standing, now: datetime) -> Touch | None:
    """The waiting touchpoint if the plan still means it, else the next one."""
    since = _floor(facts, campaign, now)
    after = facts.last_slots.get(campaign.id)
    for waiting in _waiting(facts, campaign):
        meant = waiting.touch.planned_at - _A_MOMENT
        kept = next_touch(campaign, facts.person, facts.file, after=after, since=meant, now=meant)
        if kept and (kept.key, kept.planned_at) == (waiting.touch.key, waiting.touch.planned_at):
            return kept
        # What the client or the program changed counts from the change on.
        since = max(since, facts.person.replan_since or since)
    return next_touch(campaign, facts.person, facts.file, after=after, since=since, now=now)


def _reminders(facts: PlanningFacts, campaign: Standing, now: datetime) -> Iterator[Touch]:
    open_hours = hours_for(facts.file, facts.person, MessageKind.APPOINTMENT_REMINDER)
    kept = {(row.touch.key, row.touch.planned_at) for row in _waiting(facts, campaign)}
    floor = _floor(facts, campaign, now)
    for visit in facts.visits:
        if visit.takes_place and visit.starts_at > now:
            since = max(floor, visit.known_at)
            yield from reminders(campaign, visit, open_hours, since=since, kept=kept)


def _notices(facts: PlanningFacts, now: datetime) -> Iterator[Touch]:
    for visit in facts.visits:
        if visit.notice_owed and visit.starts_at > now:
            word = "cancelled" if visit.status is AppointmentStatus.CANCELLED else "moved"
            key = Key("", visit.id, f"{word}@{_start(visit)}")
            waiting = [row for row in facts.waiting if row.touch.key == key]
            at = waiting[0].touch.planned_at if waiting else now
            yield Touch(key, MessageKind.NOTICE, at, visit.starts_at)


def _welcome(facts: PlanningFacts) -> Iterator[Touch]:
    since = facts.person.consent_since
    if facts.person.welcomed_at or facts.welcome_is_elsewhere or since is None:
        return
    key = Key("", WELCOME, f"welcome:{since.date().isoformat()}")
    at = facts.person.replan_since or since
    waiting = [row for row in facts.waiting if row.touch.key == key]
    if waiting:
        at = waiting[0].touch.planned_at
    yield Touch(key, MessageKind.WELCOME, at, at + _WELCOME_LASTS)


def _floor(facts: PlanningFacts, campaign: Standing, now: datetime) -> datetime:
    """What lies before it is never planned: enrollment and the campaign's last change."""
    membership = facts.memberships.get(campaign.id)
    enrolled = membership.since if membership and membership.ended_at is None else now
    return max(enrolled, campaign.applied_at)


def _waiting(facts: PlanningFacts, campaign: Standing) -> list[Waiting]:
    return [row for row in facts.waiting if row.touch.key.campaign_id == campaign.id]


def _fitted(slot: Slot, person: Person, open_hours: Hours) -> Slot:
    """A client's own time outside the hours they may be texted moves to the nearest moment."""
    if person.wishes.time is None:
        return slot
    opens = open_hours.next_open(slot.at)
    if opens is None or local_date(opens, person.zone) != slot.day:
        opens = open_hours.last_open(slot.at) or slot.at
    return Slot(slot.day, opens)


def _touch(
    campaign: Standing,
    person: Person,
    slot: Slot,
    following: tuple[date, ...],
    open_hours: Hours,
) -> Touch:
    opens = open_hours.next_open(slot.at) or slot.at
    rule = campaign.spec.catch_up or CATCH_UP[campaign.kind]
    if rule == "skip":
        useful_until = opens + LATE
    elif rule == "merge" and following:
        minutes = minutes_for(campaign.cadence, person.wishes, person.id)
        useful_until = instant_of(following[0], minutes, person.zone)
    else:
        useful_until = end_of_day(opens, person.zone)
    key = Key(campaign.id, "", slot.day.isoformat())
    return Touch(key, campaign.says, slot.at, useful_until)


def _start(visit: Visit) -> str:
    return f"{visit.starts_at:%Y-%m-%dT%H:%M}"
