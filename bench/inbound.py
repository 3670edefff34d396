"""Inbound: texts a second that are verified, screened, read, stored, applied and answered.

Two gunicorn workers, distinct signed texts over real HTTP. The baseline is a bare Flask route under
the same conditions that only checks the signature and commits one row to the same kind of database.

    python -m bench.inbound [--texts 2000] [--postgres] [--json]
"""

import argparse
import asyncio
import base64
import json
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import aiohttp
from flask import Flask, Response, request
from sqlalchemy import Column, LargeBinary, MetaData, Table, Text, insert

from bench.dispatch import gather_statistics, postgres_database, sqlite_database
from outreach import vault
from outreach.database import Database
from outreach.delivery.outbox import Outbound, message_row
from outreach.delivery.signing import sign
from outreach.models import Base, Client, Consent, Message, Program, Prompt, Sender, new_id, seal
from outreach.programs.file import ProgramFile
from outreach.vocabulary import MessageKind, MessageState
from webhooks.signature import HEADER, form_params, is_genuine

WORKERS = 2
CONNECTIONS = 8
TOKEN, LINE, PUBLIC_URL = "bench token", "+15005550006", "https://bench.example"
WORDS = (
    "7", "8/10 today", "about a 6 i guess", "3", "9!!", "yesterday was a 4 but today 8",
    "it was an ok day, went for a walk with my sister and cooked. id say 7",
    "un 6 mas o menos", "thanks, doing fine", "can you text me in the evening instead",
    "what time is my appointment", "5, a bit tired and the bus was late again",
)  # fmt: skip


BARE = Table("bare", MetaData(), Column("id", Text, primary_key=True), Column("body", LargeBinary))
"""What the baseline writes."""


@dataclass(frozen=True)
class Post:
    """A signed form, ready to go."""

    body: bytes
    signature: str


def main() -> None:
    """Measure both routes and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=2000)
    parser.add_argument("--postgres", action="store_true", help="also on PostgreSQL")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with sqlite_database() as ours, sqlite_database() as bare:
        figures = _measure("SQLite", ours, bare, given.texts)
    if given.postgres:
        with postgres_database() as ours, postgres_database() as bare:
            figures += _measure("PostgreSQL", ours, bare, given.texts)
    print(json.dumps({"figures": figures}) if given.json else _lines(figures))


def bare_app() -> Flask:
    """The baseline: signature, one row, one durable commit."""
    app = Flask(__name__)
    database = Database(os.environ["OUTREACH_DATABASE_URL"])

    @app.post("/twilio/sms")
    def sms() -> Response:
        raw = request.get_data()
        url = f"{PUBLIC_URL}{request.environ['RAW_URI']}"
        if not is_genuine(request.headers.get(HEADER, ""), url, form_params(raw), [TOKEN]):
            return Response(status=403)
        with database.write() as session:
            session.execute(insert(BARE).values(id=new_id(), body=raw))
        return Response("<Response/>", mimetype="text/xml")

    return app


def _measure(kind: str, ours: Database, bare: Database, texts: int) -> list[dict[str, Any]]:
    key = base64.b64encode(os.urandom(32)).decode()
    vault.install(vault.Vault([base64.b64decode(key)]))
    numbers = [f"+1312555{number:04}" for number in range(texts)]
    _fill(ours, numbers)
    BARE.create(bare.engine)
    with _served("bench.inbound:bare_app()", bare, key) as port:
        bare_top = _top_rate(port, _posts(numbers, "B"))
        bare_half = _at_rate(port, _posts(numbers, "D"), bare_top / 2)
    with _served("webhooks:create_app()", ours, key) as port:
        # Everybody has written before, as in any database but a new one.
        _top_rate(port, _posts(numbers, "Z"))
        gather_statistics(ours)
        top = _top_rate(port, _posts(numbers, "A"))
        half = _at_rate(port, _posts(numbers, "C"), top / 2)
    figures = [
        {"name": "bare route", "value": bare_top, "unit": "texts/s"},
        {"name": "its p99 at half of that", "value": _p99(bare_half), "unit": "ms"},
        {"name": "texts taken in", "value": top, "unit": "texts/s"},
        {"name": "ratio to the bare route", "value": top / bare_top, "target": ">= 0.35"},
        {"name": "median at half of the rate", "value": half[len(half) // 2], "unit": "ms"},
        {"name": "p99 at half of the rate", "value": _p99(half), "target": "< 60 ms"},
    ]
    return [{**figure, "name": f"inbound, {kind}: {figure['name']}"} for figure in figures]


def _p99(sorted_latencies: list[float]) -> float:
    return sorted_latencies[len(sorted_latencies) * 99 // 100]


def _top_rate(port: int, posts: list[Post]) -> float:
    """Texts a second with a few connections that are always busy, after a warm-up."""
    asyncio.run(_send(port, posts[:100], None))
    started = time.perf_counter()
    asyncio.run(_send(port, posts[100:], None))
    return (len(posts) - 100) / (time.perf_counter() - started)


def _at_rate(port: int, posts: list[Post], rate: float) -> list[float]:
    """Milliseconds of each text, sorted, when they come at `rate` a second."""
    return sorted(asyncio.run(_send(port, posts, rate)))


async def _send(port: int, posts: list[Post], rate: float | None) -> list[float]:
    """Post them all; latencies count from when a text was due, so that a queue cannot hide."""
    queue = iter(enumerate(posts))
    took: list[float] = []
    began = time.perf_counter()
    connector = aiohttp.TCPConnector(limit=CONNECTIONS if rate is None else 64)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def work() -> None:
            for index, post in queue:
                due = began + index / rate if rate else time.perf_counter()
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                await _post(session, port, post)
                took.append((time.perf_counter() - due) * 1000)

        await asyncio.gather(*(work() for _ in range(CONNECTIONS if rate is None else 64)))
    return took


async def _post(session: aiohttp.ClientSession, port: int, post: Post) -> None:
    headers = {HEADER: post.signature, "Content-Type": "application/x-www-form-urlencoded"}
    address = f"http://127.0.0.1:{port}/twilio/sms"
    async with session.post(address, data=post.body, headers=headers) as response:
        await response.read()
        assert response.status in {200, 204}, response.status


def _posts(numbers: list[str], run: str) -> list[Post]:
    chance = random.Random(run)
    made = []
    for index, number in enumerate(numbers):
        form = [
            ("MessageSid", f"SM{run}{index:031}"),
            ("AccountSid", "AC" + "0" * 32),
            ("From", number),
            ("To", LINE),
            ("Body", chance.choice(WORDS)),
            ("NumMedia", "0"),
            ("NumSegments", "1"),
            ("FromCountry", "US"),
        ]
        signature = sign(TOKEN, f"{PUBLIC_URL}/twilio/sms", form)
        made.append(Post(urlencode(form).encode(), signature))
    return made


def _fill(database: Database, numbers: list[str]) -> None:
    """A program whose clients were all just asked for a number from 0 to 10."""
    now = datetime.now(UTC)
    file = ProgramFile.model_validate(
        {
            "program": "bench",
            "name": "Bench",
            "timezone": "America/Chicago",
            "sender": {"number": LINE},
        }
    )
    program_id, sender_id = new_id(), new_id()
    program = Program(id=program_id, slug="bench", name="Bench", timezone=file.timezone)
    program.created_at = program.updated_at = now
    program.file = file.model_dump_json(by_alias=True)
    people = [_person(program_id, sender_id, number, now) for number in numbers]
    with database.write() as session:
        session.add(program)
        session.flush()
        session.add(Sender(id=sender_id, program_id=program_id, address=LINE))
        session.flush()
        tables: tuple[type[Base], ...] = (Client, Consent, Message, Prompt)
        for place, table in enumerate(tables):
            session.execute(insert(table), [rows[place] for rows in people])


def _person(program_id: str, sender_id: str, number: str, now: datetime) -> list[dict[str, Any]]:
    client_id, number_hash = new_id(), vault.current().fingerprint(number)
    client = {
        "id": client_id,
        "program_id": program_id,
        "external_id": client_id,
        "number_sealed": seal(Client, "number", client_id, number),
        "number_hash": number_hash,
        "zones": ["America/Chicago"],
        "timezone": "America/Chicago",
        "welcomed_at": now,
        "created_at": now,
    }
    consent = {
        "program_id": program_id,
        "number_hash": number_hash,
        "in_force": True,
        "kind": "given",
        "source": "import",
        "since": now,
    }
    asked = Outbound(
        program_id=program_id,
        sender_id=sender_id,
        number=number,
        number_hash=number_hash,
        body="How is today, from 0 to 10?",
        kind=MessageKind.GOAL_CHECK_IN,
        language="en",
        send_after=now,
        useful_until=now + timedelta(hours=4),
        client_id=client_id,
    )
    message = message_row(asked, now=now, state=MessageState.DELIVERED)
    return [client, consent, message, _question(program_id, client_id, message["id"], now)]


def _question(program_id: str, client_id: str, message_id: str, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "program_id": program_id,
        "client_id": client_id,
        "message_id": message_id,
        "kind": "scale",
        "opened_at": now,
        "closes_at": now + timedelta(hours=72),
    }


@contextmanager
def _served(app: str, database: Database, key: str) -> Iterator[int]:
    """gunicorn with `app` on a free port, until the block ends."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    environ = {
        **os.environ,
        "OUTREACH_DATABASE_URL": database.engine.url.render_as_string(hide_password=False),
        "OUTREACH_SECRET_KEYS": key,
        "OUTREACH_CARRIER": "simulated",
        "OUTREACH_PUBLIC_URL": PUBLIC_URL,
        "TWILIO_AUTH_TOKEN": TOKEN,
    }
    command = [sys.executable, "-m", "gunicorn", app, "--workers", str(WORKERS)]
    command += ["--bind", f"127.0.0.1:{port}", "--log-level", "error", "--no-control-socket"]
    server = subprocess.Popen(command, env=environ)
    try:
        _wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait(20)


def _wait_for(port: int) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("gunicorn did not start")


def _lines(figures: list[dict[str, Any]]) -> str:
    return "\n".join(
        f"{figure['name']:52}{figure['value']:10.2f} {figure.get('unit', figure.get('target', ''))}"
        for figure in figures
    )


if __name__ == "__main__":
    main()
