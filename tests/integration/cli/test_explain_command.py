"""`outreach explain`: the story of one text."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from outreach.database import Database
from outreach.delivery.outbox import Outbound, message_row
from outreach.models import (
    Attempt,
    Client,
    Decision,
    Message,
    Program,
    Receipt,
    Sender,
    Touchpoint,
    new_id,
)
from outreach.vocabulary import MessageKind, MessageState, TouchpointState, Verdict
from tests.integration.cli.conftest import Outreach, sentence

BODY = "One small step is a step."


@pytest.fixture
def touchpoint(
    outreach: Outreach,
    riverside: str,
    sqlite_database: Database,
    tmp_path: Path,
    now: datetime,
) -> str:
    """A planned hope text that was held once."""
    path = tmp_path / "clients.csv"
    path.write_text("external_id,phone,consent\nc1,+12025550123,asked\n")
    outreach("clients", "import", path, "--program", riverside)
    touchpoint_id = new_id()
    with sqlite_database.write() as session:
        client = session.scalars(select(Client)).one()
        session.add(
            Touchpoint(
                id=touchpoint_id,
                program_id=client.program_id,
                client_id=client.id,
                slot="2026-11-18",
                kind=MessageKind.HOPE,
                planned_at=now,
                due_at=now + timedelta(hours=1),
                useful_until=now + timedelta(hours=4),
            )
        )
        session.flush()
        decision = Decision(id=new_id(), touchpoint_id=touchpoint_id, at=now)
        decision.verdict, decision.reason = Verdict.HOLD, "quiet_hours"
        decision.until = now + timedelta(hours=1)
        session.add(decision)
    return touchpoint_id


@pytest.fixture
def message(sqlite_database: Database, touchpoint: str, now: datetime) -> str:
    """The same text after it was let go, refused once and taken by the carrier."""
    at = now + timedelta(hours=1)
    with sqlite_database.write() as session:
        row = _message(session.scalars(select(Sender.id)).one(), touchpoint, at)
        row["program_id"] = session.scalars(select(Program.id)).one()
        session.add(Message(**row))
        held = session.get(Touchpoint, touchpoint)
        assert held is not None
        held.state, held.message_id = TouchpointState.RELEASED, row["id"]
        session.add(Decision(touchpoint_id=touchpoint, at=at, verdict="send", reason="due"))
        session.flush()
        for ordinal, outcome, error in ((1, "retry", "20429"), (2, "accepted", None)):
            later = at + timedelta(seconds=ordinal)
            attempt = Attempt(message_id=row["id"], ordinal=ordinal, at=later, settled_at=later)
            attempt.outcome, attempt.error = outcome, error
            session.add(attempt)
        receipt = Receipt(message_id=row["id"], status="delivered")
        receipt.received_at = at + timedelta(seconds=5)
        session.add(receipt)
    return str(row["id"])


def _message(sender_id: str, touchpoint_id: str, at: datetime) -> dict[str, object]:
    return message_row(
        Outbound(
            program_id="",
            sender_id=sender_id,
            number="+12025550123",
            number_hash="0" * 32,
            body=BODY,
            kind=MessageKind.HOPE,
            language="en",
            send_after=at,
            useful_until=at + timedelta(hours=1),
            touchpoint_id=touchpoint_id,
            text_id="hope-1",
        ),
        now=at,
        state=MessageState.DELIVERED,
    )


def test_a_held_text_says_until_when_and_why(outreach: Outreach, touchpoint: str) -> None:
    told = outreach("explain", touchpoint).output
    assert "Held: It is outside the hours" in told
    assert "Until 2026-11-18 19:00 UTC." in told
    assert told.splitlines()[-1].startswith("Now: planned.")


def test_a_sent_text_is_told_from_plan_to_receipt(outreach: Outreach, message: str) -> None:
    steps = json.loads(outreach("explain", message, "--json").output)["steps"]
    words = [step["words"] for step in steps]
    expected = (
        *("Planned for this moment", "Held:", "Let go:", "Written (hope)"),
        *("Attempt 1: the carrier was called", "Attempt 1: the carrier did not take it"),
        *("Attempt 2: the carrier was called", "Attempt 2: the carrier took it"),
        "The carrier reported: delivered.",
    )
    assert len(words) == len(expected)
    assert all(told.startswith(start) for told, start in zip(words, expected, strict=True))


def test_neither_words_nor_numbers_are_told(outreach: Outreach, message: str) -> None:
    told = outreach("explain", message).output
    assert BODY not in told
    assert "2025550123" not in told


def test_the_touchpoint_of_a_message_tells_the_same(
    outreach: Outreach, message: str, touchpoint: str
) -> None:
    assert outreach("explain", touchpoint).output == outreach("explain", message).output


def test_an_id_of_nothing_is_told_in_a_sentence(outreach: Outreach, riverside: str) -> None:
    assert "no message and no touchpoint" in sentence(outreach("explain", "f" * 32))
