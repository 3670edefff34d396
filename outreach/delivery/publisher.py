"""Sending with many machines: the leader claims, a broker carries ids, workers hand over.

A task names messages and nothing else (law 6). Lost, repeated and late tasks do no harm: a text is
begun only while its claim holds, in the database, by whoever comes first; what nobody begins
returns to the queue when its lease ends.
"""

import threading
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from kombu.exceptions import OperationalError as BrokerError
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from outreach.clock import Clock
from outreach.database import Database
from outreach.delivery.claim import URGENT_LANE, anything_due, claim
from outreach.models import Message
from outreach.vocabulary import MessageState

if TYPE_CHECKING:
    from celery import Celery

HORIZON = timedelta(seconds=2)
"""Only what can be handed over within it at the sender's pace is claimed (law 1)."""

CHUNK = 25
"""Texts per task: large enough that the broker costs little, small enough to share evenly."""

MOST_CLAIMED = 500
"""More than this is not out at once: workers that fell behind get no more."""

URGENT, TEXTS = "outreach-urgent", "outreach-texts"
HAND_OVER = "outreach.hand_over"
_PAUSE = 0.05
_log = structlog.get_logger()


class Publisher:
    """Claims what is due and gives it to the broker, until told to stop. For the leader only."""

    def __init__(self, database: Database, clock: Clock, app: "Celery") -> None:
        self._database = database
        self._clock = clock
        self._app = app
        self._out: list[str] = []

    def run(self, stop: threading.Event) -> None:
        """Claim and publish until `stop` is set; claims that nobody begins lapse by themselves."""
        while not stop.wait(_PAUSE):
            try:
                self._turn()
            except OperationalError:
                _log.exception("publish_turn_failed")
                stop.wait(1)
            except BrokerError:
                _log.exception("broker_away")
                self._give_back()
                stop.wait(2)

    def _turn(self) -> None:
        now = self._clock.now()
        with self._database.read() as session:
            self._out = _still_claimed(session, self._out)
            if len(self._out) >= MOST_CLAIMED or not anything_due(session, now):
                return
        with self._database.write() as session:
            room = MOST_CLAIMED - len(self._out)
            claimed = claim(session, now=now, room=room, horizon=HORIZON)
            urgent = set(
                session.scalars(
                    select(Message.id).where(Message.id.in_(claimed), Message.lane <= URGENT_LANE)
                )
            )
        self._out += claimed
        self._publish([one for one in claimed if one in urgent], URGENT)
        self._publish([one for one in claimed if one not in urgent], TEXTS)

    def _publish(self, message_ids: Sequence[str], queue: str) -> None:
        for start in range(0, len(message_ids), CHUNK):
            chunk = list(message_ids[start : start + CHUNK])
            self._app.send_task(HAND_OVER, args=[chunk], queue=queue, retry=False)

    def _give_back(self) -> None:
        """Nobody got these: back into the queue. One that a worker began meanwhile stays begun."""
        with self._database.write() as session:
            session.execute(
                update(Message)
                .where(Message.id.in_(self._out), Message.state == MessageState.CLAIMED)
                .values(state=MessageState.QUEUED, lease_until=None)
                .execution_options(synchronize_session=False)
            )
        self._out = []


def _still_claimed(session: Session, message_ids: list[str]) -> list[str]:
    """Those that no worker has begun yet."""
    if not message_ids:
        return []
    claimed = select(Message.id).where(
        Message.id.in_(message_ids), Message.state == MessageState.CLAIMED
    )
    return list(session.scalars(claimed))
