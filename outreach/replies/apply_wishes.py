"""A wish about how and when to be texted takes effect at once and is echoed with its undoing."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta
from sqlalchemy.orm import Session

from outreach.content.said import chosen_days_words, clock_words, day_words, window_words
from outreach.policy.wall_time import instant_of
from outreach.policy.wishes import WIDEST
from outreach.replies.answers import Say
from outreach.replies.scene import Read, Scene, plan_again, raise_flag
from outreach.replies.situation import Person
from outreach.vocabulary import FlagReason

_LENGTH = re.compile(r"P(\d{1,4})([DWMY])")
_UNITS = {"D": "days", "W": "weeks", "M": "months", "Y": "years"}
_LONGEST_PAUSE = timedelta(days=366)
_EVERY_DAY = 7

Change = tuple[dict[str, Any], Say]
"""The columns of the client to set, and the echo."""


def prefer(session: Session, scene: Scene, read: Read) -> Say | None:
    """Apply `time=08:30`, `pause=P14D` and their like to the client who wrote."""
    kind, _, value = read.value.partition("=")
    if scene.person is None or kind not in _CHANGES:
        return None
    if read.value == "pause=off" and scene.person.paused_by == "staff":
        # Staff paused these texts for a reason; only they end it.
        raise_flag(session, scene, FlagReason.REQUEST, details={"wants": "end_of_pause"})
        return None
    columns, echo = _CHANGES[kind](scene, scene.person, value)
    if kind == "pause" and scene.person.paused_by == "staff":
        return None
    plan_again(session, scene.person.id, scene.now, **columns)
    return echo


def _pause(scene: Scene, person: Person, value: str) -> Change:
    if value == "off":
        return dict.fromkeys(("paused_at", "paused_until", "paused_by")), _echo("pause-off")
    until = _end_of_pause(scene.now, person, value)
    columns: dict[str, Any] = {"paused_at": scene.now, "paused_until": None, "paused_by": "text"}
    if until is None:
        return columns, _echo("pause-on")
    columns["paused_until"] = instant_of(until, 0, person.zone)
    return columns, _echo("pause", until=day_words(until, person.language))


def _end_of_pause(now: datetime, person: Person, value: str) -> date | None:
    """The local day on which texts come again; None for a pause without an end."""
    found = _LENGTH.fullmatch(value)
    if found is None:
        return None
    today = now.astimezone(person.zone).date()
    until = today + relativedelta(**{_UNITS[found[2]]: int(found[1])})  # type: ignore[arg-type]
    return min(until, today + _LONGEST_PAUSE)


def _time(scene: Scene, person: Person, value: str) -> Change:  # noqa: ARG001
    """A time outside the widest hours becomes the nearest one inside; the echo says which."""
    wanted = datetime.strptime(value, "%H:%M").replace(tzinfo=UTC)
    earliest, latest = WIDEST[0], WIDEST[1] - 30
    minutes = min(max(wanted.hour * 60 + wanted.minute, earliest), latest)
    chosen = wanted.replace(hour=minutes // 60, minute=minutes % 60)
    columns = {"chosen_time": f"{chosen:%H:%M}", "chosen_window": None}
    return columns, _echo("time", time=clock_words(chosen, person.language))


def _window(scene: Scene, person: Person, value: str) -> Change:  # noqa: ARG001
    columns = {"chosen_window": value, "chosen_time": None}
    return columns, _echo("window", window=window_words(value, person.language))


def _frequency(scene: Scene, person: Person, value: str) -> Change:  # noqa: ARG001
    """The opposite of an earlier wish undoes it, as its echo promised."""
    undone = person.frequency not in {None, value}
    return {"chosen_frequency": None if undone else value}, _echo(f"frequency-{value}")


def _language(scene: Scene, person: Person, value: str) -> Change:  # noqa: ARG001
    return {"chosen_language": value}, _echo("language", speak=value)


def _days(scene: Scene, person: Person, value: str) -> Change:  # noqa: ARG001
    if len(value.split(",")) == _EVERY_DAY:
        return {"chosen_days": None}, _echo("days")
    return {"chosen_days": value}, _echo("days", days=chosen_days_words(value, person.language))


_CHANGES: dict[str, Callable[[Scene, Person, str], Change]] = {
    "pause": _pause,
    "time": _time,
    "window": _window,
    "frequency": _frequency,
    "language": _language,
    "days": _days,
}


def _echo(name: str, *, speak: str | None = None, **variables: str) -> Say:
    return Say(
        "preference",
        text_id=f"preference-{name}",
        variables=variables,
        costs=True,
        language=speak,
    )
