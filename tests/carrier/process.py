"""The test carrier as a process of its own, for tests and benchmarks."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).parents[2]
ACCOUNT = "AC00000000000000000000000000000001"
TOKEN = "test-token"


@dataclass(frozen=True)
class CarrierProcess:
    """A running carrier: where it listens, and its control door."""

    url: str
    pid: int

    def behave(self, **behaviour: Any) -> None:
        """Change how it behaves from now on (fields of `Behaviour`)."""
        requests.post(f"{self.url}/control/behaviour", json=behaviour, timeout=5).raise_for_status()

    def entries(self) -> list[dict[str, Any]]:
        """Every outbound text it took."""
        answer = requests.get(f"{self.url}/control/ledger", timeout=30)
        entries: list[dict[str, Any]] = answer.json()["entries"]
        return entries

    def settings(self, **more: str) -> dict[str, str]:
        """The environment of a service that uses this carrier."""
        return {
            "OUTREACH_CARRIER": "twilio",
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "OUTREACH_TWILIO_API_URL": self.url,
            "OUTREACH_PUBLIC_URL": "http://127.0.0.1:9",
            **more,
        }


@contextmanager
def carrier_process(*, latency: float = 0.0) -> Iterator[CarrierProcess]:
    """Start it, give it, and end it."""
    command = [sys.executable, "-m", "tests.carrier", "--latency", str(latency), "--token", TOKEN]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        yield CarrierProcess(f"http://127.0.0.1:{port}", process.pid)
    finally:
        process.kill()
        process.wait()
