"""Invented values for the variables, to render texts that no client will ever get.

Lengths are those of real life: an ordinary name and the longest day and month names.
"""

from collections.abc import Mapping
from types import MappingProxyType

from outreach.content.crisis_lines import crisis_variables

_SAME_EVERYWHERE = {
    "contact": "(500) 555-0100",
    "name": "Marisol",
    "who": "Dr. Rivera",
    "where": "12 Elm Street",
    "ref": "K7-204",
    "link": "https://example.org/p/k7f2a9",
    "per_day": "3",
}

_BY_LANGUAGE: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": {
            "program": "Riverside",
            "weekday": "Wednesday",
            "date": "September 23",
            "time": "10:30 am",
            "goal": "Walk to the park",
            "until": "Sunday, September 27",
            "window": "afternoon",
            "days": "only Monday and Wednesday",
            "when": "on Monday from 9:00 am",
            "summary": "this month 4, 6 and 7 out of 10, goals done 3 times.",
            "hours": "Monday to Friday, 9:00 am to 5:00 pm",
            "first": "Wednesday at 10:30 am",
            "second": "your goal",
            "due": "10:35 am",
        },
        "es": {
            "program": "Riverside",
            "weekday": "miércoles",
            "date": "23 de septiembre",
            "time": "10:30 a. m.",
            "goal": "Caminar al parque",
            "until": "el domingo 27 de septiembre",
            "window": "tarde",
            "days": "solo lunes y miércoles",
            "when": "el lunes desde las 9:00",
            "summary": "este mes 4, 6 y 7 de 10, metas hechas 3 veces.",
            "hours": "lunes a viernes, de 9:00 a 17:00",
            "first": "el miércoles a las 10:30",
            "second": "su meta",
            "due": "10:35",
        },
    }
)


def sample_variables(lang: str, country: str = "US") -> dict[str, str]:
    """A value for every variable of every collection, in `lang` or else in English."""
    words = _BY_LANGUAGE.get(lang, _BY_LANGUAGE["en"])
    return {**_SAME_EVERYWHERE, **words, **crisis_variables(country, lang)}
