"""Variables are filled, and nothing but variables can stand in a text."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jinja2 import UndefinedError

from outreach.content.render import BadTemplateError, placeholders, render


@pytest.mark.parametrize(
    ("source", "variables", "words"),
    [
        ("Hello there.", {}, "Hello there."),
        ("Hi {{ name }}.", {"name": "Ana"}, "Hi Ana."),
        ('Hi {{ name or "there" }}.', {}, "Hi there."),
        ('Hi {{ name or "there" }}.', {"name": ""}, "Hi there."),
        ('Hi {{ name or "there" }}.', {"name": None}, "Hi there."),
        ("Hi{% if name %} {{ name }}{% endif %}.", {"name": "Ana"}, "Hi Ana."),
        ("Hi{% if name %} {{ name }}{% endif %}.", {}, "Hi."),
        ("A  {{ name }}  b\n c", {"name": " x "}, "A x b c"),
        ("{{ name }}", {"name": "{{ goal }}"}, "{{ goal }}"),
        ("At {{ time }}.", {"time": "9:00 a. m."}, "At 9:00 a. m."),
        ("Well... {{ name }}", {"name": "Ana"}, "Well... Ana"),
        ("{{ name }}’s", {"name": "Inés"}, "Inés's"),
    ],
)
def test_a_text_reads_as_expected(source: str, variables: dict[str, str], words: str) -> None:
    assert render(source, variables) == words


def test_a_missing_variable_without_a_fallback_is_an_error_not_a_hole_in_the_text() -> None:
    with pytest.raises(UndefinedError, match="who"):
        render("With {{ who }}.", {"name": "Ana"})


@pytest.mark.parametrize(
    "source",
    [
        "{{ name.__class__ }}",
        "{{ name['x'] }}",
        "{{ range(999999999) }}",
        "{{ 9 ** 99999999 }}",
        "{{ 'a' * 99999999 }}",
        "{{ name | upper }}",
        "{% for x in name %}{{ x }}{% endfor %}",
        "{% set x = 1 %}{{ x }}",
        "{% include 'other' %}",
        "{% macro m() %}{% endmacro %}",
        "{{ name",
        "{% if name %}",
        "{{ }}",
    ],
)
def test_anything_but_variables_fallbacks_and_ifs_is_refused(source: str) -> None:
    with pytest.raises(BadTemplateError):
        placeholders(source)
    with pytest.raises(BadTemplateError):
        render(source, {"name": "Ana"})


@pytest.mark.parametrize(
    ("source", "names", "bare"),
    [
        ("plain", set(), set()),
        ("{{ name }}", {"name"}, {"name"}),
        ('{{ name or "x" }}', {"name"}, set()),
        ("{{ name or who }}", {"name", "who"}, {"who"}),
        ("{% if who %}{{ who }}{% endif %}", {"who"}, set()),
        ("{% if who %}{{ where }}{% endif %}", {"who", "where"}, {"where"}),
        ("{% if who %}a{% else %}{{ who }}{% endif %}", {"who"}, {"who"}),
        ("{% if who and where %}{{ who }}{{ where }}{% endif %}", {"who", "where"}, set()),
        ("{% if who or where %}{{ who }}{% endif %}", {"who", "where"}, {"who"}),
    ],
)
def test_variables_that_need_a_value_are_told_from_those_with_a_fallback(
    source: str, names: set[str], bare: set[str]
) -> None:
    found = placeholders(source)
    assert (found.names, found.bare) == (names, bare)


@example("\u00ad")  # a soft hyphen: gone in GSM-7
@given(st.text(max_size=60))
def test_no_value_leaves_two_spaces_or_a_line_break(value: str) -> None:
    words = render('To {{ name or "you" }} and {{ name or "me" }} .', {"name": value})
    assert words == " ".join(words.split())
