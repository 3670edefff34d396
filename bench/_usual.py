"""The usual ways of sending, for comparison: one job or one task for every text.

Both keep their jobs durable as our texts are (an SQLite job store; Redis), call Twilio's own
client, and record the answer in a table. Neither guards against a text going out twice.
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import create_engine, text

from bench.dispatch import Run, timed
from tests.carrier.process import ACCOUNT, ROOT, TOKEN, CarrierProcess

THREADS = 100
BROKER = os.environ.get("OUTREACH_TEST_BROKER_URL", "redis://127.0.0.1:6379/8")

_carrier_url = os.environ.get("BENCH_CARRIER_URL", "")
_results_url = os.environ.get("BENCH_RESULTS_URL", "")
_local = threading.local()


def usual_ways(carrier: CarrierProcess, texts: int) -> list[Run]:
    """One APScheduler job per text; and one Celery task per text if a broker answers."""
    runs = [_apscheduler(carrier, texts)]
    try:
        runs.append(_celery(carrier, texts))
    except (ImportError, OSError) as error:
        print(f"one Celery task per text: not measured ({type(error).__name__})", file=sys.stderr)
    return runs


def send_one(number: int) -> None:
    """What such a job does: build, call, record."""
    _client().messages.create(
        to=f"+1202555{number:04}",
        from_="+15005550006",
        body=f"Text number {number}.",
        status_callback=f"http://127.0.0.1:9/twilio/status/{number}",
        validity_period=3600,
    )
    with _local.results.begin() as connection:
        connection.execute(text("INSERT INTO result VALUES (:number)"), {"number": number})


def _client() -> Any:
    if not hasattr(_local, "client"):
        from twilio.http.http_client import TwilioHttpClient
        from twilio.rest import Client

        _local.client = Client(ACCOUNT, TOKEN, http_client=TwilioHttpClient(timeout=10))
        _local.client.api.base_url = _carrier_url
        _local.results = create_engine(_results_url, connect_args={"timeout": 30})
    return _local.client


def _apscheduler(carrier: CarrierProcess, texts: int) -> Run:
    from apscheduler.executors.pool import ThreadPoolExecutor
    from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
    from apscheduler.schedulers.background import BackgroundScheduler

    with tempfile.TemporaryDirectory() as folder:
        _use(carrier, folder)
        scheduler = BackgroundScheduler(
            jobstores={"default": SQLAlchemyJobStore(url=f"sqlite:///{folder}/jobs.sqlite")},
            executors={"default": ThreadPoolExecutor(THREADS)},
            job_defaults={"misfire_grace_time": None},
            timezone=UTC,
        )
        scheduler.start(paused=True)
        for number in range(texts):
            scheduler.add_job(send_one, "date", run_date=datetime.now(UTC), args=[number])

        def send_all() -> None:
            scheduler.resume()
            _wait(folder, texts)

        run = timed("one APScheduler job per text", texts, send_all)
        scheduler.shutdown()
        return run


def _celery(carrier: CarrierProcess, texts: int) -> Run:
    app = celery_app()
    with tempfile.TemporaryDirectory() as folder:
        _use(carrier, folder)
        app.control.purge()
        for number in range(texts):
            app.send_task("bench.send_one", args=[number], queue="outreach-bench")
        command = [sys.executable, "-m", "celery", "-A", "bench._usual:worker_app", "worker"]
        options = ["--pool=threads", f"--concurrency={THREADS}", "-Q", "outreach-bench"]
        worker = subprocess.Popen(
            [*command, *options, "--loglevel=ERROR"],
            cwd=ROOT,
            stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env=os.environ.copy(),
        )
        try:
            _wait(folder, 1)
            already = _done(folder)
            run = timed("one Celery task per text", texts - already, lambda: _wait(folder, texts))
        finally:
            worker.terminate()
            worker.wait()
        return run


def celery_app() -> Any:
    """A Celery app as its documentation begins, with late acknowledgement."""
    from celery import Celery

    app = Celery("bench", broker=BROKER)
    app.conf.update(task_acks_late=True, task_ignore_result=True, worker_prefetch_multiplier=1)
    app.task(name="bench.send_one")(send_one)
    return app


def __getattr__(name: str) -> Any:
    """`bench._usual:worker_app` for the worker's command line, made only when asked for."""
    if name == "worker_app":
        return celery_app()
    raise AttributeError(name)


def _use(carrier: CarrierProcess, folder: str) -> None:
    global _carrier_url, _results_url
    _local.__dict__.clear()
    _carrier_url, _results_url = carrier.url, f"sqlite:///{folder}/results.sqlite"
    os.environ["BENCH_CARRIER_URL"], os.environ["BENCH_RESULTS_URL"] = _carrier_url, _results_url
    with create_engine(_results_url).begin() as connection:
        connection.execute(text("PRAGMA journal_mode=WAL"))
        connection.execute(text("CREATE TABLE result (number INTEGER)"))


def _done(folder: str) -> int:
    with create_engine(f"sqlite:///{folder}/results.sqlite").connect() as connection:
        return int(connection.scalar(text("SELECT count(*) FROM result")) or 0)


def _wait(folder: str, texts: int) -> None:
    while _done(folder) < texts:
        time.sleep(0.1)
