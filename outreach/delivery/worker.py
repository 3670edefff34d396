"""The worker: takes ids from the broker, writes their attempts, hands them over, settles.

Deciding and settling are the same code as in the embedded dispatcher; only who calls differs.
"""

import asyncio
import threading
import time
from collections.abc import Sequence

from celery import Celery
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from outreach.clock import Clock
from outreach.database import Database
from outreach.delivery.attempt import HandingOver, begin_claimed
from outreach.delivery.calling import call
from outreach.delivery.carrier import Carrier
from outreach.delivery.publisher import HAND_OVER, TEXTS, URGENT
from outreach.delivery.settle import Finished, settle, settle_one_by_one
from outreach.errors import OutreachError

TASKS_AT_ONCE = 6
"""Threads of one worker: some wait for the carrier while others write to the database."""

_WAITS = (0.2, 1.0, 3.0, 5.0)


def broker_app(broker_url: str) -> Celery:
    """The Celery app, for publisher and worker alike. Results are not kept: they are rows."""
    app = Celery("outreach", broker=broker_url)
    app.conf.update(
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,  # the usual 100 tries end within the hour
        broker_transport_options={"socket_timeout": 5, "socket_connect_timeout": 5},
    )
    return app


class Worker:
    """Hands over what tasks name, on one event loop that all task threads share."""

    def __init__(self, database: Database, carrier: Carrier, clock: Clock) -> None:
        self._database = database
        self._carrier = carrier
        self._clock = clock
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        threading.Thread(target=self._run_loop, name="calls", daemon=True).start()
        self._ready.wait()

    def hand_over(self, message_ids: Sequence[str]) -> int:
        """Begin, call and settle these texts; returns how many were ours to send."""
        texts = begin_claimed(self._database, message_ids, now=self._clock.now())
        if not texts:
            return 0
        called = asyncio.run_coroutine_threadsafe(self._call_all(texts), self._loop)
        self._settle(called.result())
        return len(texts)

    def _settle(self, finished: Sequence[Finished]) -> None:
        """Settle; a database that is busy or away is waited for, for a while.

        If it stays away the attempts keep no answer, and reconcile asks the carrier.
        """
        for wait in (*_WAITS, None):
            try:
                with self._database.write() as session:
                    settle(session, finished, now=self._clock.now())
            except OperationalError:
                if wait is None:
                    raise
                time.sleep(wait)
            except (SQLAlchemyError, OutreachError):
                settle_one_by_one(self._database, finished, now=self._clock.now())
                return
            else:
                return

    async def _call_all(self, texts: Sequence[HandingOver]) -> list[Finished]:
        answers = await asyncio.gather(*(call(self._carrier, text) for text in texts))
        return [Finished(text, answer) for text, answer in zip(texts, answers, strict=True)]

    def _run_loop(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._hold_lines())

    async def _hold_lines(self) -> None:
        async with self._carrier.opened():
            self._ready.set()
            await asyncio.Event().wait()


def run_worker(app: Celery, worker: Worker) -> None:
    """Work until SIGTERM; tasks under way are finished first."""
    app.task(name=HAND_OVER)(worker.hand_over)
    app.worker_main(
        [
            "worker",
            "--pool=threads",
            f"--concurrency={TASKS_AT_ONCE}",
            f"--queues={URGENT},{TEXTS}",
            "--loglevel=WARNING",
            "--without-gossip",
            "--without-mingle",
        ]
    )
