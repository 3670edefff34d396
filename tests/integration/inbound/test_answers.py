"""What a reply does, through signed requests to the webhooks app, on both databases."""

from outreach.models import Appointment, Client, Message, Prompt
from outreach.vocabulary import (
    AppointmentStatus,
    FlagReason,
    MessageKind,
    MessageState,
    PromptKind,
)
from tests.integration.inbound.place import PUBLIC_URL, Place


def test_a_1_to_a_reminder_confirms_the_visit_and_is_acknowledged(place: Place) -> None:
    client = place.client()
    visit = place.visit(client)
    place.ask(client, PromptKind.APPOINTMENT, visit)

    (answer,) = place.text("1")

    assert place.get(Appointment, visit).status == AppointmentStatus.CONFIRMED
    assert "November 20" in answer.body
    assert answer.callback == (
        f"{PUBLIC_URL}/twilio/status/{answer.message_id}#rc=3&rp=5xx,ct,rt&rt=3500"
    )
    assert place.get(Message, answer.message_id).state == MessageState.ANSWERED
    assert not place.flags()


def test_an_answer_counts_as_sent_only_with_a_receipt(place: Place) -> None:
    client = place.client()
    place.ask(client, PromptKind.SCALE)
    (answer,) = place.text("8")

    assert place.receipt(answer.message_id, "delivered").status_code == 204

    assert place.get(Message, answer.message_id).state == MessageState.DELIVERED


def test_a_3_to_a_reminder_asks_the_office_and_says_so(place: Place) -> None:
    client = place.client()
    visit = place.visit(client)
    place.ask(client, PromptKind.APPOINTMENT, visit)

    (answer,) = place.text("3")

    assert place.get(Appointment, visit).status == AppointmentStatus.CANCEL_REQUESTED
    assert "reply 1" in answer.body
    assert place.flag().reason == FlagReason.VISIT_CHANGE
    assert place.get(Client, client).replan_since is not None


def test_coming_after_all_confirms_the_visit_again_and_staff_hear(place: Place) -> None:
    client = place.client()
    visit = place.visit(client)
    place.ask(client, PromptKind.APPOINTMENT, visit)
    place.text("3")

    place.text("1")

    assert place.get(Appointment, visit).status == AppointmentStatus.CONFIRMED
    assert [event.details["wants"] for event in place.history(place.flag()) if event.details] == [
        "cancel",
        "will_come",
    ]


def test_the_asked_for_time_is_kept_in_the_flag(place: Place) -> None:
    client = place.client()
    visit = place.visit(client)
    place.ask(client, PromptKind.APPOINTMENT, visit)

    place.text("can we do friday at 3 pm instead?")

    assert place.get(Appointment, visit).status == AppointmentStatus.CHANGE_REQUESTED
    (event,) = place.history(place.flag())
    assert event.details is not None
    assert event.details["asked_for"] == "2026-11-20T15:00"


def test_a_number_becomes_a_point_on_the_chart(place: Place) -> None:
    client = place.client()
    prompt = place.ask(client, PromptKind.SCALE)

    place.text("8")

    (record,) = place.records()
    assert (record.score, record.prompt_id, record.client_id) == (8, prompt, client)
    assert place.get(Prompt, prompt).answered_at is not None


def test_a_correction_replaces_the_answer(place: Place) -> None:
    client = place.client()
    place.ask(client, PromptKind.SCALE)
    place.text("8")

    place.text("sorry I meant 4")

    (record,) = place.records()
    assert record.score == 4
    assert record.replaces_id is not None


def test_a_low_score_opens_a_flag_and_is_not_thanked_like_a_nine(place: Place) -> None:
    client = place.client()
    place.ask(client, PromptKind.SCALE)

    (answer,) = place.text("2")

    assert place.flag().reason == FlagReason.LOW_SCORE
    assert place.get(Message, answer.message_id).text_id.startswith("ack-scale-low")  # type: ignore[union-attr]


def test_a_number_does_not_answer_a_reminder(place: Place) -> None:
    client = place.client()
    visit = place.visit(client)
    place.ask(client, PromptKind.SCALE, hours_ago=5)
    place.ask(client, PromptKind.APPOINTMENT, visit, hours_ago=0.1)

    place.text("7")

    assert place.get(Appointment, visit).status == AppointmentStatus.BOOKED
    (record,) = place.records()
    assert record.score == 7


def test_a_wish_takes_effect_and_is_echoed_with_its_undoing(place: Place) -> None:
    client = place.client()

    (answer,) = place.text("please pause for 2 weeks")

    row = place.get(Client, client)
    assert row.paused_by == "text"
    assert row.paused_until is not None
    assert row.paused_until.date().isoformat() == "2026-12-02"
    assert "RESUME" in answer.body


def test_asking_for_a_person_after_hours_says_when_one_answers(place: Place) -> None:
    place.client()
    place.clock.pass_by(hours=10)  # 10 pm in Chicago

    (answer,) = place.text("please call me")

    assert place.flag().reason == FlagReason.REQUEST
    assert "Thursday from 9:00 am" in answer.body


def test_an_unclear_reply_is_asked_about_once_then_a_person_reads_it(place: Place) -> None:
    client = place.client()
    place.ask(client, PromptKind.SCALE)

    (first,) = place.text("asdf")
    (second,) = place.text("qwer")
    third = place.text("zxcv")

    assert "0 to 10" in first.body
    assert "person" in second.body
    assert third == []
    assert place.flag().reason == FlagReason.UNCLEAR


def test_what_may_be_a_refusal_is_told_the_sure_word_and_put_before_a_person(place: Place) -> None:
    place.client()

    (answer,) = place.text("i think im about done with these")

    assert "Reply STOP" in answer.body
    assert place.flag().reason == FlagReason.MAY_REFUSE
    assert place.has_consent()
    assert place.text("i think im about done with these") == []

    place.text("STOP")

    assert not place.has_consent()


def test_at_most_five_automatic_answers_an_hour(place: Place) -> None:
    client = place.client()
    place.ask(client, PromptKind.SCALE)

    said = [place.text(str(score)) for score in range(5, 10)] + [place.text("6")]

    assert [len(answers) for answers in said] == [1, 1, 1, 1, 1, 0]
    assert place.records()[0].score == 6


def test_two_phones_with_one_number_answer_the_right_question(place: Place) -> None:
    ana, ben = place.client(), place.client()
    place.ask(ana, PromptKind.SCALE, hours_ago=3)
    goal = place.goal(ben)
    place.ask(ben, PromptKind.GOAL, goal, hours_ago=1)

    place.text("9")

    (record,) = place.records()
    assert record.client_id == ana


def test_a_repeated_webhook_gets_the_same_answer_and_changes_nothing(place: Place) -> None:
    client = place.client()
    place.ask(client, PromptKind.SCALE)

    first = place.text("8", MessageSid="SMsame")
    again = place.text("8", MessageSid="SMsame")

    assert first == again
    assert len(place.replies()) == 1
    assert len(place.rows(Message, kind=MessageKind.ANSWER)) == 1
