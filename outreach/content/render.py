"""Fill the variables of a text.

A text may say `{{ name }}`, `{{ name or "friend" }}` and `{% if who %}with {{ who }}{% endif %}`,
nothing else: no loops, calls, attributes, arithmetic or filters, so no text can run away or
reach anything. The sandbox stays on underneath as a second wall.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from jinja2 import Template, TemplateSyntaxError, Undefined, UndefinedError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from outreach.content.segments import to_gsm_safe

_TWO_STOPS = re.compile(r"(?<!\.)\.\.(?!\.)")  # "at 10:30 a. m." at the end of a sentence


class BadTemplateError(ValueError):
    """A text whose variables cannot be understood; says what to write instead."""


@dataclass(frozen=True, slots=True)
class Placeholders:
    """`names` are all variables of a text, `bare` those that print with no fallback."""

    names: frozenset[str]
    bare: frozenset[str]


def render(source: str, variables: Mapping[str, str | None]) -> str:
    """The words to send: variables filled, one space between words, no doubled full
    stop, GSM-7 where possible.

    An empty value counts as missing. Raises `jinja2.UndefinedError` when a variable without a
    fallback is missing, and `BadTemplateError` for a text the library would have refused.
    """
    if "{" not in source:
        return _tidied(source)
    present = {name: value for name, value in variables.items() if value}
    return _tidy(_compiled(source).render(present))


def _tidy(words: str) -> str:
    words = " ".join(words.split())
    if ".." in words:
        words = _TWO_STOPS.sub(".", words)
    safe = to_gsm_safe(words)
    # An invisible character that is dropped may have stood between two spaces.
    return safe if safe is words else " ".join(safe.split())


_tidied = lru_cache(maxsize=4096)(_tidy)


@lru_cache(maxsize=4096)
def placeholders(source: str) -> Placeholders:
    """Which variables `source` uses. Raises `BadTemplateError` outside the small grammar."""
    if "{" not in source:
        return Placeholders(frozenset(), frozenset())
    try:
        tree = _ENVIRONMENT.parse(source)
    except TemplateSyntaxError as error:
        raise BadTemplateError(f"braces that do not fit: {error.message}") from error
    for node in tree.find_all(nodes.Node):
        if type(node) not in _ALLOWED:
            raise BadTemplateError(
                f"{type(node).__name__.lower()} is not allowed; "
                'use {{ name }}, {{ name or "words" }} or {% if name %}...{% endif %}'
            )
    names = frozenset(node.name for node in tree.find_all(nodes.Name))
    return Placeholders(names, frozenset(_bare(tree.body, frozenset())))


class _Missing(Undefined):
    """Missing is false, so that `or` and `if` see it, but printing it is an error."""

    __slots__ = ()

    def __str__(self) -> str:
        raise UndefinedError(f"{self._undefined_name!r} has no value and no fallback")


def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(undefined=_Missing, autoescape=False)
    environment.globals.clear()  # no range, no lipsum; it also makes each rendering cheaper
    environment.filters.clear()
    environment.tests.clear()
    return environment


_ENVIRONMENT = _environment()

_ALLOWED = {
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.Or,
    nodes.And,
    nodes.If,
}


@lru_cache(maxsize=4096)
def _compiled(source: str) -> Template:
    placeholders(source)
    return _ENVIRONMENT.from_string(source)


def _bare(body: list[nodes.Node], known: frozenset[str]) -> Iterator[str]:
    """Names printed in `body` that neither a fallback nor an enclosing `if` covers."""
    for node in body:
        if isinstance(node, nodes.If):
            yield from _bare(node.body, known | _required(node.test))
            yield from _bare([*node.elif_, *node.else_], known)
        elif isinstance(node, nodes.Output):
            for part in node.nodes:
                yield from _last_resort(part) - known


def _required(test: nodes.Node) -> frozenset[str]:
    """The names that are certainly there when `test` holds."""
    if isinstance(test, nodes.And):
        return _required(test.left) | _required(test.right)
    return frozenset([test.name]) if isinstance(test, nodes.Name) else frozenset()


def _last_resort(expression: nodes.Node) -> frozenset[str]:
    """The name an expression falls back to in the end, if it is a name and not words."""
    if isinstance(expression, nodes.Or):
        return _last_resort(expression.right)
    if isinstance(expression, nodes.And):
        return _last_resort(expression.left) | _last_resort(expression.right)
    return frozenset([expression.name]) if isinstance(expression, nodes.Name) else frozenset()
