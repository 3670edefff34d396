"""Rules of the console's pages: words for everything, nothing inline, parts as shipped."""

import hashlib
import re
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach import console
from outreach.console import words
from outreach.console.chart import HEIGHT, WIDTH, Answer, chart
from outreach.console.conversation import marked
from outreach.vocabulary import (
    AppointmentStatus,
    Concern,
    ConsentKind,
    ConsentSource,
    FlagOutcome,
    FlagReason,
    Language,
    MessageKind,
    MessageState,
    Outcome,
    Severity,
)

HERE = Path(console.__file__).parent
NOW = datetime(2026, 11, 18, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        (words.SEVERITY, Severity),
        (words.CONCERN, Concern),
        (words.REASON, FlagReason),
        (words.WHY, FlagReason),
        (words.OUTCOME, FlagOutcome),
        (words.MESSAGE_STATE, MessageState),
        (words.MESSAGE_KIND, MessageKind),
        (words.TOUCHPOINT_OUTCOME, Outcome),
        (words.APPOINTMENT, AppointmentStatus),
        (words.CONSENT, ConsentKind),
        (words.CONSENT_SOURCE, ConsentSource),
        (words.LANGUAGE, Language),
    ],
)
def test_every_code_has_words(table: dict[str, str], codes: type[StrEnum]) -> None:
    assert set(table) == set(codes)


@pytest.mark.parametrize("page", sorted(HERE.rglob("*.html")), ids=lambda page: page.name)
def test_no_page_holds_inline_script_style_or_handlers(page: Path) -> None:
    html = page.read_text()
    assert not re.findall(r"\sstyle=|\son[a-z]+=|hx-on|<style|javascript:|hx-vals=.js", html)
    assert not re.findall(r"<script(?![^>]*\ssrc=)", html)
    assert not re.findall(r"(?:src|href)=\"https?:", html)


def test_what_was_vendored_is_what_was_shipped() -> None:
    folder = HERE / "static" / "htmx"
    for line in (folder / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split()
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    assert (folder / "LICENSE").exists()


@pytest.mark.parametrize(
    ("left", "reads", "look"),
    [
        (timedelta(minutes=12), "due in 12 min", "soon"),
        (timedelta(seconds=20), "due in 1 min", "soon"),
        (timedelta(hours=3, minutes=5), "due in 3 h", "later"),
        (timedelta(days=3), "due in 3 days", "later"),
        (timedelta(0), "overdue by 1 min", "overdue"),
        (-timedelta(minutes=5), "overdue by 5 min", "overdue"),
    ],
)
def test_clocks_read_as_people_speak(left: timedelta, reads: str, look: str) -> None:
    assert words.clock(NOW + left, NOW) == (reads, look)


@given(st.text(max_size=80), st.lists(st.tuples(st.integers(-5, 90), st.integers(-5, 90))))
def test_marking_loses_no_word(text: str, spans: list[tuple[int, int]]) -> None:
    pieces = marked(text, spans)
    assert "".join(piece.text for piece in pieces) == text
    flagged = [piece.marked for piece in pieces for _ in piece.text]
    assert flagged == [any(start <= i < end for start, end in spans) for i in range(len(text))]


@given(
    st.lists(st.tuples(st.integers(0, 180), st.floats(0, 10)), min_size=1, max_size=40).map(sorted)
)
def test_every_answer_lies_inside_the_picture(answers: list[tuple[int, float]]) -> None:
    drawn = chart(
        [Answer(NOW + timedelta(days=day), score) for day, score in answers],
        zone="America/Chicago",
        low_score=2,
    )
    assert drawn is not None
    assert all(0 < dot.x < WIDTH and 0 < dot.y < HEIGHT for dot in drawn.dots)
    assert [dot.x for dot in drawn.dots] == sorted(dot.x for dot in drawn.dots)


def test_no_answers_make_no_picture() -> None:
    assert chart([], zone="America/Chicago", low_score=None) is None
