"""The carrier's errors as data: errors.yaml says what each one means, this reads it."""

from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, field_validator

from outreach.delivery.carrier import Answer, Handover
from outreach.programs.file import length_of


class Repeat(BaseModel):
    """How much later, and how often, a failed delivery is worth another text."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    after: timedelta
    times: int

    @field_validator("after", mode="before")
    @classmethod
    def _length(cls, value: Any) -> Any:
        return length_of(value) if isinstance(value, str) else value


class CarrierError(BaseModel):
    """One row of the table; its keys are explained at the top of errors.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str
    words: str
    outcome: Literal["failed", "retry", "unknown"]
    stops: Literal["text", "number", "sender", "account"] = "text"
    consent: Literal["revoked"] | None = None
    task: Literal["unreachable", "now"] | None = None
    after: float = 1.0
    again: Repeat | None = None


@cache
def _table() -> dict[str, CarrierError]:
    rows = yaml.safe_load(files(__package__).joinpath("errors.yaml").read_text(encoding="utf-8"))
    return {row["code"]: CarrierError.model_validate(row) for row in rows}


def error_of(code: str | None) -> CarrierError:
    """What `code` means; for one that nobody listed, the text failed and nothing else stops."""
    known = _table().get(code or "")
    return known or CarrierError(
        code=code or "none", words="The carrier refused the text.", outcome="failed"
    )


def refused_with(code: str, *, after: float | None = None) -> Handover:
    """The answer that a refusal with `code` is: final, to be tried again, or unknown."""
    answers = {"failed": Answer.REFUSED, "retry": Answer.RETRY, "unknown": Answer.UNKNOWN}
    return Handover(answers[error_of(code).outcome], code=code, after=after)


def codes() -> tuple[str, ...]:
    """Every listed code."""
    return tuple(_table())
