"""Pages that ask every few seconds whether they are still true, at the price of one small query.

A page names the state it was made from (its tag). It asks for itself with that tag; the answer is
304 while nothing changed, else the whole page, of which the browser morphs the live part.
"""

import hashlib
from datetime import datetime

from flask import Response, make_response, request


def tag(*state: object) -> str:
    """A short name for the state a page shows."""
    text = "|".join(str(part) for part in state)
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def minute(now: datetime) -> str:
    """Part of every tag, because clocks on the page count in minutes."""
    return f"{now:%Y%m%d%H%M}"


def unchanged(current: str) -> bool:
    """Whether the browser already shows this state."""
    return request.if_none_match.contains(current)


def not_modified() -> Response:
    """304: nothing to swap."""
    return Response(status=304)


def page(html: str, current: str, status: int = 200) -> Response:
    """The page with the tag it will be asked for."""
    response = make_response(html, status)
    response.set_etag(current)
    return response
