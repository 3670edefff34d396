"""How long a client wants no texts."""

from datetime import timedelta

from outreach.replies.calendar import calendar
from outreach.replies.lexicon import Hit
from outreach.replies.smallwords import small_words
from outreach.replies.text import Text

UNTIL = frozenset({"until", "till", "til", "hasta", "thru", "through"})
SHORT_SENTENCE = 9
"""Words. In a longer one a day or a "stop" may belong to something else than texts."""


def asks_to_stop(text: Text, hit: Hit) -> bool:
    """Whether a "stop for two weeks" is asked of us, not told of something else."""
    start, end = text.words.sentence_around(hit.start)
    said = text.words.said[start:end]
    if not small_words("told").isdisjoint(said):
        return False
    brief = len(said) <= SHORT_SENTENCE and hit.start - start <= 2
    opens = small_words("fillers_before").issuperset(text.between(0, hit.start))
    return text.is_about_texts(hit) or opens or brief


def pause_length(text: Text, hit: Hit) -> str | None:
    """A duration in the sentence of `hit` as P14D or P1M, counted from today; None without one."""
    start, end = text.words.sentence_around(hit.start)
    return _until(text, start, end) or _for(text, start, end)


def has_end(text: Text, hit: Hit) -> bool:
    """Whether what `hit` stops is to begin again: after a length, or "until i say so"."""
    end = text.words.sentence_around(hit.start)[1]
    said = text.between(hit.end, end)
    told = any(word in UNTIL and said[at + 1 : at + 2] in _WE_SAY for at, word in enumerate(said))
    return told or pause_length(text, hit) is not None


_WE_SAY = {("i",), ("im",), ("ill",), ("we",), ("yo",), ("que",), ("further",), ("nuevo",)}
""" "until i tell you", "hasta que yo diga", "until further notice"."""


def pause_of(text: Text) -> str | None:
    """The first duration that any sentence names, as `pause_length` gives it."""
    words = text.words
    starts = (at for at in range(len(words.said)) if words.starts_sentence(at))
    spans = (words.sentence_around(at) for at in starts)
    lengths = (_until(text, *span) or _for(text, *span) for span in spans)
    return next(filter(None, lengths), None)


def _until(text: Text, start: int, end: int) -> str | None:
    for mention in text.days:
        before = text.words.said[max(start, mention.start - 3) : mention.start]
        if start <= mention.start < end and not UNTIL.isdisjoint(before):
            return f"P{(mention.day - text.today).days}D"
    said = text.words.said[start:end]
    for at, word in enumerate(said):
        if word in UNTIL and said[at + 1 : at + 3] in {("next", "week"), ("la", "proxima")}:
            monday = text.today + timedelta(7 - text.today.weekday())
            return f"P{(monday - text.today).days}D"
        if word in UNTIL and said[at + 1 : at + 2] in _THAT_DAY and text.days:
            return f"P{(text.days[-1].day - text.today).days}D"
    return None


_THAT_DAY = {("then",), ("entonces",), ("esa",), ("ese",)}
""" "away till april 2nd, hold my messages until then"."""


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
            if led in _NO_LENGTH:
                return None
            return None if words[back] in {"a", "una", "un"} and _per(words, back) else number
        if words[back] not in small_words("span_leads"):
            return None
        if words[back] in small_words("one_span") or words[max(start, back - 1) : back + 1] == (
            "for",
            "the",
        ):
            return 1
    return None


_NO_LENGTH = frozenset(
    {"couple", "every", "once", "twice", "times", "cada", "been", "hace", "llevo", "llevamos"}
)
"""Before a number: how often, or how long already ("its been a week leave me alone")."""


def _per(words: tuple[str, ...], at: int) -> bool:
    """Whether "a" in "once a week" counts occasions, not a duration."""
    return at > 0 and words[at - 1] in {"once", "twice", "times", "time", "vez", "veces", "days"}
