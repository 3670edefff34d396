"""Opting out and in by text (law 1), with the carrier's own words and with ours."""

import pytest

from outreach.models import Client, ConsentEvent, Message
from outreach.vocabulary import (
    ConsentKind,
    ConsentSource,
    FlagReason,
    MessageKind,
    PromptKind,
)
from tests.integration.inbound.place import PHONE, Place

STOP_WORDS = ["STOP", "stop", " Stop ", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"]


@pytest.mark.parametrize("word", STOP_WORDS)
def test_a_stop_word_revokes_at_once_with_one_confirmation(place: Place, word: str) -> None:
    client = place.client()
    place.ask(client, PromptKind.APPOINTMENT, place.visit(client))

    (answer,) = place.text(word)

    assert not place.has_consent()
    assert place.get(Message, answer.message_id).kind == MessageKind.OPT_OUT
    assert place.text(word) == []


def test_free_wording_revokes_too(place: Place) -> None:
    place.client()

    (answer,) = place.text("please take me off your list")

    assert not place.has_consent()
    assert "START" in answer.body


def test_stopping_for_a_week_is_a_pause_and_no_opt_out(place: Place) -> None:
    place.client()

    place.text("can you stop for a week")

    assert place.has_consent()


def test_an_opt_out_reaches_everybody_on_that_number_and_withdraws_what_waits(
    place: Place,
) -> None:
    place.client()
    place.client()

    place.text("STOP")

    assert not place.has_consent()
    assert len(place.rows(ConsentEvent, kind=ConsentKind.REVOKED)) == 1


@pytest.mark.parametrize("word", ["STOP", "HELP", "START"])
def test_the_carriers_own_words_are_recorded_but_answered_by_the_carrier(
    unfounded: Place, word: str
) -> None:
    unfounded.found(keywords="carrier")
    unfounded.client()

    assert unfounded.text(word) == []

    assert unfounded.has_consent() == (word != "STOP")


def test_the_carriers_opt_out_type_counts_as_its_word(unfounded: Place) -> None:
    unfounded.found(keywords="service")
    unfounded.client()

    assert unfounded.text("Stop", OptOutType="STOP") == []

    (event,) = unfounded.rows(ConsentEvent, kind=ConsentKind.REVOKED)
    assert event.source == ConsentSource.CARRIER


def test_a_stop_word_that_only_the_carrier_knows_revokes(place: Place) -> None:
    place.client()

    assert place.text("Basta ya", OptOutType="STOP") == []

    assert not place.has_consent()


def test_free_wording_is_confirmed_by_us_also_where_the_carrier_has_its_words(
    unfounded: Place,
) -> None:
    unfounded.found(keywords="carrier")
    unfounded.client()

    assert len(unfounded.text("stop texting me please")) == 1


def test_start_restores_what_a_text_revoked(place: Place) -> None:
    place.client()
    place.text("STOP")

    (answer,) = place.text("START")

    assert place.has_consent()
    assert "back on" in answer.body


def test_start_never_restores_what_staff_revoked(place: Place) -> None:
    place.client(has=None)
    from outreach import consent, vault

    fact = consent.ConsentFact(
        place.program_id,
        vault.current().fingerprint(PHONE),
        ConsentKind.REVOKED,
        ConsentSource.STAFF,
        place.clock.time,
    )
    with place.database.write() as session:
        consent.record(session, fact, now=place.clock.time)

    assert place.text("START") == []
    assert not place.has_consent()


def test_a_yes_to_being_asked_gives_consent_and_is_welcomed(place: Place) -> None:
    client = place.client(has=ConsentKind.ASKED, welcomed_at=None)

    (answer,) = place.text("Yes please")

    assert place.has_consent()
    assert place.get(Message, answer.message_id).kind == MessageKind.WELCOME
    assert place.get(Client, client).welcomed_at == place.clock.time


def test_nothing_is_said_to_somebody_who_was_only_asked(place: Place) -> None:
    client = place.client(has=ConsentKind.ASKED)
    place.ask(client, PromptKind.SCALE)

    assert place.text("7") == []
    assert not place.has_consent()


def test_a_wrong_number_revokes_and_opens_a_staff_task(place: Place) -> None:
    place.client()

    (answer,) = place.text("wrong number")

    assert not place.has_consent()
    assert place.flag().reason == FlagReason.WRONG_NUMBER
    assert "not text this number again" in answer.body


def test_help_is_answered_without_consent_and_staff_hear_of_it(place: Place) -> None:
    place.client()
    place.text("STOP")

    (answer,) = place.text("HELP")

    assert "Riverside" in answer.body
    assert place.flag().reason == FlagReason.REQUEST


def test_a_stop_beside_an_answer_keeps_the_answer(place: Place) -> None:
    client = place.client()
    place.ask(client, PromptKind.SCALE)

    place.text("7. STOP")

    assert not place.has_consent()
    assert [record.score for record in place.records()] == [7]


def test_a_strangers_stop_word_suppresses_the_number_without_a_word(place: Place) -> None:
    assert place.text("STOP", number="+12025550177") == []

    (event,) = place.rows(ConsentEvent)
    assert event.kind == ConsentKind.REVOKED
