"""Was this request signed with our account's token?

Twilio's own validator raises on a missing header or a text body and compares in its own loop;
here whatever is odd is simply not genuine.
"""

import hmac
from collections.abc import Iterable
from urllib.parse import parse_qsl, urlsplit

from outreach.delivery.signing import Params, sign

HEADER = "X-Twilio-Signature"

_DEFAULT_PORTS = {"https": 443, "http": 80}


def is_genuine(signature: str, url: str, params: Params, tokens: Iterable[str]) -> bool:
    """Whether `signature` fits `url` (with or without its port) and `params` under any token.

    Never raises, and takes the same time whatever the signature is.
    """
    given = signature.encode("utf-8", "replace")
    genuine = False
    for token in tokens:
        for address in _with_and_without_port(url):
            genuine |= hmac.compare_digest(sign(token, address, params).encode(), given)
    return genuine


def form_params(body: bytes) -> Params:
    """The pairs of a form body in order; bytes that are not UTF-8 survive as surrogates.

    Twilio signs what it sent, so nothing may be trimmed, merged or replaced before the check.
    """
    text = body.decode("utf-8", "surrogateescape")
    return parse_qsl(text, keep_blank_values=True, errors="surrogateescape")


def _with_and_without_port(url: str) -> tuple[str, ...]:
    """Twilio's back ends differ in whether they sign the port, so its validator tries both."""
    scheme, separator, rest = url.partition("://")
    netloc, slash, path = rest.partition("/")
    try:
        port = urlsplit(f"{scheme}://{netloc}").port
    except ValueError:
        return (url,)
    if port is None:
        other = f"{netloc}:{_DEFAULT_PORTS.get(scheme, 80)}"
    else:
        other = netloc.rpartition(":")[0]
    return url, f"{scheme}{separator}{other}{slash}{path}"
