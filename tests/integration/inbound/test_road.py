"""The road itself: signatures, storage, failures, odd input, and who may call what."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, text, update

from outreach.content import library
from outreach.models import (
    Appointment,
    Heartbeat,
    Message,
    SetAside,
)
from outreach.replies.receive import MOST_TRIES, reread_unapplied
from outreach.safety.paging import page_due
from outreach.settings import Settings
from outreach.vocabulary import AppointmentStatus, FlagReason, MessageState, PromptKind
from tests.integration.inbound.place import LINE, PHONE, Place
from webhooks.access import caller_of

LIBRARY = library.load(library.default_directory())


def form(**fields: str) -> list[tuple[str, str]]:
    return list({"MessageSid": "SM1", "From": PHONE, "To": LINE, "Body": "hi", **fields}.items())


def test_every_route_says_who_may_call_it(place: Place) -> None:
    app = place.web.application
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == set(app.view_functions)
    for rule in app.url_map.iter_rules():
        assert caller_of(app, rule.endpoint) is not None, f"{rule} says nobody may call it"


def test_an_unsigned_text_is_refused_and_leaves_nothing(place: Place) -> None:
    place.client()

    response = place.web.post("/twilio/sms", data=dict(form()))

    assert response.status_code == 403
    assert not place.replies()


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/x-www-form-urlencoded", b""),
        ("application/x-www-form-urlencoded", b"Body=%ff%fe&Body=%zz&%00=1"),
        ("application/x-www-form-urlencoded", b"\xff\xfe\x00" * 100),
        ("application/x-www-form-urlencoded", b"Body=" + b"x" * 200_000),
        ("application/json", json.dumps({"Body": "hi"}).encode()),
        ("multipart/form-data; boundary=x", b"--x\r\n"),
        ("text/plain", b"hello"),
        ("", b"From=a"),
    ],
)
def test_odd_input_is_refused_and_never_an_error(
    sqlite_place: Place, content_type: str, body: bytes
) -> None:
    for path in ("/twilio/sms", "/twilio/fallback", "/twilio/status/x"):
        for signature in (None, "", "AAAA", "é" * 30, "x" * 8000):
            headers = {} if signature is None else {"X-Twilio-Signature": signature}
            response = sqlite_place.web.post(
                path, data=body, content_type=content_type, headers=headers
            )
            assert response.status_code == 403


def test_the_secondary_token_counts_too(place: Place) -> None:
    place.client()

    assert place.signed("/twilio/sms", form(), token="the next token").status_code == 204
    assert len(place.replies()) == 1


def test_the_fallback_address_is_the_same_road(place: Place) -> None:
    place.client()
    place.signed("/twilio/fallback", form(ErrorCode="11200", ErrorUrl="https://x.example"))

    assert len(place.replies()) == 1


def test_the_query_is_part_of_the_signed_address(place: Place) -> None:
    place.client()

    assert place.signed("/twilio/sms?a=b%20c&d=%C3%A9", form()).status_code == 204


def test_a_text_to_nobodys_number_is_acknowledged_and_counted(place: Place) -> None:
    assert place.signed("/twilio/sms", form(To="+12025550199")).status_code == 204

    assert "outreach_inbound_unknown_to_total 1.0" in metrics(place)
    assert not place.replies()


def test_a_receipt_for_no_message_of_ours_is_acknowledged_and_counted(place: Place) -> None:
    assert place.receipt("0" * 32, "delivered").status_code == 204
    assert place.receipt("nonsense", "delivered").status_code == 204

    assert "outreach_receipt_unknown_message_total 2.0" in metrics(place)


def test_receipts_in_any_order_end_in_the_same_state(place: Place) -> None:
    client = place.client()
    place.ask(client, PromptKind.SCALE)
    (answer,) = place.text("7")

    for status in ("delivered", "sent", "queued", "delivered", "made-up"):
        assert place.receipt(answer.message_id, status).status_code == 204

    assert place.get(Message, answer.message_id).state == MessageState.DELIVERED


def test_storage_trouble_is_a_503_so_that_the_carrier_tries_again(sqlite_place: Place) -> None:
    sqlite_place.client()
    with sqlite_place.database.write() as session:
        session.execute(text("DROP TABLE progress_record"))
        session.execute(text("ALTER TABLE reply RENAME TO gone"))

    assert sqlite_place.post("hi").status_code == 503


@pytest.mark.parametrize(
    "fields",
    [
        {"Body": "x" * 1600},
        {"Body": "😀" * 400},
        {"Body": "\u202e\u200b 1 \ufeff"},
        {"Body": "a\x00b"},
        {"Body": "<b>&amp;]]>"},
        {"Body": "\n\n\n"},
        {"NumMedia": "99999999999999999999"},
        {"NumMedia": "-1"},
        {"NumMedia": "two"},
        {"MessageSid": ""},
        {"MessageSid": "x" * 500},
        {"From": ""},
        {"From": "whatsapp:+12025550123"},
        {"From": "SHORTY"},
        {"OptOutType": "DANCE"},
        {"Body": ""},
    ],
)
def test_odd_but_signed_texts_are_stored_once(place: Place, fields: dict[str, str]) -> None:
    place.client()

    for _ in range(2):
        assert place.signed("/twilio/sms", form(**fields)).status_code in {200, 204}

    assert len(place.replies()) == 1


def test_of_a_repeated_parameter_the_first_counts_and_all_are_kept(place: Place) -> None:
    place.client()
    place.signed("/twilio/sms", [*form(Body="first"), ("Body", "second"), ("Body", "")])

    (reply,) = place.replies()
    assert reply.body == "first"
    assert ["Body", "second"] in json.loads(reply.fields or "")


def test_bytes_that_are_no_text_are_kept_as_replacement_characters(place: Place) -> None:
    place.client()

    place.signed("/twilio/sms", form(Body="caf\udce9"))

    (reply,) = place.replies()
    assert reply.body == "caf�"


def test_the_raw_text_is_sealed(place: Place) -> None:
    place.client()
    place.text("the very words")

    with place.database.read() as session:
        stored = session.execute(text("SELECT * FROM reply")).one()
    assert not any(b"very words" in bytes(value) for value in stored if isinstance(value, bytes))
    assert "very words" not in str(stored)


def breaks_when_applied(place: Place) -> str:
    """A visit whose place cannot be opened: answering about it raises inside the savepoint."""
    client = place.client()
    visit = place.visit(client)
    place.ask(client, PromptKind.APPOINTMENT, visit)
    with place.database.write() as session:
        session.execute(
            update(Appointment).where(Appointment.id == visit).values(location_sealed=b"broken")
        )
    return visit


def test_a_failure_while_applying_loses_neither_the_text_nor_a_persons_eye(place: Place) -> None:
    visit = breaks_when_applied(place)

    assert place.text("1") == []

    (reply,) = place.replies()
    assert (reply.body, reply.applied_at) == ("1", None)
    assert place.flag().reason == FlagReason.UNSCREENED
    assert place.get(Appointment, visit).status == AppointmentStatus.BOOKED


def test_what_failed_is_read_again_and_answered_by_rest(place: Place) -> None:
    visit = breaks_when_applied(place)
    place.text("1")
    with place.database.write() as session:
        session.execute(update(Appointment).values(location_sealed=None))

    assert reread_unapplied(place.database, LIBRARY, now=place.clock.pass_by(minutes=1)) == 1

    assert place.get(Appointment, visit).status == AppointmentStatus.CONFIRMED
    (answer,) = place.rows(Message, kind="answer")
    assert answer.state == MessageState.QUEUED


def test_a_repeat_does_not_say_again_what_the_dispatcher_sends(place: Place) -> None:
    breaks_when_applied(place)
    place.text("1", MessageSid="SMsame")
    with place.database.write() as session:
        session.execute(update(Appointment).values(location_sealed=None))
    reread_unapplied(place.database, LIBRARY, now=place.clock.pass_by(minutes=1))

    assert place.text("1", MessageSid="SMsame") == []


def test_what_cannot_be_applied_is_set_aside_in_the_end(place: Place) -> None:
    breaks_when_applied(place)
    place.text("1")

    for _ in range(MOST_TRIES + 2):
        reread_unapplied(place.database, LIBRARY, now=place.clock.pass_by(minutes=1))

    (aside,) = place.rows(SetAside)
    assert aside.kind == "reply"


def test_an_unreadable_prompt_does_not_stop_another_persons_text(place: Place) -> None:
    breaks_when_applied(place)
    place.text("1")
    other = place.client(number="+12025550155")
    place.ask(other, PromptKind.SCALE, number="+12025550155")

    place.text("7", number="+12025550155")

    assert [record.client_id for record in place.records()] == [other]


def test_healthz_needs_nothing(place: Place) -> None:
    assert place.web.get("/healthz").text == "ok\n"


def test_readyz_wants_a_fresh_scheduler(place: Place) -> None:
    beat(place, datetime.now(UTC) - timedelta(seconds=90))
    late = place.web.get("/readyz")
    beat(place, datetime.now(UTC))
    ready = place.web.get("/readyz")

    assert (late.status_code, "scheduler" in late.text) == (503, True)
    assert (ready.status_code, ready.text) == (200, "ready\n")


def test_metrics_need_their_token(place: Place) -> None:
    assert place.web.get("/metrics").status_code == 403
    wrong = place.web.get("/metrics", headers={"Authorization": "Bearer guess"})
    assert wrong.status_code == 403
    assert "outreach_replies_unapplied 0.0" in metrics(place)


def test_metrics_name_nobody(place: Place) -> None:
    client = place.client()
    place.text("i want to kill myself")

    shown = metrics(place)

    assert client not in shown
    assert PHONE not in shown


def test_no_route_sets_a_cookie(place: Place) -> None:
    for path in ("/healthz", "/readyz", "/p/unknown"):
        assert "Set-Cookie" not in place.web.get(path).headers


def beat(place: Place, at: datetime) -> None:
    with place.database.write() as session:
        session.execute(delete(Heartbeat))
        session.add(Heartbeat(name="scheduler", at=at))


def metrics(place: Place) -> str:
    response = place.web.get("/metrics", headers={"Authorization": "Bearer for the monitor"})
    assert response.status_code == 200
    return response.text


def test_metrics_count_what_is_on_its_way_and_not_what_has_arrived(
    place: Place, settings: Settings
) -> None:
    place.ask(place.client(), PromptKind.SCALE)  # delivered
    place.text("i want to kill myself")
    page_due(place.database, settings, now=place.clock.time)

    shown = metrics(place)

    assert 'outreach_messages{state="queued"} 1.0' in shown
    assert 'outreach_messages{state="delivered"}' not in shown
