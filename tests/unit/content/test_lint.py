"""The texts that ship pass the writers' guide; texts that break it are caught."""

from pathlib import Path

import pytest

from outreach.content.collections import COLLECTIONS
from outreach.content.crisis_lines import GROUPS, countries, safety_text_id
from outreach.content.library import Library, Text, default_directory, load
from outreach.content.lint import lint, lint_text
from outreach.content.render import render
from outreach.content.samples import sample_variables
from outreach.content.segments import segments

SHIPPED = load(default_directory())


OFFICE_ENGLISH = "Kindly substantiate documentation preceding administrative authorization."
OFFICE_SPANISH = "Formalice inmediatamente la documentacion administrativa correspondiente."


def text(words: str, collection: str = "hope", lang: str = "en", *tags: str) -> Text:
    return Text("x", lang, collection, tags, words, Path("x.yaml"), 1)


def errors(subject: Text) -> set[str]:
    return {problem.rule for problem in lint_text(subject) if problem.severity == "error"}


def warnings(subject: Text) -> set[str]:
    return {problem.rule for problem in lint_text(subject) if problem.severity == "warning"}


def test_every_text_that_ships_passes() -> None:
    assert [str(problem) for problem in lint(SHIPPED) if problem.severity == "error"] == []


def test_every_collection_is_there_in_both_languages() -> None:
    assert set(SHIPPED.collections("en")) == set(SHIPPED.collections("es")) == set(COLLECTIONS)


def test_hope_has_sixty_texts_over_all_dimensions_and_processes() -> None:
    hope = SHIPPED.texts("en", "hope")
    tags = {tag for one in hope for tag in one.tags}
    assert len(hope) == 60
    assert tags == {
        *(f"dimension:{name}" for name in ("health", "home", "purpose", "community")),
        *(f"chime:{c}" for c in ("connectedness", "hope", "identity", "meaning", "empowerment")),
    }


@pytest.mark.parametrize("country", countries())
def test_texts_stay_in_gsm_7_and_in_their_limit_in_every_country(country: str) -> None:
    for one in SHIPPED.all():
        size = segments(render(one.text, sample_variables(one.lang, country)))
        limit = COLLECTIONS[one.collection].segments
        assert (size.encoding, size.count <= limit) == ("GSM-7", True), one.id


@pytest.mark.parametrize("concern", GROUPS)
@pytest.mark.parametrize("severity", ["imminent", "high", "moderate", "low"])
@pytest.mark.parametrize("staff_told", [True, False])
@pytest.mark.parametrize("lang", ["en", "es"])
def test_every_concern_has_a_safety_reply_with_an_emergency_number(
    concern: str, severity: str, staff_told: bool, lang: str
) -> None:
    reply = SHIPPED.get(lang, safety_text_id(concern, severity, staff_told=staff_told))
    assert "911" in render(reply.text, sample_variables(lang, "US"))


def test_only_the_told_replies_say_that_a_person_knows() -> None:
    for one in SHIPPED.texts("en", "safety"):
        assert ("staff" in one.text) == one.id.endswith("-told")


def test_the_reply_about_abuse_names_no_topic() -> None:
    words = SHIPPED.get("en", "safety-abuse").text.lower()
    assert not any(topic in words for topic in ("abuse", "violence", "partner", "hurt", "danger"))


@pytest.mark.parametrize(
    ("words", "collection", "lang", "rule"),
    [
        ("How are you?", "hope", "en", "ask-in-hope"),
        ("Remember to be kind to yourself.", "hope", "en", "ask-in-hope"),
        ("Recuerde que usted vale mucho.", "hope", "es", "ask-in-hope"),
        ("We hope you're well.", "hope", "en", "assumes-wellness"),
        ("Que tenga un excelente dia.", "hope", "es", "assumes-wellness"),
        ("Everything happens for a reason.", "hope", "en", "false-cheer"),
        ("Hoy es su dia: échele ganas.", "hope", "es", "false-cheer"),
        ("You must not lose heart.", "hope", "en", "pressure"),
        ("Your next appointment matters to us.", "hope", "en", "mixed-in"),
        ("More for you: https://example.org/a", "hope", "en", "link-in-hope"),
        ("We are proud of every recovering addict.", "hope", "en", "stigma"),
        ("Nos alegra cada adicta que avanza.", "hope", "es", "stigma"),
        ("You stayed clean for ten days.", "ack_note", "en", "stigma"),
        ("Sorry you were a no-show.", "ack_note", "en", "stigma"),
        ("Back to day 0, and that is fine.", "ack_note", "en", "blame"),
        ("He committed suicide last year.", "ack_note", "en", "suicide-wording"),
        ("Your methadone is here.", "ack_note", "en", "clinical"),
        ("Your recovery matters to us.", "hope", "en", "lock-screen"),
        ("Su tratamiento nos importa.", "hope", "es", "lock-screen"),
        ("See you at AA on Monday.", "ack_note", "en", "lock-screen"),
        ("WELCOME to us.", "ack_note", "en", "shouting"),
        ("Thanks! Great!", "ack_note", "en", "exclamation"),
        ("Thanks 😀😀", "ack_note", "en", "emoji"),
        ("Thanks “friend”.", "ack_note", "en", "odd-character"),
        ("{{ name or 'You' }} and {{ name or 'you' }}.", "ack_note", "en", "name-twice"),
        ("Thanks }", "ack_note", "en", "braces"),
        ("a" * 161, "ack_note", "en", "too-long"),
        ("Reply CANCEL and we will see.", "ack_note", "en", "carrier-word"),
        ("Responda BAJA y ya.", "ack_note", "es", "carrier-word"),
        ("Call us. Text us. Write to us.", "ack_note", "en", "many-asks"),
        ("See bit.ly/abc or http://example.org now.", "ack_note", "en", "bad-link"),
        ("How are you? How is home?", "scale_check_in", "en", "one-question"),
        ("How is today, 0 to 10?", "scale_check_in", "en", "no-ends"),
        ("Did it work out?", "goal_check_in", "en", "no-answers"),
        ("See you tomorrow. Reply 1, 2, 3.", "reminder_far", "en", "relative-day"),
        ("Your visit is on 03/04.", "reminder_day", "en", "digit-date"),
        ("Your visit is {{ date }}.", "reminder_day", "en", "no-when"),
        ("Visit {{ weekday }} {{ date }} {{ time }}.", "reminder_day", "en", "no-way-out"),
        ("You missed again.", "reminder_day", "en", "blame"),
        ("Call 911 now.", "safety", "en", "no-lines"),
        ("Are you safe? {{ emergency }} {{ crisis_line }}", "safety", "en", "question-in-safety"),
        ("Staff know. {{ emergency }} {{ crisis_line }}", "safety", "en", "claims-told"),
        ("Help is on its way.", "help", "en", "legal-words"),
        ("Great job!", "ack_scale_high", "en", "grading"),
        ("Too bad.", "ack_goal_not_yet", "en", "grading"),
        ("Como esta? Bien.", "ack_note", "es", "opening-mark"),
        ("Feliz ano.", "ack_note", "es", "lost-tilde"),
        ("Gracias amig@s.", "ack_note", "es", "gendered-sign"),
        (f"{OFFICE_ENGLISH} {OFFICE_ENGLISH}", "ack_note", "en", "hard-to-read"),
        (f"{OFFICE_SPANISH} {OFFICE_SPANISH}", "ack_note", "es", "hard-to-read"),
        ("One " + "two " * 20 + "three.", "ack_note", "en", "long-sentence"),
    ],
)
def test_a_bad_text_is_caught(words: str, collection: str, lang: str, rule: str) -> None:
    assert rule in errors(text(words, collection, lang))


@pytest.mark.parametrize(
    ("words", "lang"),
    [
        ("A clean room and a user name.", "en"),
        ("Careful, you may slip on ice.", "en"),
        ("The school play is on Friday.", "en"),
        ("A barn, a highway, a needlework class.", "en"),
        ("Thanks from the mat on our porch, at our door.", "en"),
        ("A natural habit of the birds.", "en"),
        ("The courtyard and the screened porch.", "en"),
        ("La casa limpia huele a pan.", "es"),
        ("El año nos deja buenas cosas.", "es"),
        ("Un altavoz y una colocacion.", "es"),
        ("Le escribe Ana con gusto.", "es"),
    ],
)
def test_a_look_alike_passes(words: str, lang: str) -> None:
    assert errors(text(words, "ack_note", lang)) == set()


@pytest.mark.parametrize(
    ("words", "lang", "rule"),
    [
        ("Nothing here is a relapse to us.", "en", "contested"),
        ("We will always be near.", "en", "promise"),
        ("We know, poor thing.", "en", "closeness"),
        ("Our group thinks of you.", "en", "lock-screen-weak"),
        ("Merry Christmas from all of us.", "en", "holiday"),
        ("Siempre pensamos en usted.", "es", "promise"),
        ("Le damos gracias y usted es bienvenido.", "es", "gendered"),
    ],
)
def test_a_doubtful_text_is_a_warning_not_an_error(words: str, lang: str, rule: str) -> None:
    assert rule in warnings(text(words, "hope", lang))
    assert rule not in errors(text(words, "hope", lang))


def test_a_health_word_is_an_error_where_a_lock_screen_shows_it_or_the_program_is_discreet() -> (
    None
):
    late = "We were glad to see your face at the door, and your doctor's note on therapy is in."
    assert "lock-screen" in warnings(text(late, "ack_note"))
    assert "lock-screen" in errors(text(late, "ack_note", "en", "discreet"))


def rules(*texts: Text) -> set[str]:
    return {problem.rule for problem in lint(Library(texts))}


def pair(english: str, spanish: str, collection: str = "ack_note") -> tuple[Text, Text]:
    return text(english, collection), text(spanish, collection, "es")


def test_languages_are_held_against_each_other() -> None:
    assert rules(text("Thank you."), text("Gracias.", "ack_note", "es")) >= {"other-collection"}
    assert rules(*pair("Hi {{ name or 'you' }}.", "Hola.")) == {"other-variables"}
    assert rules(*pair("Reply 1 yes, 2 no.", "Responda 1 si.")) == {"other-digits"}
    other = Text("y", "es", "ack_note", (), "Gracias.", Path("y.yaml"), 1)
    assert rules(text("Thank you.", "ack_note"), other) == {"one-language"}
    assert rules(*pair("Thank you.", "Gracias.")) == set()


def test_tu_and_usted_do_not_meet_in_one_collection() -> None:
    usted = Text("y", "es", "ack_note", (), "Usted nos alegra.", Path("y.yaml"), 1)
    tu = text("Gracias por tu nota.", "ack_note", "es")
    assert rules(usted, tu) == {"tu-and-usted"}
    assert rules(tu) == set()
    assert rules(usted, text("Una taza de té.", "ack_note", "es")) == set()
