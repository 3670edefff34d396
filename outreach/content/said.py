"""Days, times and visits as people say them, in the languages of the library. Pure.

The library's variables (`weekday`, `time`, `until`, `hours` ...) are made here and nowhere else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import phonenumbers


@dataclass(frozen=True, slots=True)
class _Tongue:
    """How one language says days, spans and choices."""

    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    date: str
    full_day: str
    before_noon: str
    after_noon: str
    today_from: str
    day_from: str
    days_span: str
    hours_span: str
    joined: str
    only: str
    all_but: str
    windows: Mapping[str, str]
    office: str


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_TONGUES = {
    "en": _Tongue(
        weekdays=_words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday"),
        months=_words(
            "January February March April May June July August September October November December"
        ),
        date="{month} {day}",
        full_day="{weekday}, {date}",
        before_noon="am",
        after_noon="pm",
        today_from="today from {time}",
        day_from="on {weekday} from {time}",
        days_span="{first} to {last}",
        hours_span="{days}, {opens} to {closes}",
        joined=" and ",
        only="only {days}",
        all_but="every day but {days}",
        windows={"morning": "morning", "afternoon": "afternoon", "evening": "evening"},
        office="the office",
    ),
    "es": _Tongue(
        weekdays=_words("lunes martes miércoles jueves viernes sábado domingo"),
        months=_words(
            "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre "
            "diciembre"
        ),
        date="{day} de {month}",
        full_day="el {weekday} {date}",
        before_noon="a. m.",
        after_noon="p. m.",
        today_from="hoy desde las {time}",
        day_from="el {weekday} desde las {time}",
        days_span="{first} a {last}",
        hours_span="{days}, de {opens} a {closes}",
        joined=" y ",
        only="solo {days}",
        all_but="todos los dias menos {days}",
        windows={"morning": "mañana", "afternoon": "tarde", "evening": "noche"},
        office="la oficina",
    ),
}

_RULE_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def visit_words(
    starts_at: datetime, timezone: str, lang: str, *, who: str | None, where: str | None
) -> dict[str, str | None]:
    """`weekday`, `date`, `time`, `who`, `where` of a visit, on the wall clock of its own zone."""
    local = starts_at.astimezone(ZoneInfo(timezone))
    tongue = _tongue(lang)
    return {
        "weekday": tongue.weekdays[local.weekday()],
        "date": _date(local.date(), tongue),
        "time": clock_words(local, lang),
        "who": who,
        "where": where,
    }


def clock_words(local: datetime, lang: str) -> str:
    """`3:00 pm`, `3:00 p. m.`."""
    tongue = _tongue(lang)
    half = tongue.before_noon if local.hour < 12 else tongue.after_noon
    return f"{local.hour % 12 or 12}:{local.minute:02} {half}"


def day_words(day: date, lang: str) -> str:
    """`Sunday, September 27`, `el domingo 27 de septiembre`."""
    tongue = _tongue(lang)
    return tongue.full_day.format(weekday=tongue.weekdays[day.weekday()], date=_date(day, tongue))


def from_when(local: datetime, local_now: datetime, lang: str) -> str:
    """From when on somebody answers: `today from 1:00 pm`, `on Monday from 9:00 am`."""
    tongue = _tongue(lang)
    pattern = tongue.today_from if local.date() == local_now.date() else tongue.day_from
    return pattern.format(weekday=tongue.weekdays[local.weekday()], time=clock_words(local, lang))


def hours_words(hours: Sequence[tuple[Sequence[int], datetime, datetime]], lang: str) -> str:
    """`Monday to Friday, 9:00 am to 5:00 pm`: each entry has weekdays, opening and closing."""
    tongue = _tongue(lang)
    return "; ".join(
        tongue.hours_span.format(
            days=_span(days, tongue),
            opens=clock_words(opens, lang),
            closes=clock_words(closes, lang),
        )
        for days, opens, closes in hours
    )


def chosen_days_words(chosen: str, lang: str) -> str:
    """`-SA,SU` as `every day but Saturday and Sunday`, `+MO` as `only Monday`."""
    tongue = _tongue(lang)
    days = tongue.joined.join(
        tongue.weekdays[_RULE_DAYS.index(day)] for day in chosen[1:].split(",")
    )
    return (tongue.only if chosen.startswith("+") else tongue.all_but).format(days=days)


def window_words(window: str, lang: str) -> str:
    """`morning` in the client's language."""
    return _tongue(lang).windows[window]


@lru_cache(maxsize=1024)
def contact_words(phone: str | None, lang: str) -> str:
    """`(500) 555-0100`: a program's voice number as its country writes it, or words without one."""
    if phone is None:
        return _tongue(lang).office
    number = phonenumbers.parse(phone)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)


def _tongue(lang: str) -> _Tongue:
    return _TONGUES.get(lang, _TONGUES["en"])


def _date(day: date, tongue: _Tongue) -> str:
    return tongue.date.format(day=day.day, month=tongue.months[day.month - 1])


def _span(days: Sequence[int], tongue: _Tongue) -> str:
    names = [tongue.weekdays[day] for day in days]
    if len(days) > 2 and list(days) == list(range(days[0], days[0] + len(days))):
        return tongue.days_span.format(first=names[0], last=names[-1])
    return tongue.joined.join(names)
