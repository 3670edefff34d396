"""Looking at what was not flagged: the daily sample, verdicts, and what the report says."""

from datetime import timedelta

import pytest

from outreach.models import Reply, SampledReply, Staff, new_id
from outreach.safety import flags
from outreach.safety.sample import draw_samples, judge
from outreach.safety.screening_report import ScreeningReport, screening_report
from outreach.vocabulary import FlagOutcome, SampleVerdict, Severity
from tests.integration.inbound.place import Place

CRY = "i want to kill myself"


def words(day: int, count: int) -> list[str]:
    return [f"see you at the garden number {day * 100 + each}" for each in range(count)]


@pytest.fixture
def busy(unfounded: Place) -> Place:
    """A day of five harmless texts and a cry, seen from the next day."""
    unfounded.found(daily_sample=3)
    unfounded.client()
    for body in words(1, 5):
        unfounded.text(body)
    unfounded.text(CRY)
    unfounded.clock.pass_by(days=1)
    return unfounded


@pytest.fixture
def ana(busy: Place) -> str:
    member = Staff(id=new_id(), email_hash=new_id(), created_at=busy.clock.time)
    member.email = "ana@example.org"
    with busy.database.write() as session:
        session.add(member)
    return member.id


def verdict(place: Place, reply_id: str, ana: str, says: SampleVerdict) -> bool:
    with place.database.write() as session:
        return judge(session, reply_id, says, Severity.HIGH, staff_id=ana, now=place.clock.time)


def report(place: Place) -> ScreeningReport:
    since = place.clock.time - timedelta(days=30)
    with place.database.read() as session:
        return screening_report(session, place.program_id, since=since)


def test_yesterdays_unflagged_replies_are_drawn_once(busy: Place) -> None:
    busy.text("today is not yesterday")

    assert draw_samples(busy.database, now=busy.clock.time) == 3
    assert draw_samples(busy.database, now=busy.clock.pass_by(minutes=5)) == 0

    drawn = {busy.get(Reply, row.reply_id).body for row in busy.rows(SampledReply)}
    assert drawn < set(words(1, 5))


def test_a_program_that_wants_no_sample_gets_none(unfounded: Place) -> None:
    unfounded.found(daily_sample=0)
    unfounded.client()
    unfounded.text("hello there")

    assert draw_samples(unfounded.database, now=unfounded.clock.pass_by(days=1)) == 0


def test_what_should_have_been_flagged_is_flagged_on_the_spot(busy: Place, ana: str) -> None:
    draw_samples(busy.database, now=busy.clock.time)
    chosen = busy.rows(SampledReply)[0].reply_id

    assert verdict(busy, chosen, ana, SampleVerdict.MISSED)
    assert not verdict(busy, chosen, ana, SampleVerdict.FINE)

    (flag,) = [each for each in busy.flags() if each.reply_id == chosen]
    assert flag.page_at == busy.clock.time
    assert busy.get(SampledReply, chosen).verdict == SampleVerdict.MISSED


def test_the_report_says_how_sure_it_is(busy: Place, ana: str) -> None:
    draw_samples(busy.database, now=busy.clock.time)
    first, second, _ = busy.rows(SampledReply)
    assert report(busy).miss_rate is None
    verdict(busy, first.reply_id, ana, SampleVerdict.MISSED)
    verdict(busy, second.reply_id, ana, SampleVerdict.FINE)

    found = report(busy)

    assert (found.replies, found.flagged, found.drawn, found.read, found.missed) == (6, 1, 3, 2, 1)
    low, high = found.interval
    assert low < 0.5 == found.miss_rate < high


def test_false_alarms_are_counted_by_rule(busy: Place, ana: str) -> None:
    flag = busy.flag()
    with busy.database.write() as session:
        flags.close(
            session,
            flag.id,
            ana,
            FlagOutcome.FALSE_ALARM,
            "A song.",
            True,
            flag.version,
            busy.clock.time,
        )

    rules = report(busy).rules

    assert rules
    assert all((rule.closed, rule.false_alarms) == (1, 1) for rule in rules)
