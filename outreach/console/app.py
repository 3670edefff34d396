"""Putting the console together: pages, sessions, guards and headers."""

import hashlib
import hmac

from flask import Flask, Response, redirect, render_template, request, url_for
from flask.sessions import SecureCookieSessionInterface
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_wtf.csrf import CSRFError, CSRFProtect
from structlog import get_logger
from werkzeug.exceptions import HTTPException

from outreach.console import (
    access,
    attention,
    clients,
    flags,
    health,
    looks,
    queue,
    sample,
    signing_in,
)
from outreach.start import Started

log = get_logger(__name__)

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""No inline script or style anywhere, nothing from other hosts."""

SESSION_HOURS = 12
LARGEST_FORM = 64 * 1024


class _Sessions(SecureCookieSessionInterface):
    """The cookie is Secure whenever the request came by https, so plain http works at home."""

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure or super().get_cookie_secure(app)


def build_app(started: Started) -> Flask:
    """The console for a started process."""
    app = Flask(__name__)
    app.extensions["outreach"] = started
    app.session_interface = _Sessions()
    keys = [_session_key(key) for key in started.settings.key_ring()]
    app.config.update(
        SECRET_KEY=keys[0],
        SECRET_KEY_FALLBACKS=keys[1:],
        SESSION_COOKIE_NAME="outreach",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=SESSION_HOURS * 3600,
        MAX_CONTENT_LENGTH=LARGEST_FORM,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a long shift must not lose a note
        RATELIMIT_HEADERS_ENABLED=False,
    )
    CSRFProtect(app)
    _guard(app)
    limiter = Limiter(get_remote_address, app=app, storage_uri="memory://")
    for page in (health, queue, flags, clients, sample, attention):
        app.register_blueprint(page.pages)
    app.register_blueprint(signing_in.pages_with(limiter))
    looks.install(app)
    app.after_request(_headers)
    app.register_error_handler(HTTPException, _error_page)
    app.register_error_handler(Exception, _our_fault)
    return app


def _guard(app: Flask) -> None:
    manager = LoginManager(app)
    manager.session_protection = None  # office and hospital networks change addresses all day
    manager.user_loader(signing_in.member_of_session)
    app.before_request(access.check)
    app.view_functions["static"] = access.open_to_everyone(app.view_functions["static"])


def _session_key(ring_key: bytes) -> bytes:
    """Cookies are signed with a key of their own, so none of them says anything of the data's."""
    return hmac.digest(ring_key, b"outreach console sessions v1", hashlib.sha256)


def _headers(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    return response


def _error_page(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    if code == 401:
        return _to_login()
    if isinstance(error, CSRFError):
        return render_template("error.html", code=400, sentence=_FORM_TOO_OLD), 400
    sentence = _WORDS.get(code, _SORRY)
    return render_template("error.html", code=code, sentence=sentence), code


def _our_fault(error: Exception) -> ResponseReturnValue:
    """A mistake of ours is logged by type and place only: its text may quote a client (law 6)."""
    log.error("request failed", route=request.endpoint, exc_info=error)
    return render_template("error.html", code=500, sentence=_SORRY), 500


def _to_login() -> ResponseReturnValue:
    if request.headers.get("HX-Request"):
        return Response(status=401, headers={"HX-Refresh": "true"})
    if request.method != "GET":
        return redirect(url_for("signing_in.login"), 303)
    return redirect(url_for("signing_in.login", next=request.full_path.rstrip("?")), 303)


_SORRY = "Something went wrong. Try again; if it stays, tell whoever runs this."
_FORM_TOO_OLD = "This form is from an earlier session. Go back, reload the page and send it again."

_WORDS = {
    400: "The form was not complete. Go back and try again.",
    403: "Your role does not allow this.",
    404: "There is no such page, or it belongs to a program you are not a member of.",
    405: "This address takes no such request.",
    409: "Somebody else was faster. Go back and look at the new state.",
    413: "That was too much text for one form.",
    429: "Too many tries. Wait a few minutes, then try again.",
}
