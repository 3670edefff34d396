"""Several texts at the same moment: one flag, one reply per sid, nothing lost (laws 3 and 8)."""

from concurrent.futures import ThreadPoolExecutor

from outreach.models import Message
from outreach.vocabulary import MessageKind, PromptKind
from tests.integration.inbound.place import PHONE, Place

CRY = "i want to kill myself"


def test_cries_of_one_person_at_once_make_one_flag_and_one_safety_reply(place: Place) -> None:
    place.client()

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(lambda _: place.text(CRY), range(6)))

    assert len(place.replies()) == 6
    assert len(place.history(place.flag())) == 6
    assert len(place.rows(Message, kind=MessageKind.SAFETY)) == 1


def test_cries_of_a_stranger_at_once_make_one_flag(place: Place) -> None:
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(lambda _: place.text(CRY, number="+12025550177"), range(6)))

    assert len(place.history(place.flag())) == 6


def test_one_webhook_delivered_many_times_at_once_is_one_reply_with_one_answer(
    place: Place,
) -> None:
    client = place.client()
    place.ask(client, PromptKind.SCALE)

    with ThreadPoolExecutor(6) as threads:
        said = list(threads.map(lambda _: place.text("7", MessageSid="SMsame"), range(6)))

    assert len(place.replies()) == 1
    assert len(place.records()) == 1
    assert len({tuple(answers) for answers in said}) == 1
    assert said[0]


def test_many_people_at_once_are_all_answered(place: Place) -> None:
    numbers = [f"{PHONE[:-2]}{ending:02}" for ending in range(10, 22)]
    for number in numbers:
        place.ask(place.client(number=number), PromptKind.SCALE, number=number)

    with ThreadPoolExecutor(6) as threads:
        said = list(threads.map(lambda number: place.text("7", number=number), numbers))

    assert all(said)
    assert len(place.records()) == len(numbers)
