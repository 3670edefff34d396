"""Which numbers a safety reply names, and which reply belongs to which concern.

The numbers come from `crisis_lines.yaml`, dated and with their source.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import yaml

ELSEWHERE = "other"

# Per concern of the screening contract the group of replies: below high severity, and from high.
GROUPS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "suicide": ("suicide", "suicide"),
        "self_harm": ("suicide", "suicide"),
        "harm_to_others": ("danger-others", "danger-others"),
        "abuse": ("abuse", "abuse"),
        "overdose": ("unwell", "overdose-medical"),
        "medical": ("unwell", "overdose-medical"),
        "psychosis": ("psychosis", "psychosis"),
        "relapse": ("relapse", "relapse"),
        "medication": ("medication", "unwell"),
        "basic_needs": ("basic-needs", "basic-needs"),
        "distress": ("distress", "suicide"),
    }
)

_LINES = ("emergency", "crisis_line", "needs_line", "poison_line")


def safety_text_id(concern: str, severity: str, *, staff_told: bool) -> str:
    """The id of the safety reply, the same in every language.

    `staff_told` only when a page was accepted: no text may promise a person who does not know.
    Raises KeyError for a concern without a reply (`none`).
    """
    calm, urgent = GROUPS[concern]
    group = urgent if severity in {"high", "imminent"} else calm
    return f"safety-{group}-told" if staff_told else f"safety-{group}"


@cache
def crisis_variables(country: str, lang: str) -> Mapping[str, str]:
    """`emergency`, `crisis_line` and, where known, `needs_line` and `poison_line`, as words.

    `country` is ISO 3166 alpha-2; one without verified lines gets words without a number.
    """
    lines = _by_country()
    return MappingProxyType(_in_language(lines.get(country.upper(), lines[ELSEWHERE]), lang))


def countries() -> tuple[str, ...]:
    """Countries with lines of their own, and `other`."""
    return tuple(_by_country())


@cache
def _by_country() -> dict[str, Mapping[str, str | Mapping[str, str]]]:
    text = files(__package__).joinpath("crisis_lines.yaml").read_text("utf-8")
    return {row["country"]: row for row in yaml.safe_load(text)}


def _in_language(row: Mapping[str, str | Mapping[str, str]], lang: str) -> dict[str, str]:
    words = {}
    for name in _LINES:
        line = row.get(name)
        if line:
            words[name] = line if isinstance(line, str) else line.get(lang, line["en"])
    return words
