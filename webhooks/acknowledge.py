"""The link in a page: a staff member says "I have it", without signing in.

Opening the link changes nothing (mail scanners open links too); the button does. Neither page
says whom it is about.
"""

import base64
import hashlib

from flask import Blueprint, Response, render_template

from outreach.safety.acknowledging import acknowledge_link, page_of_link
from webhooks.access import Caller, open_to
from webhooks.parts import parts

_STYLE = (
    "body{font:1.1rem/1.5 system-ui,sans-serif;margin:0;color:#1d2b2a;background:#f4f6f5}"
    "main{max-width:32rem;margin:12vh auto;padding:0 1.5rem}h1{font-size:1.5rem}"
    "button{font:inherit;font-weight:600;padding:.8rem 1.6rem;border:0;border-radius:.6rem;"
    "color:#fff;background:#1f6f66}"
    "@media(prefers-color-scheme:dark){body{color:#e6eceb;background:#15201f}}"
)
_POLICY = (
    "default-src 'none'; form-action 'self'; frame-ancestors 'none'; style-src 'sha256-"
    + base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    + "'"
)

routes = Blueprint("acknowledge", __name__, url_prefix="/p", template_folder="templates")


@routes.get("/<token>")
@open_to(Caller.LINK_HOLDER)
def confirm(token: str) -> Response:
    """Ask once more, so that only a person acknowledges."""
    with parts().started.database.read() as session:
        page = page_of_link(session, token)
    if page is None:
        return _page("unknown", 404)
    return _page("ask" if page.ended_at is None else "over")


@routes.post("/<token>")
@open_to(Caller.LINK_HOLDER)
def acknowledge(token: str) -> Response:
    """Acknowledge the page; a second time does no harm."""
    started = parts().started
    with started.database.write() as session:
        found = acknowledge_link(session, token, now=started.clock.now())
    return _page("taken" if found else "unknown", 200 if found else 404)


def _page(state: str, status: int = 200) -> Response:
    response = Response(render_template("page.html", state=state, style=_STYLE), status)
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response
