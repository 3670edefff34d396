"""The plain values that planning, release and preview work with. Pure; loaded by load.py."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from outreach.campaigns.cadence import Cadence, minutes_at
from outreach.policy.quiet_hours import Hours, hours
from outreach.policy.wishes import Wishes
from outreach.programs.file import CampaignFile, ProgramFile
from outreach.values import value
from outreach.vocabulary import (
    AppointmentStatus,
    CampaignKind,
    ClientStatus,
    MessageKind,
    PromptKind,
)

WELCOME = "welcome"
"""Subject of the service's own touchpoint that precedes every other text to a client."""

_GENTLE = {MessageKind.HOPE, MessageKind.GOAL_CHECK_IN}
_TAKES_PLACE = {AppointmentStatus.BOOKED, AppointmentStatus.CONFIRMED}


@value
class Person:
    """A client as decisions see one; `zones` is never empty, the first gives the local date."""

    id: str
    program_id: str
    external_id: str
    number_hash: str
    status: ClientStatus
    language: str
    zones: tuple[str, ...]
    wishes: Wishes = field(default_factory=Wishes)
    tags: frozenset[str] = frozenset()
    paused_at: datetime | None = None
    paused_until: datetime | None = None
    welcomed_at: datetime | None = None
    replan_since: datetime | None = None
    consent_since: datetime | None = None
    """Since when consent is in force; empty when it is not."""
    number_sealed: bytes | None = None
    name_sealed: bytes | None = None

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.zones[0])

    @property
    def may_get_texts(self) -> bool:
        """Active, with consent in force; pauses only hold."""
        return self.status is ClientStatus.ACTIVE and self.consent_since is not None


@dataclass(frozen=True)
class Standing:
    """A campaign: a standing instruction, counted from its anchor."""

    id: str
    program_id: str
    slug: str
    kind: CampaignKind
    spec: CampaignFile
    applied_at: datetime
    anchor: date

    @cached_property
    def cadence(self) -> Cadence:
        """Only for campaigns with a schedule."""
        if self.spec.schedule is None:
            raise ValueError("a campaign of reminders has no schedule")
        return Cadence(self.id, self.spec.schedule, self.anchor)

    @cached_property
    def says(self) -> MessageKind:
        """The kind of its texts."""
        return MessageKind(self.kind)

    @cached_property
    def asks(self) -> PromptKind:
        """The question its texts leave open."""
        if self.kind is CampaignKind.APPOINTMENT_REMINDER:
            return PromptKind.APPOINTMENT
        return PromptKind(self.spec.ask) if self.spec.ask else PromptKind.NONE

    def addresses(self, person: Person) -> bool:
        """Whether the person belongs to its audience."""
        audience = self.spec.audience
        return audience == "all" or not person.tags.isdisjoint(audience.tags)


@value
class Visit:
    """An appointment; `known_at` is when the program last changed it."""

    id: str
    client_id: str
    starts_at: datetime
    timezone: str
    status: AppointmentStatus
    known_at: datetime
    notice_owed: str | None = None
    who_sealed: bytes | None = None
    location_sealed: bytes | None = None

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def takes_place(self) -> bool:
        return self.status in _TAKES_PLACE


@value
class Key:
    """What makes a touchpoint of a client unique."""

    campaign_id: str
    subject: str
    slot: str


@value
class Touch:
    """A touchpoint as the plan wants it."""

    key: Key
    kind: MessageKind
    planned_at: datetime
    useful_until: datetime


@value
class Waiting:
    """A touchpoint in the due table; `reason` is set once policy has held it."""

    id: str
    client_id: str
    program_id: str
    touch: Touch
    due_at: datetime
    reason: str | None = None


@value
class Membership:
    """A client's place in a campaign."""

    id: str
    since: datetime
    ended_at: datetime | None


@value
class PlanningFacts:
    """Everything about one client that the plan depends on."""

    person: Person
    file: ProgramFile
    campaigns: tuple[Standing, ...]
    memberships: Mapping[str, Membership] = field(default_factory=dict)
    waiting: tuple[Waiting, ...] = ()
    last_slots: Mapping[str, date] = field(default_factory=dict)
    """Campaign id -> the newest local day that already had its touchpoint."""
    visits: tuple[Visit, ...] = ()
    welcome_is_elsewhere: bool = False
    """Somebody else with the same number was or will be welcomed."""
    number_welcomed_at: datetime | None = None
    """When somebody else with the same number was."""


def hours_for(file: ProgramFile, person: Person, kind: MessageKind) -> Hours:
    """When texts of a kind are welcome: hope and check-ins also keep to a chosen window."""
    wishes, quiet = person.wishes, file.quiet_hours
    return hours(
        (minutes_at(quiet.from_), minutes_at(quiet.to)),
        wishes.own_hours,
        only_own=kind in _GENTLE and wishes.window is not None,
        days=wishes.days,
        zones=person.zones,
    )
