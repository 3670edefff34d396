"""How and when a client wants to be texted."""

from collections.abc import Callable

from outreach.replies.calendar import calendar
from outreach.replies.lexicon import Hit
from outreach.replies.pauses import (
    SHORT_SENTENCE,
    UNTIL,
    asks_to_stop,
    has_end,
    pause_length,
    pause_of,
)
from outreach.replies.smallwords import small_words
from outreach.replies.text import TIMED, Candidate, Text
from outreach.vocabulary import Intent, PromptKind

_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def read_preferences(text: Text) -> list[Candidate]:
    """The wishes of a text, in the order in which it utters them, one of each kind."""
    found: dict[str, Candidate] = {}
    unwanted = text.having("not_at_part")
    for hit in text.having(*_READERS)[:_MOST_WISHES]:
        if any(other.start <= hit.start < other.end for other in unwanted):
            continue
        if hit.means == "more" and _is_refused(text, hit):
            continue
        if hit.means in TIMED and not asked_for_texts(text, hit):
            continue
        value = _READERS[hit.means](text, hit)
        kind = value.split("=")[0] if value else ""
        if value and (kind not in found or kind == "language"):
            found[kind] = Candidate(Intent.PREFERENCE, value, text.quote(hit))
    if "days" in found and found.get("frequency"):
        del found["frequency"]
    if "time" in found:
        found.pop("window", None)
    return list(found.values())


def _is_refused(text: Text, hit: Hit) -> bool:
    """ "no more", "dont send any more"."""
    before = text.words.said[max(0, hit.start - 3) : hit.start]
    return not {"no", "dont", "not", "never", "stop"}.isdisjoint(before)


def asked_for_texts(text: Text, hit: Hit) -> bool:
    """Whether a wish about times speaks of texts, or can speak of nothing else.

    "mornings are best" does with nothing pending; beside a question, or amid other matters, or
    where a visit is named, it must say so.
    """
    if not small_words("visit").isdisjoint(text.words.said):
        return False
    if writes(text, hit):
        return True
    length = _without_reason(text, hit)
    beside = length - (hit.end - hit.start)
    brief = length <= SHORT_SENTENCE or beside <= _FEW_WORDS
    pleads = not _PLEAS.isdisjoint(text.words.said) and text.prompt is not PromptKind.APPOINTMENT
    return (brief and (pleads or text.prompt is PromptKind.NONE)) or text.is_about_texts(hit)


def writes(text: Text, hit: Hit) -> bool:
    """Whether a phrase itself names writing or asking, which is what our texts do."""
    said = text.between(hit.start, hit.end)
    return any(word in _WRITES or word.startswith("pregunt") for word in said)


def _without_reason(text: Text, hit: Hit) -> int:
    """The number of words up to a "because" behind the wish."""
    following = enumerate(text.words.said[hit.end :], hit.end)
    return next((at for at, word in following if word in _REASONS), len(text.words.said))


_REASONS = frozenset({"because", "porque", "since", "que", "pues"})
_FEW_WORDS = 3
_PLEAS = frozenset({"please", "porfavor", "instead"})
_WRITES = frozenset(
    {"write", "writing", "wrote", "ask", "asking", "preguntar", "pregunten", "quiten"}
)


def _pause(text: Text, hit: Hit) -> str | None:
    length = pause_length(text, hit) or _told_before(text, hit)
    return f"pause={length or 'on'}"


def _told_before(text: Text, hit: Hit) -> str | None:
    """The length of an absence: "gone for a month. hold the texts until i am back"."""
    start, end = text.words.sentence_around(hit.start)
    until = not UNTIL.isdisjoint(text.between(hit.end, end))
    told = not small_words("told").isdisjoint(text.between(0, start))
    return pause_of(text) if until and not told else None


def _timed_pause(text: Text, hit: Hit) -> str | None:
    if text.says("pause") or not asks_to_stop(text, hit) or not has_end(text, hit):
        return None
    return f"pause={pause_length(text, hit) or 'on'}"


def _time(text: Text, hit: Hit) -> str | None:
    start, end = text.words.sentence_around(hit.start)
    times = [t for t in text.times if start <= t.start < end or t.start < hit.end]
    inside = [t for t in times if hit.start <= t.start < hit.end]
    inside = [t for t in inside if "not" not in text.between(t.start - 2, t.start)] or inside
    wanted = inside or [t for t in times if t.start >= hit.start - 1] or times
    if not wanted:
        hours = [calendar().number(w) for w in text.between(hit.start, hit.end) if w not in _A]
        hour = next((h for h in reversed(hours) if h and 1 <= h <= 12), None)
        return f"time={hour + 12 if hour < 7 else hour:02d}:00" if hour else None
    named = [t for t in times if t.start >= wanted[0].start]
    instead = [t for t in named[1:] if _is_rather(text, t.start)]
    return f"time={(instead or wanted)[0].at:%H:%M}"


_A = frozenset({"a", "an", "un", "una"})


def _is_rather(text: Text, at: int) -> bool:
    """Whether an hour corrects the one before: "after 6pm, like 6:30", "mejor a las 9"."""
    before = text.between(max(0, at - 3), at)
    return not _RATHER.isdisjoint(before) and _OVER.isdisjoint(before)


_OVER = frozenset({"than", "of", "de"})
_RATHER = frozenset({"like", "say", "mejor", "instead", "rather", "better"})


def _window(text: Text, hit: Hit) -> str | None:
    parts = [calendar().parts.get(word) for word in text.between(hit.start, hit.end)]
    named = [part for part in parts if part]
    if not named and "work" in text.between(hit.start, hit.end):
        named = ["evening"]
    if not named and {"manana", "morning"} & set(text.between(hit.start, hit.end)):
        named = ["morning"]
    return f"window={named[-1]}" if named else None


def _less_often(text: Text, hit: Hit) -> str | None:
    """Texts "every day" are a complaint beside a refusal or a negation."""
    start, _ = text.words.sentence_around(hit.start)
    before = text.words.said[start : hit.start]
    refused = any(start <= other.start for other in text.having("opt_out"))
    return "frequency=less" if refused or not small_words("negators").isdisjoint(before) else None


def _language(code: str) -> Callable[[Text, Hit], str | None]:
    """A language for texts; "someone who speaks Spanish" asks for a person instead."""

    def read(text: Text, hit: Hit) -> str | None:
        people = [h for h in text.having("staff") if text.same_sentence(h.start, hit.start)]
        return None if people else f"language={code}"

    return read


def _days(sign: str) -> Callable[[Text, Hit], str | None]:
    def read(text: Text, hit: Hit) -> str | None:
        before = text.words.said[max(0, hit.start - 2) : hit.start]
        days = [] if not UNTIL.isdisjoint(before) else weekdays_named(text, hit)
        return _on_days(sign, days) if days else None

    return read


def time_of(text: Text) -> str | None:
    """The wish for the first hour that a text names; None without one."""
    return f"time={text.times[0].at:%H:%M}" if text.times else None


def days_of(text: Text, sign: str) -> str | None:
    """The wish about the weekdays of the first sentence that names any; None without one."""
    for at in range(len(text.words.said)):
        days = weekdays_named(text, Hit(at, at + 1, "")) if text.words.starts_sentence(at) else []
        if days:
            return _on_days(sign, days)
    return None


def _on_days(sign: str, days: list[int]) -> str:
    return f"days={sign}{','.join(_CODES[day] for day in days)}"


def weekdays_named(text: Text, hit: Hit) -> list[int]:
    """The weekdays in the sentence of a phrase, Monday 0, ranges filled, in week order."""
    table = calendar()
    start, end = text.words.sentence_around(hit.start)
    named: set[int] = set()
    last: tuple[int, int] | None = None
    for at in range(start, end):
        word = text.words.said[at]
        day = table.weekdays.get(word, table.doubtful_weekdays.get(word))
        if day is not None:
            if last and _is_span(text, last[0], at):
                named.update(range(last[1], day + 1))
            named.add(day)
            last = (at, day)
        named.update(table.day_groups.get(word, ()))
        if text.words.said[at : at + 3] in {("fin", "de", "semana"), ("fines", "de", "semana")}:
            named.update((5, 6))
        if text.words.said[at : at + 2] == ("entre", "semana") or word == "entresemana":
            named.update(range(5))
    return sorted(named)


def _is_span(text: Text, first: int, second: int) -> bool:
    """ "monday to friday", "mon-fri", "de lunes a viernes"."""
    between = text.between(first + 1, second)
    joined = between in {("to",), ("thru",), ("through",), ("a",), ("al",), ("hasta",), ("till",)}
    return joined or (not between and "-" in text.words.before[second])


def _says(value: str) -> Callable[[Text, Hit], str | None]:
    return lambda _text, _hit: value


_READERS: dict[str, Callable[[Text, Hit], str | None]] = {
    "pause": _pause,
    "pause_if_timed": _timed_pause,
    "unpause": _says("pause=off"),
    "opt_in": lambda text, _hit: "pause=off" if text.says("returned") else None,
    "at_time": _time,
    "at_part": _window,
    "too_often": _less_often,
    "less": _says("frequency=less"),
    "more": _says("frequency=more"),
    "in_spanish": _language("es"),
    "in_english": _language("en"),
    "off_days": _days("-"),
    "only_days": _days("+"),
}
_MOST_WISHES = 20
"""No person utters more in one text; a hostile text may repeat hundreds."""
PREFERENCE_MEANS = frozenset(_READERS)
