"""No client gets a text twice before all the others."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.content.choose import choose, in_order
from outreach.content.library import Text


def texts(count: int) -> list[Text]:
    return [
        Text(f"t{n}", "en", "hope", (), f"Words {n}", Path("hope.yaml"), n) for n in range(count)
    ]


SIZES = st.integers(1, 30)
SEEDS = st.text(min_size=1, max_size=12)


@given(SIZES, SEEDS)
def test_every_text_is_used_once_before_any_comes_again(size: int, seed: str) -> None:
    shelf, used = texts(size), []
    for _ in range(3 * size):
        used.append(choose(shelf, used, seed).id)
    rounds = [set(used[start : start + size]) for start in range(0, 3 * size, size)]
    assert rounds == [{text.id for text in shelf}] * 3


@given(st.integers(2, 30), SEEDS)
def test_after_the_first_round_the_oldest_comes_first(size: int, seed: str) -> None:
    shelf = texts(size)
    used = [text.id for text in shelf]
    assert choose(shelf, used, seed).id == used[0]
    assert choose(shelf, [*used, used[0]], seed).id == used[1]


@given(SIZES, SEEDS, st.lists(st.sampled_from(["t0", "t3", "gone"]), max_size=9))
def test_the_same_question_has_the_same_answer_whatever_the_order_of_the_file(
    size: int, seed: str, used: list[str]
) -> None:
    shelf = texts(size)
    assert choose(shelf, used, seed) == choose(shelf[::-1], used, seed)


def test_a_new_text_does_not_change_the_order_of_the_others() -> None:
    before = [text.id for text in in_order(texts(20), [], "client-1")]
    after = [text.id for text in in_order(texts(21), [], "client-1") if text.id != "t20"]
    assert before == after


def test_clients_start_with_different_texts() -> None:
    shelf = texts(10)
    firsts = [choose(shelf, [], f"client-{n}").id for n in range(1000)]
    assert all(60 <= firsts.count(text.id) <= 140 for text in shelf)


def test_an_empty_collection_is_an_error() -> None:
    with pytest.raises(ValueError, match="nothing to choose"):
        choose([], [], "client-1")
