"""The times of day that a text names."""

import re
from datetime import time
from typing import NamedTuple

from outreach.replies.calendar import calendar
from outreach.replies.words import Words

_CLOCK = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?(ish)?(am|pm|a|p)?(ish)?")
_FOUR_DIGITS = re.compile(r"([01]?\d|2[0-3])([0-5]\d)(am|pm|hrs|h)?")
_BEFORE_HOUR = frozenset(
    {"at", "@", "las", "alas", "ala", "la", "around", "about", "like", "ish", "closer"}
)
_NOON = frozenset({"noon", "midday", "mediodia", "noonish"})
_AFTER_HOUR = frozenset({"oclock", "ish"})
_VAGUE = frozenset({"after", "before", "between", "until", "till", "despues", "antes", "entre"})
_MINUTES = {"media": 30, "cuarto": 15, "thirty": 30, "fifteen": 15, "treinta": 30, "quince": 15}
_BEFORE_THE_HOUR = {"cuarto": 15, "quince": 15, "diez": 10, "cinco": 5, "veinte": 20}
_MORE_MINUTES = {**_MINUTES, "forty": 40, "forty_five": 45, "45": 45, "30": 30, "15": 15}


class TimeMention(NamedTuple):
    """Words [start, end) name a wall-clock time; `vague` ones only bound it ("after 3")."""

    start: int
    end: int
    at: time
    vague: bool


def find_times(words: Words) -> list[TimeMention]:
    """Every time of day in a text, in order.

    Bare hours 1 to 6 are afternoon, 7 to 11 morning, 12 noon (contract.md).
    """
    found: list[TimeMention] = []
    at = 0
    opens = calendar().opens
    while at < len(words.said):
        if not opens(words.said[at]):
            at += 1
            continue
        mention = _spoken(words, at) or _clock(words, at) or _bare_hour(words, at)
        if mention is not None:
            found.append(mention)
        at = mention.end if mention else at + 1
    return found


def _mention(words: Words, start: int, end: int, hour: int, minute: int) -> TimeMention | None:
    marked = _marked(words, start, end)
    if marked == "pm" and hour < 12:
        hour += 12
    elif marked == "am" and hour == 12:
        hour = 0
    elif marked == "" and 1 <= hour <= 6:
        hour += 12
    if not (0 <= hour <= 23 and 0 <= minute <= 59):
        return None
    return TimeMention(start, end, time(hour, minute), _is_bound(words, start))


def _marked(words: Words, start: int, end: int) -> str:
    """am or pm if words beside the hour say so."""
    table = calendar()
    after = words.said[end : end + 4]
    for marks, name in ((table.morning_marks, "am"), (table.evening_marks, "pm")):
        if any(after[: len(mark)] == mark for mark in marks):
            return name
    before = words.said[max(0, start - 5) : start]
    for marks, name in ((table.evening_marks, "pm"), (table.morning_marks, "am")):
        if any(before[i : i + len(m)] == m for m in marks for i in range(len(before))):
            return name
    return ""


def _spoken(words: Words, at: int) -> TimeMention | None:
    """noon, "half past 8", "quarter to 9", "3 y media", "eight thirty"."""
    said = words.said
    if said[at] in _NOON:
        return TimeMention(at, at + 1, time(12), _is_bound(words, at))
    if said[at : at + 2] == ("half", "past") or said[at : at + 2] == ("quarter", "past"):
        hour = _hour(words, at + 2)
        minute = 30 if said[at] == "half" else 15
        return _mention(words, at, at + 3, hour, minute) if hour else None
    if said[at] == "quarter" and said[at + 1 : at + 2] in {("to",), ("til",), ("till",)}:
        hour = _hour(words, at + 2)
        return _mention(words, at, at + 3, hour - 1 or 12, 45) if hour else None
    return _hour_and_minutes(words, at)


def _is_bound(words: Words, at: int) -> bool:
    """Whether "after", "until" or "between" bounds an hour: "after about 3", "between 2 and 3"."""
    back = at - 1
    while back >= max(0, at - 3) and not words.before[back + 1] and words.said[back] in _ABOUT:
        back -= 1
    if back < 0 or words.before[back + 1]:
        return False
    second = words.said[back] in {"and", "y"} and words.said[max(0, back - 2)] in _VAGUE
    return words.said[back] in _VAGUE or second


_ABOUT = frozenset({"about", "around", "like", "de", "las", "la", "the", "or", "half", "past"})


def _hour_and_minutes(words: Words, at: int) -> TimeMention | None:
    said = words.said
    hour = _hour(words, at)
    if hour is None or at + 1 >= len(said) or words.before[at + 1]:
        return None
    if said[at + 1] == "y" and said[at + 2 : at + 3] and said[at + 2] in _MORE_MINUTES:
        return _mention(words, at, at + 3, hour, _MORE_MINUTES[said[at + 2]])
    led = at > 0 and said[at - 1] in _BEFORE_HOUR
    less = (
        _BEFORE_THE_HOUR.get(said[at + 2])
        if said[at + 1 : at + 3][:1] == ("menos",) and at + 2 < len(said)
        else None
    )
    if less:
        return _mention(words, at, at + 3, hour - 1 or 12, 60 - less)
    if said[at + 1] in _MINUTES or (led and said[at + 1] in {"30", "15", "45", "00"}):
        minute = _MORE_MINUTES.get(said[at + 1], 0)
        return _mention(words, at, at + 2, hour, minute)
    return None


def _hour(words: Words, at: int) -> int | None:
    if at >= len(words.said):
        return None
    hour = calendar().number(words.said[at])
    return hour if hour and 1 <= hour <= 12 and words.said[at] not in {"a", "un", "par"} else None


def _clock(words: Words, at: int) -> TimeMention | None:
    """ "3pm", "10:30", "3:30pm", "15:00", "1530 hrs"."""
    match = _CLOCK.fullmatch(words.said[at])
    if match and (match[4] or (match[2] and "." not in words.said[at]) or match[3] or match[5]):
        return _from_digits(words, at, int(match[1]), int(match[2] or 0), (match[4] or "")[:1])
    if match and match[2] and at and words.said[at - 1] in _BEFORE_HOUR:
        return _from_digits(words, at, int(match[1]), int(match[2]), "")
    compact = _FOUR_DIGITS.fullmatch(words.said[at])
    if compact and not _is_phone_number(words, at) and (compact[3] or _is_led(words, at)):
        letter = (compact[3] or "").replace("h", "")[:1]
        return _from_digits(words, at, int(compact[1]), int(compact[2]), letter)
    return None


def _is_phone_number(words: Words, at: int) -> bool:
    """ "555-0134"."""
    first = at - 1 if at and words.before[at] == "-" else at
    size = [len(word) for word in words.said[first : first + 2]]
    return size == [3, 4] and words.before[first + 1] == "-"


def _is_led(words: Words, at: int) -> bool:
    """Whether four digits are an hour: "at 1430", "friday 1430", "0900 thursday"."""
    days = _NEAR_DAYS | calendar().weekdays.keys()
    before = words.said[at - 1] if at else ""
    if before in _BEFORE_HOUR or before in days - {"today"}:
        return True
    after = words.said[at + 1] if at + 1 < len(words.said) else ""
    year = words.said[at].startswith("20")
    beside = after in days or after == "on" or before == "today"
    beside = beside or (before in calendar().months and not year)
    dated = before.isdigit() and at > 1 and words.said[at - 2] in calendar().months
    beside = beside or (dated and not year)
    return len(words.said[at]) == _DIGITS and (beside or words.said[at].startswith("0"))


_DIGITS = 4
_NEAR_DAYS = frozenset({"tomorrow", "manana", "today", "hoy"})


def _from_digits(words: Words, at: int, hour: int, minute: int, letter: str) -> TimeMention | None:
    if letter == "p" and hour < 12:
        hour += 12
    elif letter == "a":
        return _exact(words, at, 0 if hour == 12 else hour, minute)
    if letter or hour > 12 or words.said[at].startswith("0"):
        return _exact(words, at, hour, minute)
    return _mention(words, at, at + 1, hour, minute)


def _exact(words: Words, at: int, hour: int, minute: int) -> TimeMention | None:
    if hour > 23 or minute > 59:
        return None
    return TimeMention(at, at + 1, time(hour, minute), _is_bound(words, at))


def _bare_hour(words: Words, at: int) -> TimeMention | None:
    """ "at 3", "a las 10", "3 pm", "3 oclock", "tuesday 3"."""
    hour = _hour(words, at)
    if hour is None:
        return None
    before = words.said[at - 1] if at else ""
    after = words.said[at + 1] if at + 1 < len(words.said) else ""
    led = before in _BEFORE_HOUR or before in _VAGUE or before in {"past", "by"}
    table = calendar()
    led = led or _after_a_day(words, at)
    marked = after in {"am", "pm", "oclock", "ish"}
    day_before = words.said[at].isdigit() and before in table.weekdays
    if marked or (led and after not in table.units) or day_before or _spanish_mark(words, at):
        end = at + 2 if after in _AFTER_HOUR else at + 1
        return _mention(words, at, end, hour, 0)
    return None


def _after_a_day(words: Words, at: int) -> bool:
    """A clause that is an hour, behind a day: "this saturday if you're open, 10", "today but 5"."""
    if not words.said[at].isdigit():
        return False
    days = _NEAR_DAYS | calendar().weekdays.keys()
    if at > 1 and words.said[at - 1] == "but" and words.said[at - 2] in days:
        return True
    start, end = words.clause_around(at)
    fits = at == start > 0 and {"ok", "good", "works", "fine"}.issuperset(words.said[at + 1 : end])
    return fits and not days.isdisjoint(words.said[max(0, at - _NEAR) : at])


_NEAR = 7


def _spanish_mark(words: Words, at: int) -> bool:
    after = words.said[at + 1 : at + 4]
    table = calendar()
    marks = (*table.morning_marks, *table.evening_marks)
    return any(len(mark) > 1 and after[: len(mark)] == mark for mark in marks)
