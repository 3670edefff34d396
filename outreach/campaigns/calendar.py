"""The days of a recurrence rule (RFC 5545). Pure: rules and dates in, dates out."""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice, pairwise

from dateutil.rrule import rrule, rruleset, rrulestr

from outreach.errors import OutreachError

_COARSE = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}
_TIMES = {"BYHOUR", "BYMINUTE", "BYSECOND"}
_KNOWN = {
    *("FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTH", "BYMONTHDAY"),
    *("BYSETPOS", "BYYEARDAY", "BYWEEKNO"),
}
_NEVER = timedelta(days=5 * 366)


class BadRuleError(OutreachError):
    """A recurrence rule that cannot be followed; the message says why."""

    code = "bad_rule"


@dataclass(frozen=True, slots=True)
class Calendar:
    """All days of a rule from its anchor to `until`, in order."""

    days: tuple[date, ...]
    until: date

    def first_index(self, day: date) -> int:
        """Where the first day at or after `day` stands."""
        return bisect_left(self.days, day)


def calendar(rule: str, anchor: date, around: date, pace: str | None = None) -> Calendar:
    """The days of `rule` counted from `anchor`, reaching at least to the end of next year.

    `pace` is `less` for every second day, `more` for one more half-way between two days.

    Days are counted from the anchor itself, so that INTERVAL and COUNT keep their meaning; that
    costs milliseconds once per rule, year and process, then every client shares the result.
    When next year has none, five years ahead are searched. Raises BadRuleError.
    """
    near = _calendar(rule, anchor, date(max(around, anchor).year + 1, 12, 31), pace)
    if near.first_index(around) < len(near.days):
        return near
    return _calendar(rule, anchor, date((around + _NEVER).year, 12, 31), pace)


def check_rule(rule: str, anchor: date, today: date) -> None:
    """Raise BadRuleError unless the rule can be followed and has a day within five years."""
    days = _calendar(rule, anchor, today + _NEVER, None).days
    if not days or days[-1] <= today:
        raise BadRuleError(f"{rule!r} never fires in the next five years")


@lru_cache(maxsize=512)
def _calendar(rule: str, anchor: date, until: date, pace: str | None) -> Calendar:
    return Calendar(_paced(_days(rule, anchor, until), pace), until)


def _paced(days: tuple[date, ...], pace: str | None) -> tuple[date, ...]:
    if pace == "less":
        return days[::2]
    if pace == "more":
        half_way = {first + (then - first) // 2 for first, then in pairwise(days)}
        return tuple(sorted(half_way.union(days)))
    return days


def _days(rule: str, anchor: date, until: date) -> tuple[date, ...]:
    parts = _parts(rule)
    last = min(until, _until(parts))
    count = _whole(parts, "COUNT") if "COUNT" in parts else None
    start = datetime.combine(anchor, time())
    try:
        found = rruleset()
        for text in _rules(parts, anchor):
            found.rrule(_rrule(f"{text};UNTIL={last:%Y%m%d}", start))
        return tuple(moment.date() for moment in islice(found, count))
    except (ValueError, IndexError, TypeError, KeyError, OverflowError):
        raise BadRuleError(f"{rule!r} is not a rule of RFC 5545") from None


def _parts(rule: str) -> dict[str, str]:
    text = rule.strip().upper().removeprefix("RRULE:").rstrip(";")
    pairs = [part.partition("=") for part in text.split(";")]
    parts = {name: value for name, _, value in pairs}
    if len(parts) < len(pairs) or not all(parts.values()) or "FREQ" not in parts:
        raise BadRuleError(f"{rule!r} is not a rule of RFC 5545 such as FREQ=WEEKLY;BYDAY=MO")
    if parts["FREQ"] not in _COARSE:
        raise BadRuleError(f"FREQ={parts['FREQ']} is too often; DAILY is the densest")
    times = sorted(parts.keys() & _TIMES)
    if times:
        raise BadRuleError(f"{times[0]} does not belong here; the time is set by at or between")
    unknown = sorted(parts.keys() - _KNOWN)
    if unknown:
        raise BadRuleError(f"{unknown[0]} is not a part of a rule of RFC 5545")
    if "INTERVAL" in parts:
        _whole(parts, "INTERVAL")
    return parts


def _rules(parts: dict[str, str], anchor: date) -> list[str]:
    """The rule without COUNT and UNTIL; a monthly day that a month lacks becomes its last day."""
    kept = {name: value for name, value in parts.items() if name not in {"COUNT", "UNTIL"}}
    plain_monthly = kept["FREQ"] == "MONTHLY" and not kept.keys() & {
        *("BYDAY", "BYSETPOS", "BYMONTH", "BYYEARDAY", "BYWEEKNO")
    }
    days = kept.get("BYMONTHDAY", str(anchor.day)).split(",")
    if not plain_monthly or not {"29", "30", "31"}.intersection(days):
        return [_text(kept)]
    return [_text(kept | _clamped(day)) for day in days]


def _rrule(text: str, start: datetime) -> rrule:
    found = rrulestr(text, dtstart=start)
    if not isinstance(found, rrule):
        raise TypeError
    return found


def _clamped(day: str) -> dict[str, str]:
    if day not in {"29", "30", "31"}:
        return {"BYMONTHDAY": day}
    return {"BYMONTHDAY": ",".join(str(n) for n in range(28, int(day) + 1)), "BYSETPOS": "-1"}


def _text(parts: dict[str, str]) -> str:
    return ";".join(f"{name}={value}" for name, value in parts.items())


def _until(parts: dict[str, str]) -> date:
    if "UNTIL" not in parts:
        return date.max
    try:
        return date.fromisoformat(parts["UNTIL"][:8])
    except ValueError:
        raise BadRuleError(f"UNTIL={parts['UNTIL']} is not a date like 20270131") from None


def _whole(parts: dict[str, str], name: str) -> int:
    if not parts[name].isdecimal() or int(parts[name]) < 1:
        raise BadRuleError(f"{name}={parts[name]} is not a whole number above 0")
    return int(parts[name])
