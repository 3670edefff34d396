"""Pages where the program file names nobody, or nobody comes: supervisors, and never silence."""

import pytest

from outreach import vault
from outreach.models import FlagEvent, Membership, Page, Staff, new_id
from outreach.safety.page_people import supervisors
from outreach.safety.paging import page_due
from outreach.settings import Settings
from outreach.vocabulary import StaffRole
from tests.integration.inbound.place import Place
from tests.integration.inbound.test_page_channels import (  # noqa: F401  fixtures
    CRY,
    Mailbox,
    mailbox,
    with_mail,
)

EMPTY = {"rota": [], "people": {}, "steps": []}


def member(place: Place, role: StaffRole) -> str:
    """A member of the program's staff with this role; returns their address."""
    address = f"{role}@example.org"
    row = Staff(
        id=new_id(),
        email_hash=vault.current().fingerprint(address),
        created_at=place.clock.time,
    )
    row.email = address
    with place.database.write() as session:
        session.add(row)
        session.flush()
        session.add(Membership(staff_id=row.id, program_id=place.program_id, role=role))
    return address


@pytest.fixture
def unmanned(unfounded: Place) -> Place:
    """A program whose file names nobody, and an urgent flag."""
    unfounded.found(on_call=EMPTY)
    unfounded.client()
    unfounded.text(CRY)
    return unfounded


def test_supervisors_and_admins_are_mailed_when_the_file_names_nobody(
    unmanned: Place,
    mailbox: Mailbox,  # noqa: F811
    with_mail: Settings,  # noqa: F811
) -> None:
    addresses = {member(unmanned, role) for role in (StaffRole.SUPERVISOR, StaffRole.ADMIN)}
    member(unmanned, StaffRole.STAFF)

    page_due(unmanned.database, with_mail, now=unmanned.clock.time)

    to = {
        line[4:] for letter in mailbox.letters for line in letter.splitlines() if line[:4] == "To: "
    }
    assert to == addresses
    assert all(page.accepted_at for page in unmanned.rows(Page))


def test_without_anybody_the_history_says_so_once(unmanned: Place, settings: Settings) -> None:
    member(unmanned, StaffRole.SUPERVISOR)  # but there is no mail server

    for _ in range(3):
        page_due(unmanned.database, settings, now=unmanned.clock.pass_by(minutes=6))

    assert len(unmanned.rows(FlagEvent, what="nobody_to_page")) == 1
    assert unmanned.flag().page_at is not None


def test_supervisors_join_when_every_step_ran_in_vain(
    place: Place,
    mailbox: Mailbox,  # noqa: F811
    with_mail: Settings,  # noqa: F811
) -> None:
    member(place, StaffRole.SUPERVISOR)
    place.client()
    place.text(CRY)

    for _ in range(3):
        page_due(place.database, with_mail, now=place.clock.pass_by(minutes=30))

    assert [page.step for page in place.rows(Page, channel="email")] == [2]
    assert {page.person for page in place.rows(Page, step=2, channel="sms")} == {"lead"}
    assert len(mailbox.letters) == 1


def test_who_left_is_not_paged(unmanned: Place, with_mail: Settings) -> None:  # noqa: F811
    member(unmanned, StaffRole.SUPERVISOR)
    with unmanned.database.write() as session:
        session.query(Staff).update({"disabled_at": unmanned.clock.time})

    with unmanned.database.read() as session:
        assert supervisors(session, with_mail, unmanned.program_id) == {}
