"""The scheduler process: a handful of fixed ticks, and the dispatcher beside them.

APScheduler only fires ticks; what is due stands in tables. One scheduler leads at a time, the
others wait for the seat (delivery/leadership.py). A tick that fails is logged and does not stop
the others.
"""

import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

import requests
import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.exc import SQLAlchemyError

from outreach import heap
from outreach.campaigns.planner import plan_dirty
from outreach.campaigns.release import release_due
from outreach.content import library as message_library
from outreach.content.library import Library
from outreach.database import Database
from outreach.delivery.carrier import Carrier, LookUpError
from outreach.delivery.carriers import carrier_for
from outreach.delivery.catch_up import catch_up
from outreach.delivery.dispatcher import Dispatcher
from outreach.delivery.leadership import Seat, seat_of
from outreach.delivery.poll import poll_receipts
from outreach.delivery.reconcile import lose_hope, reconcile
from outreach.delivery.restored import GAP, look_for_forgotten
from outreach.delivery.steady import SteadyClock
from outreach.delivery.sweep import shorten_waits, sweep
from outreach.models import Heartbeat
from outreach.replies.receive import reread_unapplied
from outreach.safety.paging import audit_pages, date_pages_anew, page_due
from outreach.safety.replies import chase_safety_replies
from outreach.safety.sample import draw_samples
from outreach.safety.second_reader import read_again, second_reader
from outreach.safety.silence import watch_silence
from outreach.start import Started

HEARTBEAT = "scheduler"
"""Name of the row that /readyz and doctor look at."""

_LOOK_AT_SEAT = 1.0
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Tick:
    """Something done every `seconds` of real time; `at_start` says it cannot wait that long."""

    name: str
    seconds: float
    run: Callable[[], object]
    at_start: bool = False


class Engine(Protocol):
    """What gets texts out beside the ticks."""

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set, then finish what is under way."""
        ...


def ticks(started: Started, carrier: Carrier, library: Library) -> tuple[Tick, ...]:
    """The table of ticks. `now` is the service's clock, in the demo the demo's."""
    database, settings, now = started.database, started.settings, started.clock.now
    after = settings.reconcile_after
    steady = SteadyClock()
    table = (
        Tick("plan", 1, lambda: plan_dirty(database, now=now())),
        Tick("release", 0.5, lambda: release_due(database, library, now=now())),
        Tick("pages", 2, lambda: page_due(database, settings, now=now())),
        Tick("reread", 5, lambda: reread_unapplied(database, library, now=now())),
        Tick("safety", 10, lambda: chase_safety_replies(database, carrier, library, now=now())),
        Tick("page audit", 60, lambda: audit_pages(database, now=now())),
        Tick("silence", 300, lambda: watch_silence(database, now=now())),
        Tick("sample", 300, lambda: draw_samples(database, now=now())),
        Tick("sweep", 15, lambda: sweep(database, now=now()), at_start=True),
        Tick(
            "reconcile",
            min(15, max(1, after)),
            lambda: reconcile(
                database,
                carrier,
                after=after,
                now=now(),
                clock_set_at=None if settings.demo else steady.since(now()),
                leaping_clock=settings.demo,
            ),
            at_start=True,
        ),
        Tick("receipts", 15, lambda: poll_receipts(database, carrier, now=now())),
        Tick(
            "inbound", 300, lambda: catch_up(database, carrier, library, now=now()), at_start=True
        ),
        Tick("checkpoint", 2, database.checkpoint),
        Tick("heartbeat", 5, lambda: beat(database), at_start=True),
    )
    return table + _second_reader(started) + _outward_sign(started) + _simulated_network(started)


def _second_reader(started: Started) -> tuple[Tick, ...]:
    reader = second_reader(started.settings)
    if reader is None:
        return ()
    now = started.clock.now
    return (Tick("second reader", 10, lambda: read_again(started.database, reader, now=now())),)


def _outward_sign(started: Started) -> tuple[Tick, ...]:
    """With OUTREACH_HEARTBEAT_URL: somebody outside notices when this service falls silent."""
    address = started.settings.heartbeat_url
    if address is None:
        return ()
    url = address.get_secret_value()
    return (Tick("outward", 60, lambda: requests.get(url, timeout=5), at_start=True),)


def _simulated_network(started: Started) -> tuple[Tick, ...]:
    if started.settings.carrier != "simulated":
        return ()
    from outreach.demo.network import advance

    return (
        Tick(
            "network",
            0.5,
            lambda: advance(started.database, started.settings, now=started.clock.now()),
        ),
    )


def beat(database: Database) -> None:
    """Leave a sign of life, in the machine's own time."""
    with database.write() as session:
        session.merge(Heartbeat(name=HEARTBEAT, at=datetime.now(UTC)))


def run(started: Started) -> None:
    """Lead when the seat is free, until SIGTERM or SIGINT; then finish what is under way."""
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    carrier = carrier_for(started.settings, started.database, started.clock)
    texts = message_library.load(message_library.default_directory(), started.settings.messages_dir)
    table = ticks(started, carrier, texts)
    heap.share()
    heap.settle()
    seat = seat_of(started.database)
    while not stop.is_set():
        if seat.take():
            _log.info("leading")
            try:
                _lead(started, carrier, table, seat, stop)
            except SQLAlchemyError:
                _log.exception("leading_failed")  # the database is busy or away: try again
            seat.leave()
        stop.wait(_LOOK_AT_SEAT)
    started.database.dispose()


def _look_back(started: Started, carrier: Carrier) -> None:
    """After a long silence, find out whether we are a backup, before anything is sent.

    The simulated network lies in the same database, so it would have been restored with us.
    """
    with started.database.read() as session:
        last = session.get(Heartbeat, HEARTBEAT)
    now = started.clock.now()
    if last is None or now - last.at <= GAP or started.settings.carrier == "simulated":
        return
    for wait in (2, 5, 10):
        try:
            look_for_forgotten(started.database, carrier, silent_since=last.at, now=now)
        except LookUpError as error:
            _log.warning("look_back_failed", code=str(error))
            time.sleep(wait)
        else:
            return
    _log.error("look_back_given_up")  # a carrier without a list must not stop the service


def _lead(
    started: Started, carrier: Carrier, table: tuple[Tick, ...], seat: Seat, stop: threading.Event
) -> None:
    """Run the ticks and the dispatcher until `stop`, or until the seat is lost."""
    _look_back(started, carrier)
    ended = threading.Event()
    sending = _start_sending(started, carrier, ended)
    scheduler = _start_ticks(table)
    steady = SteadyClock()
    try:
        while not stop.wait(_LOOK_AT_SEAT) and seat.still_mine():
            if not sending.is_alive():
                _log.error("dispatcher_died")
                sending = _start_sending(started, carrier, ended)
            now = datetime.now(UTC)
            if steady.since(now) == now:
                _log.warning("clock_was_set")
                _date_anew(started, scheduler)
    finally:
        ended.set()
        scheduler.shutdown(wait=True)
        sending.join()
    _log.info("stopped")


def _start_sending(started: Started, carrier: Carrier, ended: threading.Event) -> threading.Thread:
    """What gets texts out: the embedded dispatcher, or with a broker the publisher."""
    with started.database.write() as session:
        # Without workers nobody else sends: every attempt found here was left behind.
        alone = started.settings.broker_url is None
        lose_hope(session, now=started.clock.now(), at_once=alone)
    thread = threading.Thread(
        target=_engine(started, carrier).run, args=(ended,), name="dispatcher"
    )
    thread.start()
    return thread


def _engine(started: Started, carrier: Carrier) -> Engine:
    settings = started.settings
    if settings.broker_url is None:
        return Dispatcher(
            started.database, carrier, started.clock, concurrency=settings.send_concurrency
        )
    from outreach.delivery.publisher import Publisher
    from outreach.delivery.worker import broker_app

    app = broker_app(settings.broker_url.get_secret_value())
    return Publisher(started.database, started.clock, app)


def _start_ticks(table: tuple[Tick, ...]) -> BackgroundScheduler:
    scheduler = BackgroundScheduler(
        executors={"default": ThreadPoolExecutor(len(table))},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        timezone=UTC,
    )
    for tick in table:
        first = {"next_run_time": datetime.now(UTC)} if tick.at_start else {}
        scheduler.add_job(_guarded(tick), "interval", seconds=tick.seconds, id=tick.name, **first)
    scheduler.start()
    return scheduler


def _date_anew(started: Started, scheduler: BackgroundScheduler) -> None:
    """After the clock was set: every tick runs now, not when the wrong time comes again."""
    for job in scheduler.get_jobs():
        job.modify(next_run_time=datetime.now(UTC))
    shorten_waits(started.database, now=started.clock.now())
    date_pages_anew(started.database, now=started.clock.now())


def _guarded(tick: Tick) -> Callable[[], None]:
    def run_once() -> None:
        try:
            tick.run()
        except Exception:  # noqa: BLE001  law 12: one tick's mistake must not stop the others
            _log.exception("tick_failed", tick=tick.name)

    return run_once
