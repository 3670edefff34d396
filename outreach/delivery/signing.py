"""How the carrier signs what it posts to us, and with which tokens.

Twilio signs the address it was told to call and every parameter: HMAC-SHA1 over the address and,
sorted, each name with each of its different values, in base64 (twilio.com/docs/usage/security).
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence

from outreach.settings import Settings

Params = Sequence[tuple[str, str]]


def sign(token: str, url: str, params: Params) -> str:
    """The signature of a form post of `params` to `url`, duplicates and empty values included."""
    text = url + "".join(name + value for name, value in sorted(set(params)))
    digest = hmac.digest(token.encode(), text.encode("utf-8", "surrogateescape"), "sha1")
    return base64.b64encode(digest).decode()


def tokens_of(settings: Settings) -> tuple[str, ...]:
    """The tokens a request may be signed with, the usual one first.

    The simulated network needs no account: without a token it signs with one made from the keys.
    """
    set_ones = (settings.twilio_auth_token, settings.twilio_auth_token_secondary)
    tokens = tuple(token.get_secret_value() for token in set_ones if token is not None)
    if tokens or settings.carrier != "simulated":
        return tokens
    newest = settings.key_ring()[0]
    return (hmac.new(newest, b"outreach simulated network v1", hashlib.sha256).hexdigest(),)
