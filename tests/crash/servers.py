"""A PostgreSQL and a Redis of the test's own: they may die here, the machine's own never do."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import needs

_UNPRIVILEGED = "postgres"
"""Who runs PostgreSQL where the tests run as root, which it refuses."""

_POSTGRES_OPTIONS = "-p {port} -h 127.0.0.1 -c unix_socket_directories="
_REDIS_OPTIONS = ("--bind", "127.0.0.1", "--save", "", "--appendonly", "no")


@dataclass(frozen=True)
class PrivatePostgres:
    """A running server with a data directory of its own."""

    programs: Path
    data: Path
    port: int
    user: str | None

    @property
    def url(self) -> str:
        return f"postgresql://outreach@127.0.0.1:{self.port}/postgres"

    def restart_at_once(self) -> None:
        """No goodbye: every connection is cut, the log is replayed. Returns when it answers."""
        self.control("restart", "-m", "immediate")

    def control(self, *arguments: str) -> None:
        self.run("pg_ctl", "-w", "-D", str(self.data), "-l", f"{self.data}.log", *arguments)

    def run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs. Raises CalledProcessError if it fails."""
        subprocess.run(
            [self.programs / program, *arguments],
            user=self.user,
            group=self.user,
            extra_groups=[] if self.user else None,
            cwd=self.data.parent,
            stdout=subprocess.DEVNULL,
            check=True,
            timeout=40,
        )


@contextmanager
def private_postgres(directory: Path, port: int) -> Iterator[PrivatePostgres]:
    """Start an empty server under `directory`, and end it; or skip and say what is missing."""
    programs = _postgres_programs()
    with _owned_by_server(directory) as (home, user):
        server = PrivatePostgres(programs, home / "data", port, user)
        try:
            server.run("initdb", "-D", str(server.data), "-U", "outreach", "-A", "trust", "-N")
        except (OSError, subprocess.CalledProcessError) as error:
            needs("postgres", f"no private server can be made: {error}")
        server.control("start", "-o", _POSTGRES_OPTIONS.format(port=port))
        try:
            yield server
        finally:
            server.control("stop", "-m", "immediate")


def _postgres_programs() -> Path:
    """Debian keeps them out of the path, side by side by version; others do not."""
    newest = max(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda path: float(path.parts[-3]),
        default=Path(shutil.which("initdb") or ""),
    )
    if newest.name != "initdb":
        needs("postgres", "initdb is not installed, so no private server can be started")
    return newest.parent


@contextmanager
def _owned_by_server(directory: Path) -> Iterator[tuple[Path, str | None]]:
    """Where the server may live and as whom: as root, outside of pytest's closed directory."""
    if os.geteuid() != 0:
        yield directory, None
        return
    try:
        pwd.getpwnam(_UNPRIVILEGED)
    except KeyError:
        needs("postgres", "root may not run a server, and there is no user postgres")
    with tempfile.TemporaryDirectory(prefix="outreach-postgres-") as home:
        shutil.chown(home, _UNPRIVILEGED, _UNPRIVILEGED)
        yield Path(home), _UNPRIVILEGED


class PrivateRedis:
    """A Redis that keeps nothing on disk: what it held when it died is gone."""

    def __init__(self, directory: Path, port: int) -> None:
        self._port = port
        where = ("--port", str(port), "--dir", str(directory))
        self._command = ["redis-server", *where, *_REDIS_OPTIONS]
        self.start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self._port}/0"

    def start(self) -> None:
        """Returns when it answers."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        _wait_until(lambda: _answers(self._port))

    def kill(self) -> None:
        """kill -9."""
        self._process.kill()
        self._process.wait()


@contextmanager
def private_redis(directory: Path, port: int) -> Iterator[PrivateRedis]:
    """Start it, give it, and end it; or skip and say what is missing."""
    if shutil.which("redis-server") is None:
        needs("broker", "redis-server is not installed, so no private one can be started")
    redis = PrivateRedis(directory, port)
    try:
        yield redis
    finally:
        redis.kill()


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 1) as line:
            line.sendall(b"PING\r\n")
            return line.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def _wait_until(ready: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not ready():
        assert time.monotonic() < end, "the private server did not start"
        time.sleep(0.05)
