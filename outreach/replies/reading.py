"""What one reply was understood to say."""

from dataclasses import dataclass

from outreach.vocabulary import Intent

ANSWERS = frozenset({Intent.CONFIRM, Intent.CANCEL, Intent.RESCHEDULE, Intent.ANSWER})
"""What answers an open question."""


@dataclass(frozen=True, slots=True)
class Also:
    """A second thing the same text says, as `intent:value` in files."""

    intent: Intent
    value: str = ""

    def __str__(self) -> str:
        return f"{self.intent}:{self.value}" if self.value else str(self.intent)


@dataclass(frozen=True, slots=True)
class Reading:
    """The main intent of a text, its value, what else it says, and the reasons in order.

    Values are those of the contract's "Reading replies": dates and times are local to the client
    and carry no offset; an empty value means that the text does not pin one down. `why` names
    rules and phrases of the data files, never more of the client's words than they matched.
    `may_refuse`: it was not read as an opt-out, but may be one, and a person should look.
    """

    intent: Intent
    value: str = ""
    also: tuple[Also, ...] = ()
    why: tuple[str, ...] = ()
    may_refuse: bool = False
