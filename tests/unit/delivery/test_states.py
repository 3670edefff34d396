"""The transition table: whatever the carrier says, in any order, ends in the same state."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.delivery.states import (
    FROM_CARRIER,
    LADDER,
    MAY_FOLLOW,
    before,
    from_carrier,
    may_follow,
    outcome_of,
)
from outreach.vocabulary import MessageState, Outcome

STATUSES = st.lists(st.sampled_from(sorted(FROM_CARRIER)), max_size=12)


def folded(state: MessageState, statuses: list[str]) -> MessageState:
    for status in statuses:
        following = from_carrier(status)
        if following is not None and state in before(following):
            state = following
    return state


@given(STATUSES, st.sampled_from(MessageState), st.randoms())
def test_receipts_in_any_order_end_in_the_same_state(
    statuses: list[str], start: MessageState, dice: random.Random
) -> None:
    shuffled = statuses.copy()
    dice.shuffle(shuffled)
    assert folded(start, statuses) is folded(start, shuffled)


@given(STATUSES, st.sampled_from(MessageState))
def test_repeated_receipts_change_nothing(statuses: list[str], start: MessageState) -> None:
    assert folded(start, statuses + statuses) is folded(start, statuses)


@given(STATUSES)
def test_the_final_state_is_the_strongest_thing_the_carrier_said(statuses: list[str]) -> None:
    said = [from_carrier(status) for status in statuses]
    strongest = max((LADDER.index(state) for state in said if state), default=None)
    end = folded(MessageState.UNKNOWN, statuses)
    assert end is (MessageState.UNKNOWN if strongest is None else LADDER[strongest])


def test_a_text_is_never_queued_again_once_the_carrier_has_it() -> None:
    for state in LADDER:
        assert not MAY_FOLLOW[state] & {
            MessageState.QUEUED,
            MessageState.CLAIMED,
            MessageState.HANDING_OVER,
        }


def test_a_text_is_handed_over_from_the_queue_or_from_a_claim() -> None:
    assert before(MessageState.HANDING_OVER) == (MessageState.QUEUED, MessageState.CLAIMED)


def test_nothing_follows_delivered() -> None:
    assert MAY_FOLLOW[MessageState.DELIVERED] == frozenset()


def test_an_unknown_text_cannot_be_claimed_without_going_back_to_the_queue() -> None:
    assert not may_follow(MessageState.UNKNOWN, MessageState.CLAIMED)
    assert may_follow(MessageState.UNKNOWN, MessageState.QUEUED)


def test_every_state_has_its_row() -> None:
    assert set(MAY_FOLLOW) == set(MessageState)


@pytest.mark.parametrize("status", ["", "received", "something new"])
def test_a_word_nobody_knows_is_no_state(status: str) -> None:
    assert from_carrier(status) is None


@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        (MessageState.QUEUED, None),
        (MessageState.HANDING_OVER, Outcome.UNKNOWN),
        (MessageState.ACCEPTED, Outcome.SENT),
        (MessageState.ANSWERED, Outcome.SENT),
        (MessageState.DELIVERED, Outcome.SENT),
        (MessageState.UNDELIVERED, Outcome.FAILED),
        (MessageState.EXPIRED, Outcome.EXPIRED),
        (MessageState.CANCELLED, Outcome.SKIPPED),
    ],
)
def test_the_outcome_of_a_touchpoint_follows_from_its_text(
    state: MessageState, outcome: Outcome | None
) -> None:
    assert outcome_of(state) is outcome
