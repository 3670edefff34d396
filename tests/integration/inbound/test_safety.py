"""No cry for help is lost: flags, safety replies, pages, whatever else the text does."""

import pytest

from outreach.models import Appointment, Flag, Message, Page
from outreach.safety.paging import page_due
from outreach.settings import Settings
from outreach.vocabulary import (
    AppointmentStatus,
    Concern,
    ConsentKind,
    FlagReason,
    FlagState,
    MessageKind,
    PromptKind,
    Severity,
)
from tests.integration.inbound.place import PHONE, Answered, Place

CRY = "i want to kill myself"
PLAN = "i have the pills in my hand and im going to take them all tonight to kill myself"


def kind_of(place: Place, answer: Answered) -> str:
    return place.get(Message, answer.message_id).kind


def test_a_cry_for_help_opens_a_flag_and_gets_the_safety_reply(place: Place) -> None:
    client = place.client()

    (answer,) = place.text(CRY)

    flag = place.flag()
    assert (flag.reason, flag.concern, flag.client_id) == (
        FlagReason.CONCERN,
        Concern.SUICIDE,
        client,
    )
    assert Severity(flag.severity).rank >= Severity.HIGH.rank
    assert kind_of(place, answer) == MessageKind.SAFETY
    assert "988" in answer.body
    assert "told" not in answer.body


def test_the_history_says_which_words_raised_it_without_the_words(place: Place) -> None:
    place.client()
    place.text(CRY)

    (event,) = place.history(place.flag())

    assert event.details is not None
    assert event.details["rules"]
    assert event.details["spans"]
    assert "kill" not in str({**event.details, "rules": [], "spans": []})


def test_a_second_cry_joins_the_episode_and_is_not_answered_again(place: Place) -> None:
    place.client()
    place.text(CRY)
    place.clock.pass_by(minutes=20)

    assert place.text(CRY) == []

    assert len(place.history(place.flag())) == 2


def test_a_graver_cry_raises_the_flag_and_is_answered_again(place: Place) -> None:
    place.client()
    place.text(CRY)
    place.clock.pass_by(minutes=20)

    (answer,) = place.text(PLAN)

    assert place.flag(FlagReason.CONCERN).severity == Severity.IMMINENT
    assert kind_of(place, answer) == MessageKind.SAFETY


def test_a_new_episode_within_three_days_is_one_step_up(place: Place) -> None:
    place.client()
    place.text("i feel so hopeless, whats the point of it all")
    first = place.flag().severity
    place.clock.pass_by(hours=30)

    place.text("i feel so hopeless, whats the point of it all")

    newest = max(place.flags(), key=lambda flag: flag.opened_at)
    assert Severity(newest.severity).rank == Severity(first).rank + 1


def test_stop_and_a_cry_in_one_text_does_both(place: Place) -> None:
    place.client()

    (answer,) = place.text("Stop texting me. I want to kill myself")

    assert not place.has_consent()
    assert place.flag().concern == Concern.SUICIDE
    assert kind_of(place, answer) == MessageKind.OPT_OUT
    assert "988" in answer.body


def test_an_answer_beside_a_cry_is_recorded_but_not_thanked(place: Place) -> None:
    client = place.client()
    place.ask(client, PromptKind.SCALE)

    (answer,) = place.text("8 but honestly i want to kill myself")

    assert kind_of(place, answer) == MessageKind.SAFETY
    assert [record.score for record in place.records()] == [8]


def test_a_cry_that_sounds_like_a_cancellation_gives_no_visit_away(place: Place) -> None:
    client = place.client()
    visit = place.visit(client)
    place.ask(client, PromptKind.APPOINTMENT, subject=visit)

    place.text("i cant do this anymore, i want to kill myself")

    assert place.get(Appointment, visit).status == AppointmentStatus.BOOKED
    assert [flag.reason for flag in place.flags()] == [FlagReason.CONCERN]


def test_while_a_grave_flag_is_open_nothing_cheerful_is_answered(place: Place) -> None:
    client = place.client()
    place.text(CRY)
    place.clock.pass_by(hours=1)
    place.ask(client, PromptKind.SCALE)

    assert place.text("8") == []
    assert [record.score for record in place.records()] == [8]
    assert [kind_of(place, answer) for answer in place.text("HELP")] == [MessageKind.HELP]


def test_a_cry_in_two_pieces_is_heard(place: Place) -> None:
    place.client()
    place.text("I want to")
    assert not [flag for flag in place.flags() if flag.reason == FlagReason.CONCERN]
    place.clock.pass_by(minutes=2)

    place.text("kill myself")

    assert any(flag.concern == Concern.SUICIDE for flag in place.flags())


def test_a_harmless_text_after_a_cry_does_not_count_as_another_cry(place: Place) -> None:
    place.client()
    place.text(CRY)
    place.clock.pass_by(minutes=2)

    place.text("thanks")

    assert len(place.history(place.flag())) == 1


def test_a_stranger_in_danger_is_flagged_and_gets_the_safety_reply(place: Place) -> None:
    (answer,) = place.text(CRY, number="+12025550177")

    flag = place.flag()
    assert (flag.reason, flag.client_id) == (FlagReason.UNMATCHED, None)
    assert kind_of(place, answer) == MessageKind.SAFETY


def test_on_a_shared_phone_the_flag_names_everybody(place: Place) -> None:
    people = {place.client(), place.client()}

    place.text(CRY)

    (event,) = place.history(place.flag())
    assert event.details is not None
    assert set(event.details["clients"]) == people


@pytest.mark.parametrize("has", [None, ConsentKind.ASKED, ConsentKind.REVOKED])
def test_the_safety_reply_needs_no_consent(place: Place, has: ConsentKind | None) -> None:
    place.client(has=has)

    (answer,) = place.text(CRY)

    assert kind_of(place, answer) == MessageKind.SAFETY


def test_a_stop_word_within_a_day_of_a_flag_opens_a_staff_item(unfounded: Place) -> None:
    unfounded.found(keywords="carrier")
    unfounded.client()
    unfounded.text(CRY)
    unfounded.clock.pass_by(hours=5)

    unfounded.text("END")

    assert {flag.reason for flag in unfounded.flags()} == {
        FlagReason.CONCERN,
        FlagReason.REQUEST,
    }


def test_a_picture_without_words_is_looked_at_by_a_person(place: Place) -> None:
    place.client()

    (answer,) = place.text("", NumMedia="1")

    assert place.flag().reason == FlagReason.UNSCREENED
    assert "person" in answer.body


def test_a_text_in_letters_nobody_here_reads_is_looked_at_by_a_person(place: Place) -> None:
    place.client()

    place.text("я больше не хочу жить")

    assert place.flag().reason == FlagReason.UNSCREENED


def test_an_empty_text_is_kept_and_nothing_else(place: Place) -> None:
    place.client()

    assert place.text("") == []

    assert len(place.replies()) == 1
    assert not place.flags()


def pages(place: Place) -> list[str]:
    rows = sorted(place.rows(Message, kind=MessageKind.PAGE), key=lambda row: row.id)
    return [row.body or "" for row in rows]


def test_whoever_is_on_call_is_paged_without_a_word_of_the_client(
    place: Place, settings: Settings
) -> None:
    place.client()
    place.text(CRY)

    assert page_due(place.database, settings, now=place.clock.time) == 1

    (words,) = pages(place)
    assert place.flag().ref in words
    assert "https://outreach.example/p/" in words
    assert "kill" not in words
    assert "Dana" not in words
    assert PHONE not in words


def test_without_an_answer_the_next_step_pages_everybody(place: Place, settings: Settings) -> None:
    place.client()
    place.text(CRY)
    page_due(place.database, settings, now=place.clock.time)
    assert page_due(place.database, settings, now=place.clock.pass_by(minutes=4)) == 0

    page_due(place.database, settings, now=place.clock.pass_by(minutes=2))

    assert {page.person for page in place.rows(Page, step=1)} == {"lead", "boss"}


def test_paging_never_ends_in_silence(place: Place, settings: Settings) -> None:
    place.client()
    place.text(CRY)

    steps = sum(
        page_due(place.database, settings, now=place.clock.pass_by(hours=1)) for _ in range(24)
    )

    assert steps == 24


def test_a_1_from_a_staff_phone_acknowledges_and_quiets_the_next_step(
    place: Place, settings: Settings
) -> None:
    place.client()
    place.text(CRY)
    page_due(place.database, settings, now=place.clock.time)

    place.text("1", number="+12025550190")

    (page,) = place.rows(Page)
    assert page.acknowledged_at == place.clock.time
    assert page_due(place.database, settings, now=place.clock.pass_by(minutes=30)) == 0


def test_an_acknowledgement_expires_if_nobody_claims_the_flag(
    place: Place, settings: Settings
) -> None:
    place.client()
    place.text(CRY)
    page_due(place.database, settings, now=place.clock.time)
    place.text("1", number="+12025550190")

    assert page_due(place.database, settings, now=place.clock.pass_by(minutes=61)) == 1


def link_of(place: Place) -> str:
    words = pages(place)[-1]
    return "/p/" + words.split("/p/")[1].rstrip(".")


def test_opening_the_link_changes_nothing_and_the_button_acknowledges(
    place: Place, settings: Settings
) -> None:
    place.client()
    place.text(CRY)
    page_due(place.database, settings, now=place.clock.time)
    link = link_of(place)

    opened = place.web.get(link)
    assert opened.status_code == 200
    assert "Dana" not in opened.text
    assert place.rows(Page)[0].acknowledged_at is None

    assert place.web.post(link).status_code == 200
    assert place.rows(Page)[0].acknowledged_at is not None


def test_a_made_up_link_is_not_known(place: Place) -> None:
    assert place.web.get("/p/made-up").status_code == 404
    assert place.web.post("/p/made-up").status_code == 404


def test_a_lost_page_brings_the_next_step_forward(place: Place, settings: Settings) -> None:
    place.client()
    place.text(CRY)
    page_due(place.database, settings, now=place.clock.time)
    (page,) = place.rows(Page)
    assert page.message_id
    place.receipt(page.message_id, "undelivered", ErrorCode="30005")

    page_due(place.database, settings, now=place.clock.pass_by(seconds=2))
    page_due(place.database, settings, now=place.clock.pass_by(seconds=2))

    assert len(place.rows(Page, step=1)) == 2


def test_the_safety_reply_says_that_staff_know_only_after_a_page_was_accepted(
    place: Place, settings: Settings
) -> None:
    place.client()
    place.text(CRY)
    page_due(place.database, settings, now=place.clock.time)
    (page,) = place.rows(Page)
    place.receipt(page.message_id or "", "sent")
    page_due(place.database, settings, now=place.clock.pass_by(seconds=2))

    (answer,) = place.text(PLAN)

    assert "told" in answer.body


def test_an_open_flag_is_due_by_its_clock(place: Place) -> None:
    place.client()
    place.text(PLAN)

    flag = place.flag(FlagReason.CONCERN)

    assert flag.state == FlagState.OPEN
    assert (flag.due_at - place.clock.time).total_seconds() == 300


def test_every_flag_has_a_short_name_of_its_own(place: Place) -> None:
    place.text(CRY, number="+12025550171")
    place.text(CRY, number="+12025550172")

    assert {flag.ref for flag in place.rows(Flag)} == {"Q1", "Q2"}
