"""Who may call which route (law 11): every view names its caller, and one guard asks.

There are no cookies and no sessions here. A view without a caller is refused.
"""

import hmac
from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, abort, g, request
from structlog import get_logger
from werkzeug.exceptions import RequestEntityTooLarge

from outreach.delivery.signing import tokens_of
from webhooks.parts import parts
from webhooks.signature import HEADER, form_params, is_genuine

log = get_logger(__name__)

View = TypeVar("View", bound=Callable[..., Any])


class Caller(StrEnum):
    """Who a route is for."""

    CARRIER = "carrier"
    """Twilio or the simulated network: the request must be signed."""
    LINK_HOLDER = "link_holder"
    """Whoever holds a one-use link; the view checks the token."""
    MONITOR = "monitor"
    """Whoever knows the metrics token."""
    ANYONE = "anyone"
    """Says nothing that may not be public."""


def open_to(caller: Caller) -> Callable[[View], View]:
    """Mark a view as meant for `caller`."""

    def mark(view: View) -> View:
        view.caller = caller  # type: ignore[attr-defined]
        return view

    return mark


def caller_of(app: Flask, endpoint: str | None) -> Caller | None:
    """Whom the view behind `endpoint` is for; None if nobody said so."""
    return getattr(app.view_functions.get(endpoint or ""), "caller", None)


def guard(app: Flask) -> None:
    """Check the caller before every view of `app`."""

    @app.before_request
    def _check() -> None:
        if request.url_rule is None:
            return  # 404 or 405, without a view
        caller = caller_of(app, request.endpoint)
        if caller is None or not _ALLOWED[caller]():
            log.warning("refused", route=str(request.url_rule), status=403)
            abort(403)


def _signed_by_carrier() -> bool:
    """Checks the signature over the raw address and body, and keeps the form in `g.form`."""
    settings = parts().started.settings
    try:
        params = form_params(request.get_data(cache=False))
    except RequestEntityTooLarge:
        return False  # too large to be from the carrier, so its signature does not matter
    url = f"{settings.public_url}{_raw_target()}"
    signature = request.headers.get(HEADER, "")
    if not _is_form() or not is_genuine(signature, url, params, tokens_of(settings)):
        return False
    g.form = [(_readable(name), _readable(value)) for name, value in params]
    return True


def _is_form() -> bool:
    return request.mimetype == "application/x-www-form-urlencoded"


def _raw_target() -> str:
    """Path and query as the client wrote them: Flask's own URL is decoded and would not fit.

    gunicorn calls it RAW_URI, werkzeug REQUEST_URI. A proxy may send the absolute form.
    """
    raw = str(request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or request.path)
    if raw.startswith("/"):
        return raw
    parsed = urlsplit(raw)
    return f"{parsed.path}?{parsed.query}" if parsed.query else parsed.path


def _readable(text: str) -> str:
    """Bytes that were not UTF-8, and NUL, which no database takes, become U+FFFD."""
    clean = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return clean.replace("\0", "\ufffd")


def _knows_metrics_token() -> bool:
    token = parts().started.settings.metrics_token
    if token is None:
        abort(404)  # without a token there are no metrics to protect
    wanted = f"Bearer {token.get_secret_value()}"
    given = request.headers.get("Authorization", "")
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())


_ALLOWED: dict[Caller, Callable[[], bool]] = {
    Caller.CARRIER: _signed_by_carrier,
    Caller.LINK_HOLDER: lambda: True,
    Caller.MONITOR: _knows_metrics_token,
    Caller.ANYONE: lambda: True,
}
