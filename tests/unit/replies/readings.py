"""How the tests of this folder ask for a reading."""

from datetime import datetime
from zoneinfo import ZoneInfo

from outreach.replies.interpret import interpret
from outreach.replies.reading import Reading
from outreach.vocabulary import PromptKind

CHICAGO = ZoneInfo("America/Chicago")
WEDNESDAY = datetime(2026, 11, 18, 15, 4, tzinfo=CHICAGO)


def read(text: str, prompt: str = "none", *, now: datetime = WEDNESDAY) -> Reading:
    """A reading on Wednesday 18 November 2026, 15:04 in Chicago."""
    return interpret(text, prompt=PromptKind(prompt), lang="en", now=now, tz=CHICAGO)


def meaning(text: str, prompt: str = "none") -> str:
    """A reading as `intent` or `intent:value`."""
    reading = read(text, prompt)
    return f"{reading.intent}:{reading.value}" if reading.value else str(reading.intent)


def also(text: str, prompt: str = "none") -> list[str]:
    """The secondary intents of a reading."""
    return [str(each) for each in read(text, prompt).also]
