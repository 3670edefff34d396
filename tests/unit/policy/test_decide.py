"""Whether a text may go out: one rule at a time, and who speaks first."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.policy.decide import decide
from outreach.policy.quiet_hours import hours
from outreach.policy.reasons import WORDS, Reason, words
from outreach.policy.verdicts import Facts, Hold, Send, Skip
from outreach.vocabulary import ClientStatus, MessageKind, Severity

NOW = datetime(2026, 11, 18, 18, 0, tzinfo=UTC)  # Wednesday noon in Chicago
HOUR = timedelta(hours=1)
HOPE = Facts(
    kind=MessageKind.HOPE,
    useful_until=NOW + 6 * HOUR,
    hours=hours((20 * 60, 9 * 60), zones=("America/Chicago",)),
    tomorrow=NOW + 12 * HOUR,
)
CHECK_IN = replace(HOPE, kind=MessageKind.GOAL_CHECK_IN, asks=True)
REMINDER = replace(HOPE, kind=MessageKind.APPOINTMENT_REMINDER, asks=True)
WELCOME = replace(HOPE, kind=MessageKind.WELCOME, welcomed=False)
KINDS = [HOPE, CHECK_IN, REMINDER, WELCOME]


def reason(facts: Facts, now: datetime = NOW) -> str:
    decision = decide(facts, now)
    return "send" if isinstance(decision, Send) else decision.reason


@pytest.mark.parametrize("facts", KINDS, ids=lambda facts: facts.kind)
def test_nothing_against_it_means_send(facts: Facts) -> None:
    assert decide(facts, NOW) == Send()


@pytest.mark.parametrize("facts", KINDS, ids=lambda facts: facts.kind)
def test_no_kind_goes_out_without_consent_or_active_status(facts: Facts) -> None:
    assert decide(replace(facts, consent=False), NOW) == Skip(Reason.NO_CONSENT)
    for status in set(ClientStatus) - {ClientStatus.ACTIVE}:
        assert reason(replace(facts, status=status)) == "not_active"


def test_a_pause_with_an_end_holds_until_then_or_skips_what_is_stale_by_then() -> None:
    paused = replace(HOPE, paused=True, paused_until=NOW + HOUR)
    assert decide(paused, NOW) == Hold(NOW + HOUR, Reason.CLIENT_PAUSED)
    assert reason(paused, NOW + HOUR) == "send"
    longer = replace(paused, paused_until=NOW + 9 * HOUR)
    assert decide(longer, NOW) == Skip(Reason.CLIENT_PAUSED)


def test_a_pause_without_an_end_is_looked_at_again_and_ends_with_the_texts_usefulness() -> None:
    paused = replace(HOPE, program_paused=True)
    held = decide(paused, NOW)
    assert isinstance(held, Hold)
    assert NOW < held.until <= paused.useful_until
    assert decide(paused, paused.useful_until) == Skip(Reason.PROGRAM_PAUSED)


@pytest.mark.parametrize(
    ("severity", "held"),
    [
        (Severity.LOW, set()),
        (Severity.MODERATE, {MessageKind.HOPE, MessageKind.GOAL_CHECK_IN}),
        (Severity.HIGH, {facts.kind for facts in KINDS}),
        (Severity.IMMINENT, {facts.kind for facts in KINDS}),
    ],
)
def test_an_open_flag_holds_gentle_texts_and_an_urgent_one_everything(
    severity: Severity, held: set[MessageKind]
) -> None:
    verdicts = {facts.kind: reason(replace(facts, worst_flag=severity)) for facts in KINDS}
    assert {kind for kind, why in verdicts.items() if why != "send"} == held


def test_the_welcome_comes_first() -> None:
    assert reason(replace(REMINDER, welcomed=False)) == "welcome_first"
    assert reason(WELCOME) == "send"


def test_what_is_stale_gone_or_merged_is_skipped() -> None:
    assert reason(HOPE, HOPE.useful_until) == "stale"
    assert reason(replace(REMINDER, gone=Reason.VISIT_GONE)) == "visit_gone"
    assert reason(replace(REMINDER, merged=True)) == "merged"


def test_quiet_hours_hold_until_they_end() -> None:
    night = NOW + 9 * HOUR  # 21:00
    tonight = replace(HOPE, useful_until=NOW + 24 * HOUR)
    assert decide(tonight, night) == Hold(NOW + 21 * HOUR, Reason.QUIET_HOURS)


def test_a_text_with_no_time_left_to_be_delivered_waits_for_the_next_day() -> None:
    almost_eight = NOW + 8 * HOUR - timedelta(seconds=60)
    facts = replace(HOPE, useful_until=NOW + 30 * HOUR)
    assert decide(facts, almost_eight) == Hold(NOW + 21 * HOUR, Reason.QUIET_HOURS)
    assert reason(facts, almost_eight - timedelta(minutes=1)) == "send"


def test_a_welcome_is_not_queued_in_the_last_half_hour_before_quiet_hours() -> None:
    late = replace(WELCOME, useful_until=NOW + 99 * HOUR)
    held = decide(late, NOW + 8 * HOUR - timedelta(minutes=29))
    assert held == Hold(NOW + 21 * HOUR, Reason.QUIET_HOURS)
    assert reason(late, NOW + 8 * HOUR - timedelta(minutes=30)) == "send"


def test_a_check_in_waits_for_an_open_question_and_a_reminder_does_not() -> None:
    asked = NOW - HOUR
    held = decide(replace(CHECK_IN, question_since=asked), NOW)
    assert held == Hold(NOW + 3 * HOUR, Reason.OPEN_QUESTION)
    assert reason(replace(CHECK_IN, question_since=NOW - 4 * HOUR)) == "send"
    assert reason(replace(REMINDER, question_since=asked)) == "send"
    assert reason(replace(HOPE, question_since=asked)) == "send"


def test_a_check_in_leaves_the_first_word_to_a_reminder_due_soon() -> None:
    soon = replace(CHECK_IN, reminder_due=NOW + HOUR)
    assert decide(soon, NOW) == Hold(NOW + 5 * HOUR, Reason.REMINDER_FIRST)
    assert reason(replace(CHECK_IN, reminder_due=NOW + 4 * HOUR)) == "send"
    assert reason(replace(HOPE, reminder_due=NOW + HOUR)) == "send"


def test_the_daily_cap_stops_all_but_reminders_and_keeps_room_for_them() -> None:
    full = {"sent_today": 3, "cap": 3}
    assert reason(replace(HOPE, **full)) == "daily_cap"
    assert reason(replace(CHECK_IN, **full)) == "daily_cap"
    assert reason(replace(REMINDER, **full)) == "send"
    assert reason(replace(HOPE, sent_today=1, kept_for_later=2, cap=3)) == "daily_cap"
    assert reason(replace(HOPE, sent_today=1, kept_for_later=1, cap=3)) == "send"


def test_a_cap_that_lasts_beyond_the_texts_use_skips_it_with_the_figures() -> None:
    decision = decide(replace(HOPE, sent_today=3, cap=3), NOW)
    assert decision == Skip(Reason.DAILY_CAP, {"cap": 3, "sent": 3, "kept": 0})


@pytest.mark.parametrize(
    ("broken", "first"),
    [
        ({"status": ClientStatus.DECEASED, "consent": False}, "not_active"),
        ({"consent": False, "program_paused": True}, "no_consent"),
        ({"program_paused": True, "worst_flag": Severity.HIGH}, "program_paused"),
        ({"worst_flag": Severity.HIGH, "welcomed": False}, "urgent_flag"),
        ({"welcomed": False, "sent_today": 9}, "welcome_first"),
        ({"question_since": NOW, "sent_today": 9}, "open_question"),
    ],
)
def test_of_several_reasons_the_one_a_person_would_name_first_is_given(
    broken: dict[str, object], first: str
) -> None:
    assert reason(replace(CHECK_IN, **broken)) == first


FACTS = st.builds(
    replace,
    st.sampled_from(KINDS),
    useful_until=st.integers(-300, 3000).map(lambda minutes: NOW + timedelta(minutes=minutes)),
    program_paused=st.booleans(),
    paused=st.booleans(),
    paused_until=st.sampled_from([None, NOW - HOUR, NOW + HOUR, NOW + 99 * HOUR]),
    worst_flag=st.sampled_from(Severity),
    welcomed=st.booleans(),
    question_since=st.sampled_from([None, NOW - HOUR, NOW - 9 * HOUR]),
    reminder_due=st.sampled_from([None, NOW - HOUR, NOW + HOUR]),
    sent_today=st.integers(0, 4),
    kept_for_later=st.integers(0, 3),
)


@given(FACTS, st.integers(0, 2880))
def test_a_hold_always_ends_later_than_now_and_never_after_the_texts_use(
    facts: Facts, minutes: int
) -> None:
    now = NOW + timedelta(minutes=minutes)
    decision = decide(facts, now)
    if isinstance(decision, Hold):
        assert now < decision.until <= facts.useful_until
    if isinstance(decision, Send):
        assert now < facts.useful_until
        assert facts.hours.next_open(now) == now


def test_every_reason_has_words_for_people() -> None:
    assert set(WORDS) == set(Reason)
    assert all(sentence.endswith(".") for sentence in WORDS.values())
    assert words("daily_cap") == WORDS[Reason.DAILY_CAP]
    assert words("30007") == "30007"
