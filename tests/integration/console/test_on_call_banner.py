"""The queue warns when nobody would be paged."""

from collections.abc import Callable

from flask.testing import FlaskClient

from tests.integration.console.house import House

Console = Callable[[str], FlaskClient]


def test_the_queue_says_when_urgent_flags_page_nobody(console: Console, house: House) -> None:
    house.member("ada", house.program("riverside", "+15005550006"))
    house.program("harbor", "+15005550008")

    shown = console("ada").get("/").text

    assert "Nobody is paged for Riverside." in shown
    assert "Nobody is paged for Harbor." not in shown
