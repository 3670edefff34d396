"""Structured logs: JSON lines on stderr, with known keys only.

No client's words and no number ever reach a log (law 6): a processor drops every key that is not
on the list, exceptions are logged by type and place, and libraries that log addresses are quiet.
"""

import logging
import sys
import traceback
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

KNOWN_KEYS = frozenset(
    {
        "event",
        "level",
        "logger",
        "timestamp",
        "process",
        "program",
        "message_id",
        "reply_id",
        "flag_id",
        "page_id",
        "touchpoint_id",
        "client_id",
        "staff_id",
        "request_id",
        "route",
        "method",
        "status",
        "code",
        "kind",
        "state",
        "severity",
        "concern",
        "count",
        "seconds",
        "reason",
        "error",
        "where",
        "tick",
        "setting",
        "port",
        "version",
    }
)
"""What a log line may hold: ids, codes, counts. Add a key here only if it can name nobody."""


def set_up_logs(process: str, *, level: int = logging.INFO) -> None:
    """Make this process log JSON lines to stderr under the name `process`."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _exception_by_type,
            _known_keys_only,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(process=process)
    # twilio logs the request's parameters, which hold phone numbers; the others log addresses.
    for name in ("twilio", "urllib3", "aiohttp", "sqlalchemy"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # A tick that is still running when its next turn comes is meant to skip it; no line about that.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)


def _exception_by_type(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace exc_info by the error's type and place; its text may quote people."""
    raised: Any = event.pop("exc_info", None)
    if raised:
        error = raised if isinstance(raised, BaseException) else sys.exc_info()[1]
        if error is not None:
            event["error"] = type(error).__name__
            frames = traceback.extract_tb(error.__traceback__)
            if frames:
                event["where"] = f"{frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}"
    return event


def _known_keys_only(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {key: value for key, value in event.items() if key in KNOWN_KEYS}
