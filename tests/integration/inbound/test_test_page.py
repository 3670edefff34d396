"""A test page tries every channel for real."""

from collections.abc import Callable

import pytest
from sqlalchemy import update

from outreach.models import Flag, Message
from outreach.programs.loaded import LoadedProgram, load_program
from outreach.safety.page_test import NobodyToPageError, look_again, send_test_pages
from outreach.settings import Settings
from outreach.vocabulary import MessageKind, MessageState
from tests.integration.inbound.place import Place
from tests.integration.inbound.test_page_channels import (  # noqa: F401  fixtures
    Hook,
    Mailbox,
    _settings,
    hook,
    mailbox,
    with_mail,
)


def program(place: Place) -> LoadedProgram:
    with place.database.read() as session:
        return load_program(session, place.program_id)


def test_every_channel_is_tried_and_says_what_was_accepted(
    unfounded: Place,
    mailbox: Mailbox,  # noqa: F811
    hook: Hook,  # noqa: F811
    with_mail: Settings,  # noqa: F811
) -> None:
    hook.status = 500
    ways = {
        "sms": "+12025550190",
        "email": "lead@example.org",
        "webhook": f"http://127.0.0.1:{hook.server_port}/page",
    }
    unfounded.found(on_call={"rota": [{"who": "lead"}], "people": {"lead": ways}})
    now = unfounded.clock.time

    tried = send_test_pages(unfounded.database, with_mail, program(unfounded), person=None, now=now)

    outcomes = {each.channel: each.outcome for each in tried}
    assert outcomes == {"sms": "waiting", "email": "accepted", "webhook": "HTTPError"}
    assert "Test page from Riverside" in mailbox.letters[0]
    with unfounded.database.write() as session:
        session.execute(
            update(Message)
            .where(Message.kind == MessageKind.PAGE)
            .values(state=MessageState.ACCEPTED)
        )
    assert look_again(unfounded.database, tried)[0].outcome == "accepted"
    assert not unfounded.rows(Flag)


def test_without_a_mail_server_it_says_so(unfounded: Place, free_port: Callable[[], int]) -> None:
    unfounded.found(on_call={"people": {"lead": {"email": "lead@example.org"}}})

    (tried,) = send_test_pages(
        unfounded.database,
        _settings(free_port()),
        program(unfounded),
        person="lead",
        now=unfounded.clock.time,
    )

    assert tried.outcome == "ConnectionRefusedError"


@pytest.mark.parametrize("person", [None, "nobody"])
def test_with_nobody_to_page_it_says_what_to_do(
    unfounded: Place, settings: Settings, person: str | None
) -> None:
    unfounded.found(on_call={"rota": [], "people": {}, "steps": []})

    with pytest.raises(NobodyToPageError):
        send_test_pages(
            unfounded.database,
            settings,
            program(unfounded),
            person=person,
            now=unfounded.clock.time,
        )
