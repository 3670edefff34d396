"""What a check of the installation found."""

from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    """`note` is worth knowing and no fault."""

    OK = "ok"
    NOTE = "note"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found, in words, and what to do about it."""

    check: str
    grade: Grade
    words: str
    todo: str = ""
