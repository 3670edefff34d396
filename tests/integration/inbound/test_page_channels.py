"""Pages by e-mail and webhook, through real sockets on this machine."""

import base64
import hmac
import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from outreach.models import Page
from outreach.safety.page_channels import webhook_secret
from outreach.safety.paging import page_due
from outreach.settings import DEMO_SECRET_KEY, Settings, load_settings
from tests.integration.inbound.place import PUBLIC_URL, TOKEN, Place

CRY = "i want to kill myself"


class Mailbox(socketserver.ThreadingTCPServer):
    """The smallest SMTP server that takes a message."""

    allow_reuse_address = True
    daemon_threads = True
    letters: list[str]


class _Smtp(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        server = self.server
        assert isinstance(server, Mailbox)
        self._say("220 here")
        for raw in self.rfile:
            word = raw.decode().strip().upper()
            if word == "DATA":
                self._say("354 go on")
                lines = iter(self.rfile.readline, b".\r\n")
                server.letters.append(b"".join(lines).decode())
            elif word == "QUIT":
                self._say("221 bye")
                return
            self._say("250 fine")

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class Hook(HTTPServer):
    """Keeps what is posted to it; answers with `status`."""

    posts: list[tuple[dict[str, str], bytes]]
    status: int


class _Hooked(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        server = self.server
        assert isinstance(server, Hook)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server.posts.append(({k.lower(): v for k, v in self.headers.items()}, body))
        self.send_response(server.status)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    server = Mailbox(("127.0.0.1", 0), _Smtp)
    server.letters = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def hook() -> Iterator[Hook]:
    server = Hook(("127.0.0.1", 0), _Hooked)
    server.posts, server.status = [], 204
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def with_mail(mailbox: Mailbox) -> Settings:
    return _settings(mailbox.server_address[1])


def _settings(port: int) -> Settings:
    return load_settings(
        environ={
            "OUTREACH_CARRIER": "simulated",
            "OUTREACH_DEMO": "1",
            "OUTREACH_SECRET_KEYS": DEMO_SECRET_KEY,
            "OUTREACH_PUBLIC_URL": PUBLIC_URL,
            "OUTREACH_SMTP_URL": f"smtp://127.0.0.1:{port}",
            "TWILIO_AUTH_TOKEN": TOKEN,
        }
    )


def found(place: Place, **ways: str) -> None:
    place.found(
        on_call={
            "rota": [{"who": "lead"}],
            "people": {"lead": ways},
            "steps": [{"to": "rota", "wait": "5m"}],
        }
    )
    place.client()
    place.text(CRY)


def test_an_email_page_leaves_and_counts_as_accepted(
    unfounded: Place, mailbox: Mailbox, with_mail: Settings
) -> None:
    found(unfounded, email="oncall@example.org")

    page_due(unfounded.database, with_mail, now=unfounded.clock.time)

    (letter,) = mailbox.letters
    (page,) = unfounded.rows(Page)
    assert "Q1" in letter
    assert "/p/" in letter
    assert "kill" not in letter
    assert page.accepted_at == unfounded.clock.time


def test_the_link_in_an_email_acknowledges(
    unfounded: Place, mailbox: Mailbox, with_mail: Settings
) -> None:
    found(unfounded, email="oncall@example.org")
    page_due(unfounded.database, with_mail, now=unfounded.clock.time)
    letter = mailbox.letters[0].replace("=\r\n", "")
    token = letter.split("/p/")[1].split(".")[0]

    assert unfounded.web.post(f"/p/{token}").status_code == 200

    assert unfounded.rows(Page)[0].acknowledged_at == unfounded.clock.time


def test_without_a_mail_server_the_page_is_tried_again(
    unfounded: Place, free_port: Callable[[], int]
) -> None:
    found(unfounded, email="oncall@example.org")

    page_due(unfounded.database, _settings(free_port()), now=unfounded.clock.time)

    (page,) = unfounded.rows(Page)
    assert (page.accepted_at, page.error) == (None, "ConnectionRefusedError")
    assert page.next_at is not None


def test_a_webhook_page_is_signed(unfounded: Place, hook: Hook, with_mail: Settings) -> None:
    found(unfounded, webhook=f"http://127.0.0.1:{hook.server_port}/page")

    page_due(unfounded.database, with_mail, now=unfounded.clock.time)

    ((headers, body),) = hook.posts
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.digest(webhook_secret(with_mail), signed, "sha256")).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert json.loads(body)["ref"] == "Q1"
    assert unfounded.rows(Page)[0].accepted_at == unfounded.clock.time


def test_a_webhook_that_refuses_is_called_again(
    unfounded: Place, hook: Hook, with_mail: Settings
) -> None:
    hook.status = 500
    found(unfounded, webhook=f"http://127.0.0.1:{hook.server_port}/page")
    page_due(unfounded.database, with_mail, now=unfounded.clock.time)
    hook.status = 204

    page_due(unfounded.database, with_mail, now=unfounded.clock.pass_by(minutes=2))

    assert len(hook.posts) == 2
    assert unfounded.rows(Page)[0].accepted_at == unfounded.clock.time
