"""The words for a client fit a segment where any text of the collection does."""

from pathlib import Path

import pytest

from outreach.content.choose import choose, in_order
from outreach.content.library import Text
from outreach.content.write import write

PLACE = "The Old Mill Building, third floor, room 312, 4400 North Riverside Parkway"
LONG = "{{ where }} {{ where }} {{ where }}"
SHORT = "See you {{ weekday }}."


def texts(*sources: str) -> list[Text]:
    return [
        Text(f"t{n}", "en", "reminder_day", (), source, Path("x.yaml"), n)
        for n, source in enumerate(sources)
    ]


def test_the_choice_is_kept_when_it_fits() -> None:
    shelf = texts(*[f"{SHORT} ({n})" for n in range(9)])
    written = write(shelf, ["t3"], "client-1", {"weekday": "Monday"})
    assert written.text == choose(shelf, ["t3"], "client-1")
    assert written.words.startswith("See you Monday. ")
    assert written.size.count == 1


@pytest.mark.parametrize("seed", ["a", "b", "c", "d"])
def test_a_text_that_grew_too_long_gives_way_to_one_that_fits(seed: str) -> None:
    written = write(texts(LONG, SHORT), [], seed, {"where": PLACE, "weekday": "Monday"})
    assert written.words == "See you Monday."


def test_when_none_fits_the_shortest_goes() -> None:
    shelf = texts(f"{LONG} {LONG}", LONG, f"{LONG} {LONG} {LONG}")
    written = write(shelf, [], "client-1", {"where": PLACE})
    assert (written.text.id, written.size.count) == ("t1", 2)


def test_among_equals_the_better_choice_goes() -> None:
    shelf = texts(LONG, f"{LONG}.", f"{LONG}!")
    assert write(shelf, [], "client-1", {"where": PLACE}).text == in_order(shelf, [], "client-1")[0]


def test_an_empty_collection_is_an_error() -> None:
    with pytest.raises(ValueError, match="nothing to choose"):
        write([], [], "client-1", {})
