"""What the templates may use: words, clocks and times as people read them."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from markupsafe import Markup

from outreach import __version__
from outreach.console import here, words
from outreach.delivery.error_words import words_of
from outreach.models import new_id


def install(app: Flask) -> None:
    """Give the app's templates the tables of `words` and the filters below."""
    app.jinja_env.filters["when"] = when
    app.jinja_env.filters["day"] = day
    app.jinja_env.filters["plain"] = plain
    app.jinja_env.filters["error_words"] = words_of
    app.jinja_env.globals.update(words=words, clock=words.clock, new_id=new_id, tz=ZoneInfo)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.context_processor(_always)


def _always() -> dict[str, Any]:
    return {
        "now": here.now(),
        "demo": here.started().settings.demo,
        "version": __version__,
    }


def when(at: datetime | None, zone: str) -> Markup:
    """`Mon 23 Nov, 09:30` in that zone, as a time element; the year when it is not this one."""
    return _time(at, zone, "%a %-d %b, %H:%M")


def day(at: datetime | None, zone: str) -> Markup:
    """`Mon 23 Nov` in that zone, as a time element."""
    return _time(at, zone, "%a %-d %b")


def plain(code: str) -> str:
    """A code such as `quiet_hours` as words, for lists that have no table of their own."""
    return code.replace("_", " ").capitalize()


def _time(at: datetime | None, zone: str, form: str) -> Markup:
    if at is None:
        return Markup("")
    local = at.astimezone(ZoneInfo(zone))
    if local.year != here.now().astimezone(ZoneInfo(zone)).year:
        form = form.replace("%b", "%b %Y")
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        at.isoformat(), f"{local:%A %-d %B %Y, %H:%M} {local.tzname()}", format(local, form)
    )
