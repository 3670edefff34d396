"""The calendar days that a text names, seen from a local day."""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

from outreach.replies.calendar import calendar
from outreach.replies.smallwords import small_words
from outreach.replies.words import Words

_NUMERIC = re.compile(r"(\d{1,2})/(\d{1,2})(?:/(\d{2}|\d{4}))?")
_TODAY = frozenset({"today", "hoy", "tonight"})
_MORNING_BEFORE = frozenset({"la", "las", "una", "temprana"})
_OF = frozenset({"of", "de", "the", "el"})
_DAY_WORDS = frozenset({"the", "el", "dia", "day", "al", "del", "pal"})
_PLACES = frozenset(
    {"street", "st", "ave", "avenue", "floor", "grade", "step", "time", "piso", "oclock"}
)
_FROM_HERE = {("de", "aqui", "a"), ("de", "aca", "a"), ("de", "hoy", "en"), ("de", "hoy", "a")}
_FROM = frozenset({"from", "de", "after", "despues", "a", "desde"})


class DateMention(NamedTuple):
    """Words [start, end) name `day`."""

    start: int
    end: int
    day: date


def find_dates(words: Words, today: date) -> list[DateMention]:
    """Every day that a text names, in order; a weekday beside its date counts once.

    "next X" is that day in the following Monday-to-Sunday week, "this X" or bare "X" the first one
    after today; "the 14th" and "december 3" the next such date after today (contract.md).
    """
    found: list[DateMention] = []
    at = 0
    opens = calendar().opens
    while at < len(words.said):
        if not opens(words.said[at]):
            at += 1
            continue
        mention = next((m for read in _READERS if (m := read(words, at, today))), None)
        if mention is None:
            at += 1
            continue
        found.append(mention)
        at = mention.end
    return _merged(found, words)


def _merged(found: list[DateMention], words: Words) -> list[DateMention]:
    """Join "tuesday" and "the 24th" when nothing stands between: the number is the surer word."""
    merged: list[DateMention] = []
    for mention in found:
        before = merged[-1] if merged else None
        joint = words.said[before.end : mention.start] if before else ()
        near = len(joint) <= 1 and set(joint) <= small_words("date_joints")
        if before and near and _is_weekday(words, before) and not _is_weekday(words, mention):
            merged[-1] = DateMention(before.start, mention.end, mention.day)
        elif before and near and _is_weekday(words, mention) and not _is_weekday(words, before):
            # "no puedo manana, el lunes mejor" names two days, "tomorrow, thursday" may name one.
            apart = before.day.weekday() != mention.day.weekday() and _is_near(words, before)
            merged += [mention] if apart else []
            merged[-1] = mention if apart else DateMention(before.start, mention.end, before.day)
        else:
            merged.append(mention)
    return merged


def _is_near(words: Words, mention: DateMention) -> bool:
    """Whether a day is named as today, tomorrow or the day after."""
    return words.said[mention.end - 1] in _TODAY | {"tomorrow", "manana"}


def _is_weekday(words: Words, mention: DateMention) -> bool:
    return any(_weekday(words, at) is not None for at in range(mention.start, mention.end))


def _near_day(words: Words, at: int, today: date) -> DateMention | None:
    word = words.said[at]
    if words.said[max(0, at - 1) : at + 3] == ("de", "hoy", "en", "ocho"):
        return DateMention(at - 1, at + 3, today + timedelta(7))  # "today week", as Mexico counts
    if word in _TODAY:
        return DateMention(at, at + 1, today)
    if word == "tomorrow":
        after = at >= 2 and words.said[at - 2 : at] == ("day", "after")
        return DateMention(at - 2 if after else at, at + 1, today + timedelta(2 if after else 1))
    if word == "manana" and not _is_morning(words, at):
        after = at > 0 and words.said[at - 1] == "pasado"
        return DateMention(at, at + 1, today + timedelta(2 if after else 1))
    return None


def _is_morning(words: Words, at: int) -> bool:
    """Whether "manana" means the morning: "la manana", "por la manana", "manana temprano" no."""
    return at > 0 and words.said[at - 1] in _MORNING_BEFORE and not words.before[at]


def _in_some_time(words: Words, at: int, today: date) -> DateMention | None:
    """ "in 3 days", "two weeks from today", "a week from monday", "dentro de dos semanas"."""
    table = calendar()
    number = table.number(words.said[at])
    skip = at + 2 if words.said[at + 1 : at + 2] == ("of",) else at + 1
    unit = table.units.get(words.said[skip]) if skip < len(words.said) else None
    if number is None or unit is None:
        return None
    base = skip + 2 + (words.said[skip + 1 : skip + 3] == ("despues", "de"))
    if words.said[skip + 1 : skip + 4] == ("a", "partir", "de"):
        base += 2
    if skip + 1 < len(words.said) and words.said[skip + 1] in _FROM:
        start = _base_day(words, base, today)
        if start is not None:
            return DateMention(at, start.end, later(start.day, number, unit))
    if words.said[max(0, at - 2) : at][-1:] == ("in",) or words.said[max(0, at - 2) : at] in {
        ("dentro", "de"),
    }:
        return DateMention(at, skip + 1, later(today, number, unit))
    if words.said[max(0, at - 3) : at] in _FROM_HERE:
        return DateMention(at, skip + 1, later(today, number, unit))
    if words.said[max(0, at - 1) : at] == ("en",) and unit != "night":
        return DateMention(at, skip + 1, later(today, number, unit))
    return None


def _base_day(words: Words, at: int, today: date) -> DateMention | None:
    if at >= len(words.said):
        return None
    if words.said[at] in {"now", "ahora"} | _TODAY:
        return DateMention(at, at + 1, today)
    return _near_day(words, at, today) or _named_weekday(words, at, today)


def later(day: date, number: int, unit: str) -> date:
    """`day` moved by a number of units; a month keeps its day or takes the month's last."""
    if unit == "month":
        month = day.month - 1 + number
        year, month = day.year + month // 12, month % 12 + 1
        return date(year, month, min(day.day, monthrange(year, month)[1]))
    return day + timedelta(number * {"day": 1, "week": 7, "fortnight": 14}[unit])


def _named_weekday(words: Words, at: int, today: date) -> DateMention | None:
    weekday = _weekday(words, at)
    if weekday is None:
        return None
    counted = _of_next_month(words, at, today, weekday)
    if counted is not None:
        return counted
    start, end, following = _with_next(words, at)
    monday = today - timedelta(today.weekday())
    day = monday + timedelta(7 + weekday)
    if not following:
        day = today + timedelta((weekday - today.weekday() - 1) % 7 + 1)
    counts = at >= 3 and calendar().number(words.said[at - 3]) is not None
    if words.said[max(0, at - 2) : at] == ("week", "from") and not counts:
        return DateMention(at - 2, end, day + timedelta(7))
    return DateMention(start, end, day)


def _of_next_month(words: Words, at: int, today: date, weekday: int) -> DateMention | None:
    """ "first tuesday of next month"."""
    nth = calendar().ordinals.get(words.said[at - 1], 0) if at else 0
    if not 1 <= nth <= _MOST_WEEKS or words.said[at + 1 : at + 4] != ("of", "next", "month"):
        return None
    first = later(today.replace(day=1), 1, "month")
    offset = (weekday - first.weekday()) % 7
    return DateMention(at - 1, at + 4, first + timedelta(offset + 7 * (nth - 1)))


_MOST_WEEKS = 4


def _weekday(words: Words, at: int) -> int | None:
    table = calendar()
    word = words.said[at]
    if word in table.doubtful_weekdays:
        beside = small_words("beside_days")
        near = words.said[max(0, at - 1) : at] + words.said[at + 1 : at + 2]
        sure = any(w in beside or w[0].isdigit() or w in table.weekdays for w in near)
        return table.doubtful_weekdays[word] if sure or len(words.said) == 1 else None
    return table.weekdays.get(word)


def _with_next(words: Words, at: int) -> tuple[int, int, bool]:
    """The span of a weekday with the words around it that put it into the next week."""
    table = calendar()
    start, end = at, at + 1
    before = words.said[at - 1] if at else ""
    if before in table.next or words.said[max(0, at - 2) : at] in {
        ("next", "week"),
        ("week", "on"),
    }:
        return at - 1, end, before != "following"
    if before == "on" and words.said[max(0, at - 3) : at - 1] == ("next", "week"):
        return at - 3, end, True
    for phrase in table.then_next:
        if words.said[end : end + len(phrase)] == phrase:
            return start, end + len(phrase), True
    return start, end, _after_next_week(words, at)


def _after_next_week(words: Words, at: int) -> bool:
    """ "la proxima semana el martes", "la semana que viene, el martes"."""
    before = words.said[max(0, at - 5) : at]
    return any(word in {"semana", "week"} for word in before) and (
        not calendar().next.isdisjoint(before)
        or before[-3:-1] in {("que", "viene"), ("que", "entra")}
    )


def _numeric(words: Words, at: int, today: date) -> DateMention | None:
    match = _NUMERIC.fullmatch(words.said[at])
    if match is None:
        return None
    month, day = int(match[1]), int(match[2])
    if month > 12:
        month, day = day, month
    if match[3] is None and (day > 31 or _is_share(words, at)):
        return None
    found = _valid(int(match[3]) % 100 + 2000, month, day) if match[3] else None
    found = found or _next_such(today, month, day)
    return DateMention(at, at + 1, found) if found else None


def _is_share(words: Words, at: int) -> bool:
    return words.said[at].endswith("/10") and not words.said[at].startswith(("10/", "11/", "12/"))


def _month_and_day(words: Words, at: int, today: date) -> DateMention | None:
    """ "december 3rd", "dec 3", "3 de diciembre", "the third of december"."""
    table = calendar()
    if words.said[at] in table.months:
        after = at + 2 if words.said[at + 1 : at + 2] == ("the",) else at + 1
        day = _day_number(words, after)
        found = _next_such(today, table.months[words.said[at]], day) if day else None
        return DateMention(at, after + 1, found) if found else None
    day = _day_number(words, at)
    month_at = at + 1
    while day and month_at < len(words.said) and words.said[month_at] in _OF:
        month_at += 1
    cut = any(words.before[at + 1 : month_at + 1])
    if (
        day is None
        or cut
        or month_at >= len(words.said)
        or words.said[month_at] not in table.months
    ):
        return None
    found = _next_such(today, table.months[words.said[month_at]], day)
    return DateMention(at, month_at + 1, found) if found else None


def _day_of_month(words: Words, at: int, today: date) -> DateMention | None:
    """ "the 14th", "el 14", "el dia 14", "monday 23rd"."""
    table = calendar()
    word = words.said[at]
    if word in {"second", "first"} or (word in {"one", "un", "una", "a", "uno", "1"} and at == 0):
        return None
    if word == "primero" and (at == 0 or words.said[at - 1] not in _DAY_WORDS):
        return None
    if words.said[at + 1 : at + 2] and words.said[at + 1] in _PLACES:
        return None
    day = table.ordinals.get(word)
    if day is None and word.isdigit() and at and words.said[at - 1] in _DAY_WORDS - {"the", "day"}:
        day = _day_number(words, at)
    if day is None and _is_late_day(words, at):
        day = _day_number(words, at)
    if day is None and word.isdigit() and at >= 1 and words.said[at - 1] in table.weekdays:
        day = _beside_weekday(words, at, today)
    if day is None or not 1 <= day <= 31:
        return None
    return DateMention(at, at + 1, _next_day_number(today, day))


def _is_late_day(words: Words, at: int) -> bool:
    """ "the 22" is too late for an hour; but "the 22 pills" are counted."""
    word = words.said[at]
    if not word.isdigit() or not at or words.said[at - 1] != "the" or int(word) <= _LAST_HOUR:
        return False
    ends = at + 1 == len(words.said) or words.before[at + 1] != ""
    return ends or words.said[at + 1] in small_words("day_glue") | small_words("offers")


_LAST_HOUR = 12


def _beside_weekday(words: Words, at: int, today: date) -> int | None:
    """ "martes 8": a day of the month if that day is a Tuesday, else an hour."""
    day = _day_number(words, at)
    if day is None or day > 12:
        return day
    if at >= 2 and words.said[at - 2] in calendar().next | calendar().this:
        return None
    weekday = calendar().weekdays[words.said[at - 1]]
    return day if _next_day_number(today, day).weekday() == weekday else None


def _day_number(words: Words, at: int) -> int | None:
    if at >= len(words.said):
        return None
    word = words.said[at]
    table = calendar()
    day = table.ordinals.get(word) or table.number(word)
    return day if day and 1 <= day <= 31 and word != "a" else None


def _next_day_number(today: date, day: int) -> date:
    month = today.replace(day=1)
    while day > monthrange(month.year, month.month)[1] or month.replace(day=day) <= today:
        month = later(month, 1, "month")
    return month.replace(day=day)


def _next_such(today: date, month: int, day: int) -> date | None:
    years = range(today.year, today.year + 9)
    days = (_valid(year, month, day) for year in years)
    return next((found for found in days if found and found > today), None)


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


_Reader = Callable[[Words, int, date], DateMention | None]
_READERS: tuple[_Reader, ...] = (
    _in_some_time,
    _numeric,
    _month_and_day,
    _named_weekday,
    _near_day,
    _day_of_month,
)
