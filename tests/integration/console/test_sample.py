"""Reading what was not flagged: one reply at a time, with a verdict that is kept."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from outreach.models import Flag, Reply, SampledReply
from outreach.safety.sample import draw_samples
from outreach.vocabulary import StaffRole
from tests.integration.console.house import House

Console = Callable[[str], FlaskClient]

MISSED = {"verdict": "should_have_been_flagged", "severity": "high"}


@pytest.fixture
def drawn(house: House) -> Reply:
    """A reply of yesterday in Riverside, where ada works and vera looks; cy works at Harbor."""
    riverside = house.program("riverside", "+15005550006")
    house.member("ada", riverside)
    house.member("vera", riverside, role=StaffRole.AUDITOR)
    house.member("cy", house.program("harbor", "+15005550008"))
    sam = house.client(riverside, "Sam Whitaker", "+12025550123")
    reply = house.reply(sam, "the bridge again tonight", ago=timedelta(days=1))
    assert draw_samples(house.database, now=house.now) == 1
    return reply


def test_a_missed_one_is_flagged_on_the_spot_and_the_next_is_shown(
    console: Console, house: House, drawn: Reply, audit: Callable[[], list[str]]
) -> None:
    member = console("ada")
    assert "the bridge again tonight" in member.get("/sample").text

    assert member.post(f"/sample/{drawn.id}", data=MISSED).status_code == 303

    assert "Everything drawn was read" in member.get("/sample").text
    assert "Sam Whitaker" in member.get("/").text
    with house.database.read() as session:
        assert session.query(Flag).one().severity == "high"
    assert [act for act in audit() if act.endswith("sample")] == ["saw sample", "judged sample"]


def test_a_second_verdict_loses(console: Console, house: House, drawn: Reply) -> None:
    member = console("ada")
    member.post(f"/sample/{drawn.id}", data={"verdict": "fine"})

    assert member.post(f"/sample/{drawn.id}", data=MISSED).status_code == 409

    with house.database.read() as session:
        assert session.get_one(SampledReply, drawn.id).verdict == "fine"


@pytest.mark.parametrize("form", [{}, {"verdict": "maybe"}, {**MISSED, "severity": "none"}])
def test_half_a_verdict_is_asked_for_again(
    console: Console, drawn: Reply, form: dict[str, str]
) -> None:
    assert console("ada").post(f"/sample/{drawn.id}", data=form).status_code == 422


def test_another_programs_sample_looks_like_none(console: Console, drawn: Reply) -> None:
    stranger = console("cy")
    assert "the bridge" not in stranger.get("/sample").text
    assert stranger.post(f"/sample/{drawn.id}", data=MISSED).status_code == 404


def test_an_auditor_reads_and_gives_no_verdict(console: Console, drawn: Reply) -> None:
    auditor = console("vera")
    assert "the bridge" in auditor.get("/sample").text
    assert auditor.post(f"/sample/{drawn.id}", data=MISSED).status_code == 403
