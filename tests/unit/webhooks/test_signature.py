"""Our signatures are Twilio's: its own validator is the oracle."""

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from outreach.delivery.signing import sign, tokens_of
from outreach.settings import DEMO_SECRET_KEY, load_settings
from webhooks.signature import form_params, is_genuine

TOKEN = "0123456789abcdef"
URL = "https://outreach.example/twilio/sms"

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
forms = st.lists(st.tuples(words.filter(bool), words), max_size=8)


@given(form=forms, path=st.sampled_from(["/twilio/sms", "/x?a=b&c=%20", "/caf%C3%A9"]))
def test_we_sign_as_twilio_does(form: list[tuple[str, str]], path: str) -> None:
    url = f"https://outreach.example{path}"

    assert sign(TOKEN, url, form) == RequestValidator(TOKEN).compute_signature(url, MultiDict(form))


@given(form=forms)
def test_what_twilio_signs_is_genuine_once_posted(form: list[tuple[str, str]]) -> None:
    signature = RequestValidator(TOKEN).compute_signature(URL, MultiDict(form))

    posted = form_params(urlencode(form).encode())

    assert is_genuine(signature, URL, posted, [TOKEN])


@given(form=forms, signature=words)
def test_anything_else_is_not(form: list[tuple[str, str]], signature: str) -> None:
    assert not is_genuine(signature, URL, form, [TOKEN])


@given(body=st.binary(max_size=200), signature=words)
def test_no_body_and_no_signature_raises(body: bytes, signature: str) -> None:
    assert not is_genuine(signature, URL, form_params(body), [TOKEN])


@pytest.mark.parametrize(
    ("configured", "signed"),
    [
        ("https://outreach.example/twilio/sms", "https://outreach.example:443/twilio/sms"),
        ("https://outreach.example:8443/twilio/sms", "https://outreach.example/twilio/sms"),
        ("http://127.0.0.1:5000/twilio/sms", "http://127.0.0.1:5000/twilio/sms"),
    ],
)
def test_twilio_may_sign_with_or_without_the_port(configured: str, signed: str) -> None:
    signature = sign(TOKEN, signed, [("Body", "1")])

    assert is_genuine(signature, configured, [("Body", "1")], [TOKEN])


def test_a_changed_parameter_is_not_genuine() -> None:
    signature = sign(TOKEN, URL, [("Body", "1")])

    assert not is_genuine(signature, URL, [("Body", "3")], [TOKEN])
    assert not is_genuine(signature, URL, [("Body", "1"), ("To", "")], [TOKEN])


def test_either_token_counts_while_one_replaces_the_other() -> None:
    signature = sign("the next one", URL, [])

    assert is_genuine(signature, URL, [], [TOKEN, "the next one"])
    assert not is_genuine(signature, URL, [], [TOKEN])


def test_without_any_token_nothing_is_genuine() -> None:
    assert not is_genuine(sign(TOKEN, URL, []), URL, [], [])


def test_the_simulated_network_signs_with_a_token_made_from_the_keys() -> None:
    settings = load_settings(
        environ={
            "OUTREACH_CARRIER": "simulated",
            "OUTREACH_DEMO": "1",
            "OUTREACH_SECRET_KEYS": DEMO_SECRET_KEY,
        }
    )

    (token,) = tokens_of(settings)

    assert len(token) == 64
