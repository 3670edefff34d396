"""The program file: every key with its type and default (docs: contract, program.yaml).

These models check one key at a time; what needs the library or the database (a collection that
does not exist, a sender that another program has) is checked by apply.
"""

import re
from datetime import date, time, timedelta
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

import phonenumbers
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from outreach.vocabulary import CampaignKind, Language

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        raise ValueError(f"{name!r} is not an IANA time zone such as America/Chicago") from None
    return name


def _wall_time(value: Any) -> str:
    """`HH:MM`. YAML 1.1 reads an unquoted 9:30 as 570 (base 60); that is put right here."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 1440:
        value = f"{value // 60:02}:{value % 60:02}"
    if not isinstance(value, str) or not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d|24:00", value):
        raise ValueError("must be a time like 09:30 (00:00 to 24:00)")
    return value


def _duration(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[1-9]\d{0,3}[mhd]", value):
        raise ValueError("must be a length of time like 30m, 2h or 7d")
    return value


def _days(value: Any) -> str:
    if not isinstance(value, str) or not days_of(value):
        raise ValueError("must be days like mon, mon-fri or mon,wed")
    return value.lower()


def _opens_before_it_closes(value: tuple[str, str]) -> tuple[str, str]:
    if value[0] >= value[1]:
        raise ValueError("needs an earlier and a later time of one day; split what passes midnight")
    return value


def _e164(value: str) -> str:
    try:
        number = phonenumbers.parse(value)
    except phonenumbers.NumberParseException:
        raise ValueError("must be a phone number like +12025550123") from None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _country(value: str) -> str:
    if value not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError("must be a country code of two letters such as US")
    return value


Zone = Annotated[str, AfterValidator(_zone)]
WallTime = Annotated[str, BeforeValidator(_wall_time)]
Duration = Annotated[str, BeforeValidator(_duration)]
Days = Annotated[str, BeforeValidator(_days)]
WorkingDay = Annotated[tuple[WallTime, WallTime], AfterValidator(_opens_before_it_closes)]
Number = Annotated[str, AfterValidator(_e164)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SenderFile(_Part):
    """One number or one messaging service, and its pace."""

    number: Number | None = None
    messaging_service: Annotated[str, Field(pattern=r"^MG[0-9a-zA-Z]{1,40}$")] | None = None
    segments_per_second: float = Field(1.0, gt=0, le=1000)

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if (self.number is None) == (self.messaging_service is None):
            raise ValueError("needs either number or messaging_service")
        return self

    @property
    def address(self) -> str:
        """What Twilio calls From or MessagingServiceSid; unique over all programs."""
        return self.number or self.messaging_service or ""


class QuietHours(_Part):
    """[from, to) in the client's wall time; equal means none."""

    from_: WallTime = Field("20:00", alias="from")
    to: WallTime = "09:00"


class Contact(_Part):
    """How a client reaches the program by voice."""

    phone: Number | None = None


class RotaEntry(_Part):
    """Who is on call on which days between two wall times of the program's zone."""

    who: str
    days: Days = "mon-sun"
    from_: WallTime = Field("00:00", alias="from")
    to: WallTime = "24:00"


class OnCallPerson(_Part):
    """Where a staff member is paged."""

    sms: Number | None = None
    email: str | None = None
    webhook: str | None = None


class PageStep(_Part):
    """Whom to page, and how long to wait for an acknowledgement before the next step."""

    to: str
    wait: Duration = "5m"


class OnCall(_Part):
    """Who is told about urgent flags, and in which order."""

    rota: tuple[RotaEntry, ...] = ()
    people: dict[str, OnCallPerson] = {}
    steps: tuple[PageStep, ...] = ()

    @model_validator(mode="after")
    def _known_people(self) -> Self:
        known = set(self.people)
        for entry in self.rota:
            if entry.who not in known:
                raise ValueError(f"rota names {entry.who!r}, who is not under people")
        for step in self.steps:
            if step.to not in known | {"rota", "all"}:
                raise ValueError(f"steps: to must be rota, all or a person, not {step.to!r}")
        return self


class Schedule(_Part):
    """`every: day` or `week`, or an RFC 5545 rule; `at` a wall time or `between` two."""

    every: Literal["day", "week"] | None = None
    rrule: str | None = None
    at: WallTime | None = None
    between: tuple[WallTime, WallTime] | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.every is None) == (self.rrule is None):
            raise ValueError("needs either every or rrule")
        if (self.at is None) == (self.between is None):
            raise ValueError("needs either at or between")
        if self.between and self.between[0] >= self.between[1]:
            raise ValueError("between needs an earlier and a later time")
        return self


class AudienceFile(_Part):
    """Clients with at least one of these tags."""

    tags: tuple[str, ...] = Field(min_length=1)


class CampaignFile(_Part):
    """One campaign of the file."""

    kind: CampaignKind
    collection: str | None = None
    schedule: Schedule | None = None
    before: tuple[Duration, ...] = ()
    ask: Literal["goal", "scale", "open"] | None = None
    audience: Literal["all"] | AudienceFile = "all"
    starts_on: date | None = None
    catch_up: Literal["skip", "send", "merge"] | None = None

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        if self.kind is CampaignKind.APPOINTMENT_REMINDER:
            if not self.before or self.schedule:
                raise ValueError("an appointment_reminder needs before: [7d, 1d] and no schedule")
        elif not self.schedule or self.before:
            raise ValueError(f"a {self.kind} campaign needs a schedule and no before")
        if (self.kind is CampaignKind.GOAL_CHECK_IN) != (self.ask is not None):
            raise ValueError("ask: goal, scale or open belongs to goal_check_in, and only there")
        return self


class ProgramFile(_Part):
    """A whole program file."""

    program: Slug
    name: Annotated[str, Field(min_length=1, max_length=100)]
    timezone: Zone
    country: Annotated[str, AfterValidator(_country)] = "US"
    languages: tuple[Language, ...] = (Language.EN, Language.ES)
    sender: SenderFile
    keywords: Literal["carrier", "service"] = "carrier"
    quiet_hours: QuietHours = QuietHours.model_validate({})
    daily_cap: int = Field(3, ge=1, le=50)
    contact: Contact = Contact()
    working_hours: dict[Days, WorkingDay] = Field({"mon-fri": ("09:00", "17:00")}, min_length=1)
    holidays: tuple[date, ...] = ()
    discreet: bool = False
    price_per_segment: float = Field(0.0079, ge=0)
    low_score: float | None = Field(2, ge=0, le=10)
    silence_after: int | None = Field(3, ge=1)
    daily_sample: int = Field(20, ge=0)
    on_call: OnCall = OnCall()
    campaigns: dict[Slug, CampaignFile] = {}


def days_of(text: str) -> tuple[int, ...]:
    """Weekdays (Monday 0) of `mon`, `mon-fri`, `fri-mon` or `mon,wed`; empty if it is none."""
    days: list[int] = []
    for part in text.lower().replace(" ", "").split(","):
        first, _, last = part.partition("-")
        if first not in WEEKDAYS or (last or first) not in WEEKDAYS:
            return ()
        start, length = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
        days += [(start + step) % 7 for step in range((length - start) % 7 + 1)]
    return tuple(dict.fromkeys(days))


def length_of(duration: str) -> timedelta:
    """The timedelta of `30m`, `2h` or `7d` (a day being 24 hours; cadence knows calendar days)."""
    return timedelta(**{_UNITS[duration[-1]]: int(duration[:-1])})


def minutes_of(wall_time: str) -> int:
    """Minutes since midnight of `HH:MM`; 1440 for 24:00."""
    hours, _, minutes = wall_time.partition(":")
    return int(hours) * 60 + int(minutes)


def time_of(wall_time: str) -> time:
    """The time of day of `HH:MM`; 24:00 becomes 00:00."""
    return time(*divmod(minutes_of(wall_time) % 1440, 60))
