"""What may follow what in the life of an outbound text (law 8), as one table.

Every change of state is one UPDATE ... WHERE state IN (`before(next)`); its row count decides who
won. Twilio does not promise the order of receipts, and one may come before our own call returned,
so whatever the carrier says moves a text up a ladder and never down: the final state is the same
for every order and number of receipts.
"""

from outreach.vocabulary import MessageState, Outcome

_S = MessageState

LADDER = (_S.ACCEPTED, _S.SENT, _S.FAILED, _S.UNDELIVERED, _S.DELIVERED)
"""What the carrier can say, lowest first. A handset's receipt is the strongest word of all."""

_CARRIER_SAYS = frozenset(LADDER)

MAY_FOLLOW: dict[MessageState, frozenset[MessageState]] = {
    _S.QUEUED: _CARRIER_SAYS | {_S.CLAIMED, _S.HANDING_OVER, _S.EXPIRED, _S.CANCELLED},
    _S.CLAIMED: _CARRIER_SAYS | {_S.QUEUED, _S.HANDING_OVER, _S.EXPIRED, _S.CANCELLED},
    _S.HANDING_OVER: _CARRIER_SAYS | {_S.QUEUED, _S.UNKNOWN},
    _S.UNKNOWN: _CARRIER_SAYS | {_S.QUEUED, _S.EXPIRED},
    _S.ANSWERED: _CARRIER_SAYS,
    _S.ACCEPTED: frozenset({_S.SENT, _S.FAILED, _S.UNDELIVERED, _S.DELIVERED}),
    _S.SENT: frozenset({_S.FAILED, _S.UNDELIVERED, _S.DELIVERED}),
    _S.FAILED: frozenset({_S.UNDELIVERED, _S.DELIVERED}),
    _S.UNDELIVERED: frozenset({_S.DELIVERED}),
    _S.DELIVERED: frozenset(),
    # Ended by us, yet a receipt proves that the carrier had it after all: the truth wins.
    _S.EXPIRED: _CARRIER_SAYS,
    _S.CANCELLED: _CARRIER_SAYS,
}
"""State -> the states that may follow it. Nothing else moves."""

FROM_CARRIER: dict[str, MessageState] = {
    "accepted": _S.ACCEPTED,
    "scheduled": _S.ACCEPTED,
    "queued": _S.ACCEPTED,
    "sending": _S.ACCEPTED,
    "sent": _S.SENT,
    "canceled": _S.FAILED,
    "failed": _S.FAILED,
    "partially_delivered": _S.UNDELIVERED,
    "undelivered": _S.UNDELIVERED,
    "delivered": _S.DELIVERED,
    "read": _S.DELIVERED,
}
"""The carrier's word for a status -> our state (Twilio's message_enum_status)."""

_OUTCOMES: dict[MessageState, Outcome | None] = {
    _S.QUEUED: None,
    _S.CLAIMED: None,
    _S.HANDING_OVER: Outcome.UNKNOWN,
    _S.UNKNOWN: Outcome.UNKNOWN,
    _S.ANSWERED: Outcome.SENT,
    _S.ACCEPTED: Outcome.SENT,
    _S.SENT: Outcome.SENT,
    _S.DELIVERED: Outcome.SENT,
    _S.FAILED: Outcome.FAILED,
    _S.UNDELIVERED: Outcome.FAILED,
    _S.EXPIRED: Outcome.EXPIRED,
    _S.CANCELLED: Outcome.SKIPPED,
}


def may_follow(state: MessageState, following: MessageState) -> bool:
    """Whether a text in `state` may move to `following`."""
    return following in MAY_FOLLOW[state]


def before(following: MessageState) -> tuple[MessageState, ...]:
    """The states from which `following` may be reached: the WHERE of the UPDATE that moves it."""
    return tuple(state for state, next_ones in MAY_FOLLOW.items() if following in next_ones)


def from_carrier(status: str) -> MessageState | None:
    """Our state for a status word of the carrier; None for a word nobody knows."""
    return FROM_CARRIER.get(status.lower())


def outcome_of(state: MessageState) -> Outcome | None:
    """How a touchpoint ended, told by its text's state (law 5); None while the text still waits.

    A text cancelled before it was handed over (consent revoked, client discharged) was skipped.
    """
    return _OUTCOMES[MessageState(state)]
