"""The demo's one port: webhooks, phones and console, mounted by full path.

Nothing is stripped from a path, because the network's signatures cover it. The webhooks app reads
all rules and phrases before it is ready; the pages need not wait for that.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from outreach.start import Started, start

WEBHOOKS = ("/twilio/", "/p/", "/readyz", "/metrics")
PHONES = ("/phones",)


def create_app() -> WSGIApplication:
    """The demo as one WSGI app; its parts share a database and the demo's clock."""
    from outreach.console.app import build_app
    from outreach.demo.phones import phones_app

    started = start("demo", "OUTREACH_CARRIER", "OUTREACH_PUBLIC_URL")
    webhooks = ThreadPoolExecutor(1).submit(_webhooks, started)
    phones, console = phones_app(started), build_app(started)

    def site(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path.startswith(WEBHOOKS):
            return webhooks.result()(environ, start_response)
        app = phones if path.startswith(PHONES) else console
        return app(environ, start_response)

    return site


def _webhooks(started: Started) -> WSGIApplication:
    from webhooks import create_app as webhooks_app

    return webhooks_app(started)
