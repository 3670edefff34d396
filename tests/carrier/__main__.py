"""`python -m tests.carrier --port 0 --latency 0.1`: prints the port it listens on, then serves."""

import argparse
import asyncio
import sys

from tests.carrier.ledger import Behaviour
from tests.carrier.server import CarrierServer


async def serve(port: int, token: str, latency: float) -> None:
    server = CarrierServer(token, Behaviour(latency=latency))
    sys.stdout.write(f"{await server.start(port)}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, default=0)
    options.add_argument("--token", default="test-token")
    options.add_argument("--latency", type=float, default=0.0)
    given = options.parse_args()
    asyncio.run(serve(given.port, given.token, given.latency))
