"""What is wrong with a text of the library: where, which rule, and words for the writer."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from outreach.errors import OutreachError


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding. `rule` is a stable code; `message` says what is wrong and what to do."""

    file: Path
    line: int
    text_id: str
    rule: str
    message: str
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.text_id or '-'} {self.rule} {self.message}"

    def as_json(self) -> dict[str, str | int]:
        return {**asdict(self), "file": str(self.file)}


class LibraryError(OutreachError):
    """A library that cannot be loaded. `problems` holds every reason, not only the first."""

    code = "library"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


class NoSuchTextError(OutreachError, LookupError):
    """Asked for a language, collection or text that the library does not hold."""

    code = "no_such_text"
