"""How and when a client wants to be texted."""

from collections.abc import Callable
from datetime import timedelta

from outreach.replies.calendar import calendar
from outreach.replies.lexicon import Hit
from outreach.replies.smallwords import small_words
from outreach.replies.text import TIMED, Candidate, Text
from outreach.vocabulary import Intent, PromptKind

_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_UNTIL = frozenset({"until", "till", "til", "hasta", "thru", "through"})
_FOR = frozenset({"for", "por", "durante", "the", "next", "a", "una", "un", "unos", "unas", "these",
                  "las", "los", "proximas", "proximos", "like", "about", "of", "this"})  # fmt: skip


def read_preferences(text: Text) -> list[Candidate]:
    """The wishes of a text, in the order in which it utters them, one of each kind."""
    found: dict[str, Candidate] = {}
    unwanted = text.having("not_at_part")
    for hit in text.hits:
        if any(other.start <= hit.start < other.end for other in unwanted):
            continue
        if hit.means == "more" and text.words.said[max(0, hit.start - 1)] == "no":
            continue
        if hit.means in TIMED and not asked_for_texts(text, hit):
            continue
        read = _READERS.get(hit.means)
        value = read(text, hit) if read else None
        kind = value.split("=")[0] if value else ""
        if value and (kind not in found or kind == "language"):
            found[kind] = Candidate(Intent.PREFERENCE, value, text.quote(hit))
    if "days" in found and found.get("frequency"):
        del found["frequency"]
    if "time" in found:
        found.pop("window", None)
    return list(found.values())


def asked_for_texts(text: Text, hit: Hit) -> bool:
    """Whether a wish about times speaks of texts: beside an open question it must say so."""
    return text.prompt is PromptKind.NONE or text.is_about_texts(hit)


def pause_length(text: Text, hit: Hit) -> str | None:
    """A duration in the sentence of `hit` as P14D or P1M, counted from today; None without one."""
    start, end = text.words.sentence_around(hit.start)
    return _until(text, start, end) or _for(text, start, end)


def _until(text: Text, start: int, end: int) -> str | None:
    for mention in text.days:
        before = text.words.said[max(start, mention.start - 3) : mention.start]
        if start <= mention.start < end and not _UNTIL.isdisjoint(before):
            return f"P{(mention.day - text.today).days}D"
    said = text.words.said[start:end]
    for at, word in enumerate(said):
        if word in _UNTIL and said[at + 1 : at + 3] in {("next", "week"), ("la", "proxima")}:
            monday = text.today + timedelta(7 - text.today.weekday())
            return f"P{(monday - text.today).days}D"
    return None


def _for(text: Text, start: int, end: int) -> str | None:
    table = calendar()
    for at in range(start, end):
        unit = table.units.get(text.words.said[at])
        if unit is None:
            continue
        count = _count(text, at, start)
        if count is not None:
            return f"P{count}M" if unit == "month" else f"P{count * _DAYS[unit]}D"
    return None


_DAYS = {"day": 1, "week": 7, "fortnight": 14}


def _count(text: Text, at: int, start: int) -> int | None:
    """How many of the unit at `at`, if the words before it count them for a pause."""
    words = text.words.said
    for back in range(at - 1, max(start, at - 4) - 1, -1):
        number = calendar().number(words[back])
        if number is not None:
            led = words[back - 1] if back > start else ""
            if led in {"couple", "every", "once", "twice", "times", "cada"}:
                return None
            return None if words[back] in {"a", "una", "un"} and _per(words, back) else number
        if words[back] not in _FOR:
            return None
        if words[back] in {"this", "next"}:
            return 1
    return None


def _per(words: tuple[str, ...], at: int) -> bool:
    """Whether "a" in "once a week" counts occasions, not a duration."""
    return at > 0 and words[at - 1] in {"once", "twice", "times", "time", "vez", "veces", "days"}


def _pause(text: Text, hit: Hit) -> str | None:
    length = pause_length(text, hit)
    return f"pause={length or 'on'}"


def _timed_pause(text: Text, hit: Hit) -> str | None:
    length = pause_length(text, hit)
    return f"pause={length}" if length and not text.says("pause") else None


def _time(text: Text, hit: Hit) -> str | None:
    start, end = text.words.sentence_around(hit.start)
    times = [t for t in text.times if start <= t.start < end or t.start < hit.end]
    wanted = [t for t in times if t.start >= hit.start - 1] or times
    if not wanted:
        hours = [calendar().number(word) for word in text.between(hit.start, hit.end)]
        hour = next((h for h in reversed(hours) if h and 1 <= h <= 12), None)
        return f"time={hour + 12 if hour < 7 else hour:02d}:00" if hour else None
    return f"time={wanted[0].at:%H:%M}"


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
        days = [] if not _UNTIL.isdisjoint(before) else weekdays_named(text, hit)
        return f"days={sign}{','.join(_CODES[day] for day in days)}" if days else None

    return read


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
        if text.words.said[at : at + 3] == ("entre", "semana") or word == "entresemana":
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
PREFERENCE_MEANS = frozenset(_READERS)
