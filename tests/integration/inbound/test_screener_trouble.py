"""A screener that fails or dawdles loses no text, and calls a person."""

import time
from collections.abc import Sequence
from datetime import datetime

import pytest

from outreach.database import Database
from outreach.models import Counter, Page
from outreach.safety import screen as rules
from outreach.safety.paging import page_due
from outreach.safety.screen import Screening
from outreach.settings import Settings
from outreach.start import Started
from outreach.vocabulary import FlagReason, Severity
from tests.integration.inbound.place import Clock, Place
from webhooks import create_app


class Broken:
    """Rules that do not load."""

    def screen(self, text: str) -> Screening:
        raise ValueError(f"a rule is not well-formed, so {len(text)} letters stay unread")

    def screen_together(self, texts: Sequence[str]) -> Screening:
        raise ValueError(f"a rule is not well-formed, so {len(texts)} texts stay unread")


class Dawdling:
    """Takes its time before it says what the rules say."""

    def screen(self, text: str) -> Screening:
        time.sleep(0.3)
        return rules.screen(text)

    def screen_together(self, texts: Sequence[str]) -> Screening:
        return rules.screen_together(texts)


@pytest.fixture
def broken(database: Database, settings: Settings, now: datetime) -> Place:
    clock = Clock(now)
    app = create_app(Started(settings, database, clock), screener=Broken())
    made = Place(app, database, clock)
    made.found()
    return made


def counted(place: Place, name: str) -> int:
    return sum(row.value for row in place.rows(Counter, name=f"metric:{name}"))


def test_what_was_never_screened_calls_a_person_within_the_hour(
    broken: Place, settings: Settings
) -> None:
    broken.client()

    broken.text("see you on tuesday")

    flag = broken.flag()
    assert (flag.reason, flag.severity) == (FlagReason.UNSCREENED, Severity.HIGH)
    assert page_due(broken.database, settings, now=broken.clock.time) == 1
    assert broken.rows(Page)
    assert counted(broken, "screenings_failed") == 1


def test_a_picture_without_words_still_waits_till_later_in_the_day(place: Place) -> None:
    place.client()

    place.text("", NumMedia="1")

    assert place.flag().severity == Severity.MODERATE


def test_readyz_says_that_the_rules_do_not_load(broken: Place) -> None:
    answer = broken.web.get("/readyz")

    assert answer.status_code == 503
    assert "the screening rules do not load" in answer.text


def test_slow_screening_is_counted_and_does_no_harm(
    sqlite_database: Database, settings: Settings, now: datetime
) -> None:
    clock = Clock(now)
    app = create_app(Started(settings, sqlite_database, clock), screener=Dawdling())
    place = Place(app, sqlite_database, clock)
    place.found()
    place.client()

    place.text("i want to kill myself")

    assert place.flag().reason == FlagReason.CONCERN
    assert counted(place, "screenings_slow") == 1
