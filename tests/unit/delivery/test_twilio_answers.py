"""What Twilio's answers mean: a clear yes, a clear no, try again, or nobody knows."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.delivery.carrier import Answer
from outreach.delivery.errors import codes, error_of
from outreach.delivery.twilio import read_answer


def error(code: int) -> str:
    return json.dumps({"code": code, "message": "no", "status": 400})


def test_a_created_message_is_accepted_with_its_sid() -> None:
    handover = read_answer(201, json.dumps({"sid": "SM1", "status": "accepted"}), {})
    assert (handover.answer, handover.sid, handover.status) == (
        Answer.ACCEPTED,
        "SM1",
        "accepted",
    )


@pytest.mark.parametrize("body", ["", "<html>", "[]", "null", "{}", '{"sid": null}', '{"sid": 7}'])
def test_a_success_that_cannot_be_read_is_unknown(body: str) -> None:
    assert read_answer(201, body, {}).answer is Answer.UNKNOWN


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_error_is_unknown_whatever_it_says(status: int) -> None:
    for body in ("", "<html>", error(20500), error(20503), error(21610)):
        assert read_answer(status, body, {}).answer is Answer.UNKNOWN


@pytest.mark.parametrize("status", [301, 302, 307, 400, 403, 404, 408])
def test_an_answer_without_a_code_is_unknown(status: int) -> None:
    assert read_answer(status, "<html>a proxy speaks</html>", {}).answer is Answer.UNKNOWN


@pytest.mark.parametrize("body", ["", "<html>", error(20429)])
def test_429_was_never_taken(body: str) -> None:
    handover = read_answer(429, body, {"Retry-After": "7"})
    assert (handover.answer, handover.after) == (Answer.RETRY, 7.0)


@pytest.mark.parametrize("header", ["soon", "", "-3", "1e9", "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_an_odd_retry_after_does_no_harm(header: str) -> None:
    after = read_answer(429, "", {"Retry-After": header}).after
    assert after is None or 0 <= after <= 600


@pytest.mark.parametrize("code", [21211, 21610, 21614, 21617])
def test_a_refusal_of_this_text_is_final(code: int) -> None:
    handover = read_answer(400, error(code), {})
    assert (handover.answer, handover.code) == (Answer.REFUSED, str(code))


@pytest.mark.parametrize("code", [20003, 21606, 21611, 63038])
def test_a_fault_of_the_account_or_sender_leaves_the_text_for_later(code: int) -> None:
    assert read_answer(400, error(code), {}).answer is Answer.RETRY


def test_a_code_nobody_listed_fails_the_text_alone() -> None:
    assert read_answer(400, error(29999), {}).answer is Answer.REFUSED
    assert error_of("29999").stops == "text"


@given(st.integers(100, 599), st.text(), st.dictionaries(st.text(), st.text(), max_size=3))
def test_no_answer_raises(status: int, body: str, headers: dict[str, str]) -> None:
    read_answer(status, body, headers)


def test_every_listed_error_has_words_for_staff() -> None:
    for code in codes():
        assert error_of(code).words.endswith("."), code


def test_every_number_of_the_reference_table_is_listed() -> None:
    named = "20003 20429 14107 63038 20500 20503 21211 21614 21408 21610 21608 21606 21611 21612"
    late = "30001 30002 30003 30004 30005 30006 30007 30008 30500 30017 30034 30036 30410"
    assert set(f"{named} {late}".split()) <= set(codes())
