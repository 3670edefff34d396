"""What staff do with flags: one UPDATE decides who was first, and history is only added to."""

import pytest

from outreach.models import Client, Flag, Staff
from outreach.safety import flags
from outreach.safety.paging import page_due
from outreach.settings import Settings
from outreach.vocabulary import FlagOutcome, FlagState
from tests.integration.inbound.place import Place

CRY = "i want to kill myself"


@pytest.fixture
def flag(place: Place) -> Flag:
    place.client()
    place.text(CRY)
    return place.flag()


@pytest.fixture
def ana(place: Place) -> str:
    return member(place, "ana")


def member(place: Place, name: str) -> str:
    staff = Staff(id=name, email_hash=name, name=name, created_at=place.clock.time)
    staff.email = f"{name}@example.org"
    with place.database.write() as session:
        session.add(staff)
    return staff.id


def claim(place: Place, flag: Flag, who: str, version: int) -> bool:
    with place.database.write() as session:
        return flags.claim(session, flag.id, who, version, place.clock.time)


def close(place: Place, flag: Flag, who: str, version: int, *, resume: bool = True) -> bool:
    with place.database.write() as session:
        return flags.close(
            session,
            flag.id,
            who,
            FlagOutcome.TALKED,
            "called, all well",
            resume,
            version,
            place.clock.time,
        )


def test_of_two_who_claim_one_wins_and_the_other_learns_it(
    place: Place, flag: Flag, ana: str
) -> None:
    ben = member(place, "ben")

    assert claim(place, flag, ana, flag.version)
    assert not claim(place, flag, ben, flag.version)

    assert place.flag().owner_id == ana


def test_a_new_text_makes_an_edit_of_the_older_version_lose(
    place: Place, flag: Flag, ana: str
) -> None:
    place.clock.pass_by(minutes=20)
    place.text(CRY)

    assert not claim(place, flag, ana, flag.version)


def test_claiming_stops_paging_and_letting_go_starts_it_again(
    place: Place, flag: Flag, ana: str, settings: Settings
) -> None:
    claim(place, flag, ana, flag.version)
    assert page_due(place.database, settings, now=place.clock.pass_by(hours=1)) == 0

    with place.database.write() as session:
        assert flags.release_claim(session, flag.id, ana, flag.version + 1, place.clock.time)

    assert page_due(place.database, settings, now=place.clock.time) == 1


def test_a_graver_text_pages_again_although_somebody_has_the_flag(
    place: Place, flag: Flag, ana: str, settings: Settings
) -> None:
    claim(place, flag, ana, flag.version)
    place.clock.pass_by(minutes=20)

    place.text("i have the pills in my hand and im going to take them all tonight to kill myself")

    assert page_due(place.database, settings, now=place.clock.time) == 1


def test_closing_ends_the_episode(place: Place, flag: Flag, ana: str) -> None:
    assert close(place, flag, ana, flag.version)
    assert not close(place, flag, ana, flag.version + 1)

    closed = place.flag()
    assert (closed.state, closed.outcome) == (FlagState.CLOSED, FlagOutcome.TALKED)
    place.clock.pass_by(minutes=20)
    place.text(CRY)
    assert len(place.flags()) == 2


def test_closing_without_resuming_keeps_the_client_paused(
    place: Place, flag: Flag, ana: str
) -> None:
    close(place, flag, ana, flag.version, resume=False)

    assert place.get(Client, flag.client_id or "").paused_by == "staff"


def test_the_history_tells_it_all_in_order(place: Place, flag: Flag, ana: str) -> None:
    claim(place, flag, ana, flag.version)
    with place.database.write() as session:
        note = "will call at 3"
        assert flags.add_note(session, flag.id, ana, note, flag.version + 1, place.clock.time)
    close(place, flag, ana, flag.version + 2)

    history = place.history(flag)

    assert [event.what for event in history] == ["opened", "claimed", "note", "closed"]
    assert [event.note for event in history][2:] == ["will call at 3", "called, all well"]
