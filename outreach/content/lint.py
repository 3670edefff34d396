"""Check a library against the writers' guide (docs/writing-messages.md)."""

import re
from collections.abc import Iterator
from itertools import groupby

from outreach.content.library import Library, Text
from outreach.content.problems import Problem
from outreach.content.render import placeholders, render
from outreach.content.text_rules import findings
from outreach.content.wordlists import asks, fold

_TEA = re.compile(r"\bté\b")  # without its accent it would read as the "you" of te quiero


def lint(library: Library) -> list[Problem]:
    """Every finding in file order: each text alone, languages beside each other, tú and usted."""
    problems = [problem for text in library.all() for problem in lint_text(text)]
    problems += _languages_agree(library)
    problems += _one_form_of_address(library)
    return sorted(problems, key=lambda problem: (str(problem.file), problem.line, problem.rule))


def lint_text(text: Text) -> list[Problem]:
    """The findings in one text by itself."""
    return [
        Problem(text.file, text.line, text.id, finding.rule, finding.message, finding.severity)
        for finding in findings(text)
    ]


def _languages_agree(library: Library) -> Iterator[Problem]:
    """The first language of the library is the one that the others are held against."""
    first, *others = library.languages()
    for lang in others:
        ours = {text.id: text for text in library.all() if text.lang == first}
        theirs = {text.id: text for text in library.all() if text.lang == lang}
        for text_id in ours.keys() - theirs.keys():
            yield _problem(ours[text_id], "one-language", f"has no text in {lang!r}")
        for text_id in theirs.keys() - ours.keys():
            yield _problem(theirs[text_id], "one-language", f"has no text in {first!r}")
        for text_id in ours.keys() & theirs.keys():
            yield from _pair_agrees(ours[text_id], theirs[text_id])


def _pair_agrees(first: Text, second: Text) -> Iterator[Problem]:
    if first.collection != second.collection:
        yield _problem(second, "other-collection", f"in {first.lang} it is in {first.collection}")
    if first.tags != second.tags:
        yield _problem(second, "other-tags", f"in {first.lang} the tags are {list(first.tags)}")
    if placeholders(first.text).names != placeholders(second.text).names:
        names = ", ".join(sorted(placeholders(first.text).names)) or "none"
        yield _problem(second, "other-variables", f"in {first.lang} they are: {names}")
    if _answer_digits(first) != _answer_digits(second):
        yield _problem(second, "other-digits", f"in {first.lang}: {_answer_digits(first)}")


def _answer_digits(text: Text) -> list[str]:
    """The digits offered as answers; an example hour or a 24/7 is none."""
    own = render(text.text, dict.fromkeys(placeholders(text.text).names, "#"))
    return sorted(
        re.findall(r"(?<![\w#/:])(\d{1,2})(?= [^\W\d]|,|\.)(?! (?:[ap]\.? ?m|horas)\b)", own)
    )


def _one_form_of_address(library: Library) -> Iterator[Problem]:
    """A text that says tú in a collection that says usted, or both at once."""
    for (lang, _), shelf in groupby(library.all(), key=lambda text: (text.lang, text.collection)):
        rules = asks(lang)
        if rules is None or rules.familiar is None or rules.formal is None:
            continue
        texts = list(shelf)
        if any(rules.formal.search(fold(text.text)) for text in texts):
            for text in texts:
                if match := rules.familiar.search(fold(_TEA.sub("", text.text))):
                    yield _problem(text, "tu-and-usted", f"{match[0]!r} beside usted")


def _problem(text: Text, rule: str, message: str) -> Problem:
    return Problem(text.file, text.line, text.id, rule, message)
