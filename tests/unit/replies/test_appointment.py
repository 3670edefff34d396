"""Answers to the reminder of a visit."""

import pytest

from tests.unit.replies.readings import also, meaning


@pytest.mark.parametrize(
    "text",
    [
        "1", "1.", "Yes please", "YES!", "yess", "yeah", "sí", "claro que sí", "👍🏽", "ok", "k",
        "no problem, I'll be there", "Yes\n\nSent from my iPhone", "wouldn't miss it",
        "see you then", "ahí estaré", "no hay problema", "can't wait", "10-4",
        "y\u200bes", "Si señora, ahí nos vemos",
    ],
)  # fmt: skip
def test_it_confirms(text: str) -> None:
    assert meaning(text, "appointment") == "confirm"


@pytest.mark.parametrize(
    "text",
    [
        "3", "3 sorry", "no", "nope", "Not really", "yes but I can't make it", "👎🏿",
        "I said yes yesterday but no now", "can’t", "no voy a poder ir", "I won't be there",
        "I don't think I'll make it", "gonna have to cancel", "1 wait no I can't come",
        "cancel my appointment tomorrow", "Cancela mi cita del viernes",
    ],
)  # fmt: skip
def test_it_cancels(text: str) -> None:
    assert meaning(text, "appointment") == "cancel"


@pytest.mark.parametrize(
    "text",
    ["maybe", "not sure yet", "?", "I might have to cancel", "7", "will you be there?", "quizás"],
)
def test_it_does_not_settle_whether_the_client_comes(text: str) -> None:
    assert meaning(text, "appointment").split(":")[0] in {"unclear", "request"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2", ""),
        ("next tues at 3", "2026-11-24T15:00"),
        ("el lunes a las 10", "2026-11-23T10:00"),
        ("can we do tomorrow at half past 8 instead", "2026-11-19T08:30"),
        ("two weeks from today please, can we move it", "2026-12-02"),
        ("can you move it to the 14th", "2026-12-14"),
        ("switch it from monday to thursday", "2026-11-19"),
        ("not Tuesday, Wednesday at 12", "2026-11-25T12:00"),
        ("can we do this friday same time", "2026-11-20"),
        ("next friday would be better", "2026-11-27"),
        ("can't do it, friday afternoon works", "2026-11-20"),
        ("tues or thurs instead", ""),
        ("can we do 4 instead", ""),
        ("next week instead", ""),
        ("mejor el 3 de diciembre a las 3 y media", "2026-12-03T15:30"),
        ("otro día por favor", ""),
        ("no puedo, el jueves mejor", "2026-11-19"),
        ("change it to 12/3 at 9:15am", "2026-12-03T09:15"),
    ],
)
def test_it_asks_for_another_time(text: str, value: str) -> None:
    assert meaning(text, "appointment") == ("reschedule" + (f":{value}" if value else ""))


def test_thanks_alone_is_a_note() -> None:
    assert meaning("thanks!", "appointment") == "note"


def test_a_ride_asked_for_beside_a_yes_is_told_too() -> None:
    assert meaning("yes but i need a ride", "appointment") == "confirm"
    assert also("yes but i need a ride", "appointment") == ["request:resources=ride"]


def test_a_cancelled_visit_is_understood_without_a_reminder() -> None:
    assert meaning("I have to cancel my appointment tomorrow") == "cancel"
    assert meaning("Quiero mover mi cita para el martes a las 2") == "reschedule:2026-11-24T14:00"
