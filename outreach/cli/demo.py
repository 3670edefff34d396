"""`outreach demo`: everything on one port of this machine, with invented people.

Three processes: this one, a web server, and the scheduler. State is kept under var/demo; the
demo's clock stands still while the demo is off.
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
from datetime import datetime
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import click
from sqlalchemy import select

from outreach import migrations, vault
from outreach.clock import DemoClock, SystemClock
from outreach.console.passwords import hash_password, same_address
from outreach.database import Database
from outreach.demo import load
from outreach.errors import OutreachError
from outreach.models import DemoClockRow, Membership, Program, Staff, new_id
from outreach.settings import DEMO_SECRET_KEY
from outreach.start import Started, start
from outreach.vocabulary import StaffRole

FOLDER = Path("var/demo")
EMAIL, PASSWORD = "robin@example.org", "riverside demo"

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
    started = start("demo")
    clock = _prepare(started, speed)
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    with _children(port) as children:
        _wait_for_site(port, children, stop)
        if not stop.is_set():
            _tell(port)
        while not stop.wait(0.3):
            _check(children)
    clock.set(clock.now(), 0)
    started.database.dispose()
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


def _prepare(started: Started, speed: float) -> DemoClock:
    """Migrate, set the clock going where it stood, and load the program the first time."""
    migrations.upgrade(started.database)
    clock = DemoClock(started.database)
    clock.set(_time_to_show(started.database, clock), speed)
    if not load.is_loaded(started.database):
        click.echo("Loading the demo's program ...")
        load.load(started.database, now=clock.now())
    _add_login(started.database, clock.now())
    return clock


def _time_to_show(database: Database, clock: DemoClock) -> datetime:
    with database.read() as session:
        ran_before = session.get(DemoClockRow, 1) is not None
    today = SystemClock().now().astimezone(load.ZONE).date()
    return clock.now() if ran_before else load.first_morning(today)


def _add_login(database: Database, now: datetime) -> None:
    email_hash = vault.current().fingerprint(same_address(EMAIL))
    with database.read() as session:
        if session.scalar(select(Staff.id).where(Staff.email_hash == email_hash)):
            return
    staff = Staff(id=new_id(), email_hash=email_hash, name="Robin", created_at=now)
    staff.email, staff.password_hash = EMAIL, hash_password(PASSWORD)
    with database.write() as session:
        session.add(staff)
        session.flush()
        for program_id in session.scalars(select(Program.id)):
            session.add(
                Membership(staff_id=staff.id, program_id=program_id, role=StaffRole.SUPERVISOR)
            )


@contextmanager
def _children(port: int) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """The web server and the scheduler; both are stopped in the end, the scheduler first."""
    web = ["-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread"]
    web += ["--threads", "12", "--no-control-socket", "--graceful-timeout", "5"]
    web += ["outreach.cli.demo_site:create_app()"]
    scheduler = ["-c", "from outreach.cli import run; run()", "scheduler"]
    with _log_file().open("ab") as log:
        children = {
            name: subprocess.Popen([sys.executable, *arguments], stdout=log, stderr=log)  # noqa: S603
            for name, arguments in (("scheduler", scheduler), ("web server", web))
        }
    try:
        yield children
    finally:
        for child in children.values():
            child.terminate()
            try:
                child.wait(_GOES_DOWN_WITHIN)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def _wait_for_site(
    port: int, children: dict[str, subprocess.Popen[bytes]], stop: threading.Event
) -> None:
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


def _check(children: dict[str, subprocess.Popen[bytes]]) -> None:
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


def _tell(port: int) -> None:
    base = f"http://127.0.0.1:{port}"
    click.echo(
        f"\n  Phones   {base}/phones     hold the clients' phones, turn the clock"
        f"\n  Console  {base}/           sign in as {EMAIL}, password: {PASSWORD}"
        f"\n\n  Logs are in {_log_file()}. Ctrl-C stops; everything is kept.\n"
    )
