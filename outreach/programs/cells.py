"""What a cell of an import may say: each reader turns its text into a plain value, or refuses it.

Values are what JSON can hold, so that the row as imported can be kept and compared with the next.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from outreach.numbers import BadNumberError, to_e164
from outreach.policy.wall_time import instant_of_wall
from outreach.programs.file import ProgramFile
from outreach.vocabulary import Language

Value = str | bool | int | list[str] | None
Reader = Callable[[str], Value]
"""Reads one cell that is not empty. Raises BadCellError."""

_YES = frozenset({"yes", "y", "true", "t", "1", "x", "si", "sí", "s"})
_NO = frozenset({"no", "n", "false", "f", "0"})

_LANGUAGE_NAMES = {
    "english": Language.EN,
    "inglés": Language.EN,
    "ingles": Language.EN,
    "spanish": Language.ES,
    "español": Language.ES,
    "espanol": Language.ES,
}


class BadCellError(Exception):
    """A cell is refused: `code` for machines, `words` for a person."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(code)
        self.code = code
        self.words = words


def words(longest: int) -> Reader:
    """Free text of at most `longest` characters."""

    def read(text: str) -> str:
        if len(text) > longest:
            raise BadCellError("too_long", f"This is longer than {longest} characters.")
        return text

    return read


def one_of(choices: Sequence[str]) -> Reader:
    """One of a closed list, in any case of letters."""

    def read(text: str) -> str:
        choice = text.lower()
        if choice not in choices:
            raise BadCellError("not_one_of", f"Must be one of: {', '.join(choices)}.")
        return choice

    return read


def phone(country: str) -> Reader:
    """A mobile number as people write it; the value is E.164."""

    def read(text: str) -> str:
        try:
            # A column of numbers that a spreadsheet took for decimals.
            return to_e164(text.removesuffix(".0"), country)
        except BadNumberError as error:
            raise BadCellError(error.code, str(error)) from None

    return read


def language(file: ProgramFile) -> Reader:
    """A language of the program: its code, with or without region, or its name."""

    def read(text: str) -> str:
        said = text.lower()
        code = _LANGUAGE_NAMES.get(said, said.replace("_", "-").partition("-")[0])
        if code not in file.languages:
            known = ", ".join(file.languages)
            raise BadCellError("language", f"The program speaks: {known}.")
        return str(code)

    return read


def timezone(text: str) -> str:
    """An IANA zone."""
    if not _is_zone(text):
        raise BadCellError("timezone", "Not a time zone. Write it like America/Chicago.")
    return text


def yes_or_no(text: str) -> bool:
    """A truth as spreadsheets write it."""
    said = text.lower()
    if said not in _YES | _NO:
        raise BadCellError("yes_or_no", "Must be yes or no.")
    return said in _YES


def tags(text: str) -> list[str]:
    """Words divided by commas, semicolons or bars, in lower case, each once."""
    parts = text.lower().replace(";", ",").replace("|", ",").split(",")
    return sorted({part.strip() for part in parts} - {""})


def whole_number(least: int, most: int) -> Reader:
    """A whole number between two; a spreadsheet's 45.0 is one."""

    def read(text: str) -> int:
        digits = text.removesuffix(".0")
        if not (digits.isascii() and digits.isdigit() and least <= int(digits[:9]) <= most):
            raise BadCellError("not_a_number", f"Must be a whole number, {least} to {most}.")
        return int(digits)

    return read


def day(text: str) -> str:
    """A calendar date; the value is ISO."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise BadCellError("date", "Not a date. Write it like 2026-11-18.") from None


def read_visit(text: str, zone: str) -> datetime:
    """Like `read_instant`, but a date alone is refused: no visit is meant to start at midnight."""
    instant = read_instant(text, zone)
    if not any(mark in text for mark in "Tt :"):
        raise BadCellError("time", "The time of day is missing. Write it like 2026-11-18T15:30.")
    return instant


def read_instant(text: str, zone: str) -> datetime:
    """ISO 8601 with offset, or wall time in `zone`; a UTC instant. Raises BadCellError.

    In a DST gap it is the first valid instant after it, in a fold the first of the two (law 7).
    """
    try:
        moment = datetime.fromisoformat(text)
        instant = (
            moment.astimezone(UTC) if moment.tzinfo else instant_of_wall(moment, ZoneInfo(zone))
        )
    except (ValueError, OverflowError):
        raise BadCellError(
            "time", "Not a time. Write it like 2026-11-18T15:30 or 2026-11-18T15:30-06:00."
        ) from None
    if not 1970 <= instant.year <= 2100:
        raise BadCellError("time", "This year cannot be right.")
    return instant


@lru_cache(maxsize=512)
def _is_zone(text: str) -> bool:
    try:
        ZoneInfo(text)
    except (KeyError, OSError, ValueError):
        return False
    return True
