"""`outreach demo`: everything on one port of this machine, with invented people.

Three processes: this one, a web server, and the scheduler. State is kept under var/demo; the
demo's clock stands still while the demo is off. What takes long to import is imported while the web
server already starts.
"""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import click

from outreach.errors import OutreachError
from outreach.settings import DEMO_SECRET_KEY

FOLDER = Path("var/demo")
EMAIL, PASSWORD = "robin@example.org", "riverside demo"

Children = dict[str, subprocess.Popen[bytes]]

_COMES_UP_WITHIN = 30.0
_GOES_DOWN_WITHIN = 15.0


class DemoError(OutreachError):
    """The demo cannot start or has stopped by itself; the message says what to do."""

    code = "demo"


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option(
    "--speed",
    type=click.FloatRange(0.1, 600),
    default=1.0,
    show_default=True,
    help="How many times as fast as ours the demo's clock runs.",
)
def demo(port: int, speed: float) -> None:
    """Try everything on this machine: phones, console, a week in minutes. Nothing leaves it."""
    if os.environ.get("OUTREACH_CARRIER", "simulated") != "simulated":
        raise DemoError("The demo runs with the simulated carrier only. Unset OUTREACH_CARRIER.")
    _refuse_taken(port)
    FOLDER.mkdir(parents=True, exist_ok=True)
    _use_environment(port)
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    with _children() as children:
        children["web server"] = _start(*_web_server(port))
        from outreach.cli.demo_stage import Stage

        stage = Stage.set(speed)
        children["scheduler"] = _start("-c", "from outreach.cli import run; run()", "scheduler")
        _wait_for_site(port, children, stop)
        if not stop.is_set():
            _tell(port, *stage.login)
        while not stop.wait(0.3):
            _check(children)
    stage.freeze()
    click.echo("Stopped. `make demo` goes on from here, `make demo-reset` starts over.")


def _use_environment(port: int) -> None:
    """The demo's own settings and no others: nothing of a real installation may leak in."""
    for name in list(os.environ):
        if name.startswith(("OUTREACH_", "TWILIO_")):
            del os.environ[name]
    os.environ.update(
        OUTREACH_DEMO="1",
        OUTREACH_CARRIER="simulated",
        OUTREACH_DATABASE_URL=f"sqlite:///{FOLDER.resolve()}/outreach.sqlite",
        OUTREACH_PUBLIC_URL=f"http://127.0.0.1:{port}",
        OUTREACH_SECRET_KEYS=DEMO_SECRET_KEY,
    )


@contextmanager
def _children() -> Iterator[Children]:
    """The other processes by name; all are stopped in the end, the last one first."""
    children: Children = {}
    try:
        yield children
    finally:
        for child in reversed(children.values()):
            child.terminate()
            try:
                child.wait(_GOES_DOWN_WITHIN)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def _start(*arguments: str) -> subprocess.Popen[bytes]:
    with _log_file().open("ab") as log:
        return subprocess.Popen([sys.executable, *arguments], stdout=log, stderr=log)  # noqa: S603


def _web_server(port: int) -> tuple[str, ...]:
    options = ("--worker-class", "gthread", "--threads", "12", "--graceful-timeout", "5")
    app = "outreach.cli.demo_site:create_app()"
    return ("-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--no-control-socket", *options, app)


def _wait_for_site(port: int, children: Children, stop: threading.Event) -> None:
    patient_until = time.monotonic() + _COMES_UP_WITHIN
    while not _answers(port):
        _check(children)
        if stop.wait(0.1):
            return
        if time.monotonic() > patient_until:
            raise DemoError(f"The web server does not answer. See {_log_file()}.")


def _answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _check(children: Children) -> None:
    for name, child in children.items():
        if child.poll() is not None:
            raise DemoError(f"The demo's {name} has stopped by itself. See {_log_file()}.")


def _refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise DemoError(
                f"Port {port} is taken. Choose another: make demo PORT={port + 1}"
            ) from None


def _log_file() -> Path:
    return FOLDER / "demo.log"


def _tell(port: int, email: str, password: str) -> None:
    base = f"http://127.0.0.1:{port}"
    click.echo(
        f"\n  Phones   {base}/phones     hold the clients' phones, turn the clock"
        f"\n  Console  {base}/           sign in as {email}, password: {password}"
        f"\n\n  Logs are in {_log_file()}. Ctrl-C stops; everything is kept.\n"
    )
