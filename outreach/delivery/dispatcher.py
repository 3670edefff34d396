"""The dispatcher: takes due texts, hands them over concurrently, settles the answers.

One loop. Each turn is one write transaction in a thread of its own: settle what came back, claim
what may go, write its attempts; meanwhile the calls of the turns before go on. Nothing is handed
over without an attempt committed before it (law 2).
"""

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import structlog
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from outreach.clock import Clock
from outreach.database import Database
from outreach.delivery.attempt import HandingOver, begin
from outreach.delivery.calling import call
from outreach.delivery.carrier import Answer, Carrier, Handover
from outreach.delivery.claim import URGENT_LANE, anything_due, choose
from outreach.delivery.pacing import wait_seconds
from outreach.delivery.settle import Finished, settle, settle_one_by_one
from outreach.errors import OutreachError

HORIZON = timedelta(seconds=0.25)
"""How far ahead of the pace one turn takes texts: what it takes is called at once."""

CALL_WITHIN = 2.0
"""Seconds an attempt may wait for a free line; after that it is put back, never called (law 1)."""

_IDLE = 0.2
_TURN = 0.1
_LARGEST_TURN = {True: 64, False: 256}
"""Texts per turn on SQLite (0.2 ms each: the write lock is held under 20 ms) and on PostgreSQL."""

_FINISH_WITHIN = 25.0
_log = structlog.get_logger()


class Dispatcher:
    """Sends what is due until told to stop. One per process; two processes do no harm."""

    def __init__(
        self, database: Database, carrier: Carrier, clock: Clock, *, concurrency: int
    ) -> None:
        self._database = database
        self._carrier = carrier
        self._clock = clock
        self._concurrency = concurrency
        self._largest_turn = _LARGEST_TURN[database.is_sqlite]
        self._enough = min(concurrency, self._largest_turn * 3 // 4)
        self._finished: list[Finished] = []
        self._calls: set[asyncio.Task[None]] = set()
        self._refused_turns = 0

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set; then finish the calls under way, settle, and return."""
        asyncio.run(self._run(stop))

    async def _run(self, stop: threading.Event) -> None:
        self._lines = asyncio.Semaphore(self._concurrency)
        self._came_back = asyncio.Event()
        with ThreadPoolExecutor(1, thread_name_prefix="dispatch-database") as self._thread:
            async with self._carrier.opened():
                while not stop.is_set():
                    await self._turn(room=self._room())
                    await self._pause()
                await self._finish()

    async def _turn(self, *, room: int) -> None:
        """Settle and take in one transaction, then start the calls."""
        finished, self._finished = self._finished, []
        loop = asyncio.get_running_loop()
        try:
            texts = await loop.run_in_executor(self._thread, self._exchange, finished, room)
        except OperationalError:
            # The database is busy, full or away; nothing was written, so the answers are kept.
            self._finished = finished + self._finished
            _log.exception("dispatch_turn_failed", count=len(finished))
            await asyncio.sleep(1)
            return
        begun = loop.time()
        for text in texts:
            task = asyncio.create_task(self._call(text, begun))
            self._calls.add(task)
            task.add_done_callback(self._calls.discard)

    def _exchange(self, finished: Sequence[Finished], room: int) -> list[HandingOver]:
        now = self._clock.now()
        if not finished and not self._anything_due(room):
            return []
        try:
            with self._database.write() as session:
                settle(session, finished, now=now)
                chosen = choose(session, now=now, room=room, horizon=HORIZON) if room > 0 else []
                return begin(session, chosen, now=now, just_chosen=True) if chosen else []
        except OperationalError:
            raise
        except (SQLAlchemyError, OutreachError):
            _log.exception("dispatch_turn_failed", count=len(finished))
            settle_one_by_one(self._database, finished, now=now)
            return []

    def _anything_due(self, room: int) -> bool:
        if room <= 0:
            return False
        with self._database.glance() as session:
            return anything_due(session, self._clock.now())

    async def _call(self, text: HandingOver, begun: float) -> None:
        """Hand one text over, once a line is free; pages and answers have lines of their own."""
        if text.lane <= URGENT_LANE:
            handover = await call(self._carrier, text)
        else:
            async with self._lines:
                waited = asyncio.get_running_loop().time() - begun
                handover = (
                    await call(self._carrier, text)
                    if waited <= CALL_WITHIN
                    else Handover(Answer.RETRY, code="not_called")
                )
        self._finished.append(Finished(text, handover))
        if len(self._finished) >= self._enough:
            self._came_back.set()

    def _room(self) -> int:
        """Twice as many as there are lines wait with their attempt written, so no line idles."""
        return min(3 * self._concurrency - len(self._calls), self._largest_turn)

    async def _pause(self) -> None:
        """Until enough answers came back, a moment passed, or the carrier may be asked again."""
        if self._finished and all(f.handover.answer is Answer.RETRY for f in self._finished):
            self._refused_turns += 1
            await asyncio.sleep(wait_seconds(self._refused_turns, 0.1, 1.0))
            return
        if self._finished:
            self._refused_turns = 0
        self._came_back.clear()
        if len(self._finished) >= self._enough:
            return
        wait = _TURN if self._calls or self._finished else _IDLE
        try:
            await asyncio.wait_for(self._came_back.wait(), wait)
        except TimeoutError:
            return

    async def _finish(self) -> None:
        """Every call has an answer within its time-out; settle them all before leaving.

        What the database does not take by then is found as `unknown` by the next process.
        """
        loop = asyncio.get_running_loop()
        end = loop.time() + _FINISH_WITHIN
        while (self._calls or self._finished) and loop.time() < end:
            if self._calls:
                await asyncio.wait(self._calls, timeout=1)
            await self._turn(room=0)
