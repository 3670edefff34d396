"""A reply goes to the open question that it can answer."""

from datetime import timedelta

from outreach.replies.binding import Ambiguous, Bound, OpenPrompt, bind
from outreach.vocabulary import PromptKind
from tests.unit.replies.readings import CHICAGO, WEDNESDAY


def asked(kind: PromptKind, hours_ago: float) -> OpenPrompt:
    return OpenPrompt(kind.value, kind, WEDNESDAY - timedelta(hours=hours_ago))


def bound(text: str, *prompts: OpenPrompt) -> tuple[Bound, ...] | Ambiguous:
    return bind(text, prompts, lang="en", now=WEDNESDAY, tz=CHICAGO)


def answers(text: str, *prompts: OpenPrompt) -> dict[str | None, str]:
    found = bound(text, *prompts)
    assert not isinstance(found, Ambiguous)
    return {b.prompt_id: f"{b.reading.intent}:{b.reading.value}".rstrip(":") for b in found}


VISIT = asked(PromptKind.APPOINTMENT, 1)
OLD_SCALE = asked(PromptKind.SCALE, 30)
OLD_GOAL = asked(PromptKind.GOAL, 40)


def test_a_number_goes_to_the_scale_even_if_the_reminder_is_newer() -> None:
    assert answers("7", VISIT, OLD_SCALE) == {"scale": "answer:7"}


def test_words_of_coming_go_to_the_visit_even_if_the_scale_is_newer() -> None:
    newer = asked(PromptKind.SCALE, 0.5)
    assert answers("I'll be there", VISIT, newer) == {"appointment": "confirm"}


def test_the_newest_question_wins_among_those_that_fit() -> None:
    assert answers("yes", VISIT, OLD_GOAL) == {"appointment": "confirm"}


def test_two_answers_go_to_two_questions() -> None:
    assert answers("yes I'll be there. mood is a 7", VISIT, OLD_SCALE) == {
        "appointment": "confirm",
        "scale": "answer:7",
    }


def test_a_word_that_fits_two_recent_questions_is_ambiguous() -> None:
    found = bound("1", VISIT, asked(PromptKind.GOAL, 2))
    assert isinstance(found, Ambiguous)
    assert found.prompt_ids == ("appointment", "goal")


def test_an_answered_question_yields_to_one_that_waits() -> None:
    done = OpenPrompt("visit", PromptKind.APPOINTMENT, WEDNESDAY, answered_at=WEDNESDAY)
    assert answers("yes", done, OLD_GOAL) == {"goal": "answer:done"}


def test_an_open_question_comes_last() -> None:
    newest = asked(PromptKind.OPEN, 0.1)
    assert answers("7", newest, OLD_SCALE) == {"scale": "answer:7"}
    assert answers("the kids came home", newest, OLD_SCALE) == {"open": "answer"}


def test_a_refusal_binds_to_nothing_but_its_answer_is_kept() -> None:
    assert answers("5. STOP", OLD_SCALE) == {None: "opt_out", "scale": "answer:5"}


def test_what_answers_nothing_is_bound_to_nothing() -> None:
    assert answers("who is this", VISIT) == {None: "request:other"}
    assert answers("hmm", VISIT) == {None: "unclear"}


def test_without_open_questions_a_text_stands_by_itself() -> None:
    assert answers("thanks") == {None: "note"}
