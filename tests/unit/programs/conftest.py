"""A small program file that tests change one thing of."""

from collections.abc import Callable
from typing import Any

import pytest

from outreach.programs.file import ProgramFile

SMALLEST: dict[str, Any] = {
    "program": "riverside",
    "name": "Riverside Recovery",
    "timezone": "America/Chicago",
    "sender": {"number": "+15005550006"},
}


@pytest.fixture
def program_file() -> Callable[..., ProgramFile]:
    """Makes a valid program file; keywords replace or add keys."""

    def make(**keys: Any) -> ProgramFile:
        return ProgramFile.model_validate(SMALLEST | keys)

    return make
