"""Whom to page at a step, and how long to wait then. Pure: the program file and an instant."""

from datetime import datetime, timedelta

from outreach.programs.file import OnCallPerson, PageStep, ProgramFile, length_of
from outreach.programs.on_call import on_call_at

DEFAULT_STEPS = (PageStep(to="rota"), PageStep(to="all"))
"""For a program that names people but no steps."""

_LONGEST_WAIT = timedelta(hours=1)


def people_at(file: ProgramFile, step: int, now: datetime) -> dict[str, OnCallPerson]:
    """The people to page at `step` (0 first); after the last step they start again from the first.

    Without anybody on the rota the rota's step goes to all. Empty only if the file names nobody.
    """
    people = file.on_call.people
    to = _step(file, step).to
    if to == "rota":
        to = on_call_at(file, now) or "all"
    return {to: people[to]} if to in people else dict(people)


def wait_after(file: ProgramFile, step: int) -> timedelta:
    """How long to wait for an acknowledgement after `step`; rounds come ever slower."""
    wait = length_of(_step(file, step).wait)
    rounds = step // len(_steps(file))
    return min(wait * (1 << min(rounds, 10)), max(wait, _LONGEST_WAIT))


def is_repeat(file: ProgramFile, step: int) -> bool:
    """Whether every step has run once already, and nobody came."""
    return step >= len(_steps(file))


def _step(file: ProgramFile, step: int) -> PageStep:
    steps = _steps(file)
    return steps[step % len(steps)]


def _steps(file: ProgramFile) -> tuple[PageStep, ...]:
    return file.on_call.steps or DEFAULT_STEPS
