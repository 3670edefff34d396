"""The day and hour that a text asks a visit to be moved to, among all that it names."""

from datetime import date
from itertools import pairwise

from outreach.replies.dates import DateMention
from outreach.replies.lexicon import FIRST_SIGN, Hit
from outreach.replies.pauses import UNTIL
from outreach.replies.smallwords import small_words
from outreach.replies.text import Text
from outreach.replies.times import TimeMention


def asked_moment(text: Text) -> str:
    """The local day or moment a text asks for, or "" where it leaves that open."""
    days = _wanted(text, _not_hindering(text, text.days[-MOST_DAYS:]))
    if len({mention.day for mention in days}) != 1:
        return ""
    taken = {at for day in text.days for at in range(day.start, day.end)}
    times = [t for t in text.times if not t.vague and t.start not in taken]
    wanted = _corrected(text, times) or [t for t in times if not is_rejected(text, t.start)]
    wanted = _not_of_work(text, wanted or times)
    moments = {t.at for t in wanted}
    if len(moments) > 1:
        moments = {t.at for t in wanted if _follows(text, days[-1], t.start)}
    if len(moments) != 1:
        return _iso(days[-1].day)
    return f"{_iso(days[-1].day)}T{moments.pop():%H:%M}"


def _not_of_work(text: Text, times: list[TimeMention]) -> list[TimeMention]:
    """Without the hours that are why: "5? i get off at 4"."""
    why = small_words("work_hours")
    free = [
        each
        for each in times
        if why.isdisjoint(text.between(text.words.clause_around(each.start)[0], each.start))
    ]
    return free or times


def _corrected(text: Text, times: list[TimeMention]) -> list[TimeMention]:
    """The last hour where it takes back the one before: "at 4 please no 4:30"."""
    if len(times) < _PAIR:
        return []
    between = text.between(times[-2].end, times[-1].start)
    takes_back = not small_words("corrections").isdisjoint(between)
    only = set(between) <= small_words("corrections") | _AMID_CORRECTION
    return times[-1:] if takes_back and only else []


_PAIR = 2
_AMID_CORRECTION = frozenset({"please", "sorry", "i", "make", "it", "at"})


def _not_hindering(text: Text, days: list[DateMention]) -> list[DateMention]:
    """Without the days that are why: "i work friday, can we reschedule"."""
    moving = text.having("another_time")
    if not moving:
        return days
    return [day for day in days if not _hinders(text, day, moving)]


MOST_DAYS = 12
"""No person names more in one text; a hostile text may repeat hundreds."""


def _hinders(text: Text, day: DateMention, moving: list[Hit]) -> bool:
    """Whether a day tells what is in the way rather than what is asked for."""
    if any(hit.start <= day.start < hit.end or day.start <= hit.start < day.end for hit in moving):
        return False
    if any(_speaks_back(text, hit) for hit in moving):
        return False
    before = [hit for hit in moving if hit.end <= day.start]
    start, end = clause_of(text, day.start)
    if before:
        said = text.between(max(start, before[-1].end), day.start)
        return not small_words("hinders").isdisjoint(said)
    rather = text.words.said[day.end : day.end + 1] in {("rather",), ("instead",)}
    if rather or "?" in text.words.before[end]:
        return False  # "the 22nd rather than the day you gave me", "maybe tuesday?"
    asking = moving[0]
    end = min(end, asking.start)
    praised = not _PRAISES.isdisjoint(text.between(asking.start, asking.end))
    said = text.between(start, end)
    if not praised and (set(said) >= _BUSY or not small_words("hinders").isdisjoint(said)):
        return True
    offers = not small_words("offers").isdisjoint(said)
    return not (praised or offers or is_bare(text, start, end))


def _speaks_back(text: Text, hit: Hit) -> bool:
    """ "can i come then": the day asked for was named before."""
    said = text.between(max(0, hit.end - 2), hit.end)
    return said[-1] in {"then", "entonces"} or said in _THAT_DAY


_THAT_DAY = {("ese", "dia"), ("that", "day")}
_BUSY = frozenset({"i", "work"})
_PRAISES = frozenset({"works", "work", "better", "mejor", "best", "instead", "if", "si"})


def _follows(text: Text, day: DateMention, at: int) -> bool:
    """Whether an hour stands after a day and before the next one."""
    following = [other.start for other in text.days if other.start > day.start]
    return day.end <= at < min(following, default=len(text.words.said))


def _iso(day: date) -> str:
    return day.isoformat()


def _wanted(text: Text, days: list[DateMention]) -> list[DateMention]:
    """The days that are asked for, not those that are refused or left."""
    days = _without_left(text, days)
    refused = {day.day for day in days if is_rejected(text, day.start)}
    kept = [day for day in days if day.day not in refused]
    if len(days) > 1 and _is_correction(text, days):
        return days[-1:]
    if len({d.day for d in kept}) > 1 and not _left_open(text, kept):
        offers = [day for day in kept if is_offer(text, day)] or kept
        asked = [day for day in offers if _in_phrase(text, day)]
        return asked or [day for day in offers if _beside_offer(text, day)] or offers
    return kept


def _without_left(text: Text, days: list[DateMention]) -> list[DateMention]:
    """Without the day of the visit that is moved: "move my thursday visit to monday"."""
    left = [
        first
        for first, second in pairwise(days)
        if _is_whose(text, first) and _leads_to(text, first, second)
    ]
    return [day for day in days if day not in left]


def _is_whose(text: Text, day: DateMention) -> bool:
    """Whether a day tells which visit: "my thursday visit", "la cita del martes"."""
    owned = text.between(max(0, day.start - 1), day.start)
    return owned in _OWNS or text.between(day.end, day.end + 1)[0:1] in _VISITS


_OWNS = {("my",), ("our",), ("his",), ("her",), ("del",), ("de",), ("the",)}
_VISITS = {("visit",), ("appointment",), ("session",), ("one",), ("group",), ("class",), ("slot",)}


def _leads_to(text: Text, first: DateMention, second: DateMention) -> bool:
    """Whether "to" stands before the second of two days in one clause."""
    between = text.between(first.end, second.start)
    cut = any(text.words.before[at] for at in range(first.end, second.start + 1))
    return not cut and not _TO.isdisjoint(between[-2:]) and len(between) <= _NEAR


_TO = frozenset({"to", "for", "al", "para", "pal", "until"})
_NEAR = 5


def _is_correction(text: Text, days: list[DateMention]) -> bool:
    """Whether the last day takes back the one before: "tuesday... no wait, friday"."""
    between = text.between(days[-2].end, days[-1].start)
    if not _UNABLE.isdisjoint(between[-2:]):
        return False  # "friday is better, i cant tomorrow"
    said = small_words("corrections").intersection(between[-4:])
    return bool(said) and any(text.words.before[at] for at in range(days[-2].end, days[-1].start))


_UNABLE = frozenset({"puedo", "cant", "wont", "podre", "voy"})


def _in_phrase(text: Text, day: DateMention) -> bool:
    """Whether a day stands inside a phrase of moving: "can i do tuesday"."""
    return any(hit.start <= day.start < hit.end for hit in text.having("another_time"))


def _beside_offer(text: Text, day: DateMention) -> bool:
    near = text.between(max(0, day.start - 3), day.end + 3)
    return not small_words("offers").isdisjoint(near)


def _left_open(text: Text, days: list[DateMention]) -> bool:
    """ "tuesday or thursday"."""
    return any(
        not small_words("either").isdisjoint(text.between(first.end, second.start))
        for first, second in pairwise(days)
    )


def is_rejected(text: Text, at: int) -> bool:
    """Whether a refusal or "from" stands before a day in its own clause."""
    words = text.words
    back = at
    days = {day.end - 1 for day in text.days}
    while back > 0 and not words.before[back] and at - back < 6 and back - 1 not in days:
        back -= 1
        if words.said[back] in _BUT and not _ANY.isdisjoint(words.said[:back]):
            return True
        if words.said[back] in small_words("turns") | _BEGINS_ANEW:
            denied = words.said[max(0, back - 1)] == "no"
            return denied and words.said[back] in _SPANISH_VERBS
        if words.said[back] in small_words("refuses_day"):
            # "not until friday" and "not home till friday" ask for friday.
            sure = UNTIL.isdisjoint(words.said[back + 1 : at])
            return sure and not _asks_politely(text, back)
        if words.said[back] in {"de", "del"} and at - back == 1:
            within = words.said[max(0, back - 1)] == "dentro"  # "dentro de dos semanas a las 9"
            return not within and not _TOWARDS.isdisjoint(words.said[at + 1 : at + 3])
        if words.said[back] in {"from", "of", "desde"} and at - back <= 2:
            return _leaves(words.said, back)
    return _refused_after(text, at)


def _asks_politely(text: Text, at: int) -> bool:
    """ "no se podra el 9?", "no podria ser el lunes?" ask for the day."""
    following = small_words("no_asks").intersection(text.between(at + 1, at + 3))
    return bool(following) and text.words.is_question(at)


_BUT = frozenset({"but", "except", "excepto", "menos"})
_ANY = frozenset({"any", "anything", "every", "cualquier"})
_SPANISH_VERBS = frozenset({"puedo", "pase", "pasen", "ponga", "pongan"})
_BEGINS_ANEW = frozenset({"to", "and", "can", "put", "lets", "how"}) | _SPANISH_VERBS
_TOWARDS = frozenset({"a", "al", "para", "pal"})


def _leaves(said: tuple[str, ...], at: int) -> bool:
    """ "from monday" (but not "a week from monday"), "instead of monday"."""
    before = said[at - 1] if at else ""
    return before == "instead" if said[at] == "of" else before not in {"week", "weeks", "days"}


def chooses_day(text: Text) -> bool:
    """Whether one day is refused and another agreed to: "el jueves no, el viernes si"."""
    if len(text.days) > MOST_DAYS:
        return False
    refused = [day for day in text.days if is_rejected(text, day.start)]
    return bool(refused) and any(
        day not in refused
        and not _AGREED.isdisjoint(text.between(day.end, text.words.clause_around(day.start)[1]))
        for day in text.days
    )


_AGREED = frozenset({"yes", "si", "works", "puedo", "can", "good", "fine", "mejor", "perfecto"})


def _refused_after(text: Text, at: int) -> bool:
    """ "tuesday doesn't work", "el martes no puedo"."""
    words = text.words
    for ahead in range(at + 1, min(at + 5, len(words.said))):
        if words.before[ahead]:
            return False
        if words.said[ahead - 1] == "or" and words.said[ahead] == "dont":
            return False  # "make it thursday or dont bother"
        if words.said[ahead] in {"doesnt", "dont", "wont", "isnt", "no"}:
            return words.said[ahead + 1 : ahead + 2] not in {("longer",), ("later",), ("trabajo",)}
    return False


def is_offer(text: Text, day: DateMention) -> bool:
    start, end = clause_of(text, day.start)
    said = text.words.said[start:end]
    if not small_words("hinders").isdisjoint(said) and "?" not in text.words.before[end]:
        return False
    offers = not small_words("offers").isdisjoint(said) or "?" in text.words.before[end]
    return offers or is_bare(text, start, end)


def clause_of(text: Text, at: int) -> tuple[int, int]:
    start, end = at, at + 1
    turns = small_words("turns") - {"instead", "now", "ahora", "then"}
    while not text.words.starts_clause(start) and text.words.said[start - 1] not in turns:
        start -= 1
    while end < len(text.words.said) and not text.words.starts_clause(end):
        if text.words.said[end] in turns:
            break
        end += 1
    return start, end


def is_bare(text: Text, start: int, end: int) -> bool:
    """Whether a clause says no more than a day and an hour."""
    spans = [(day.start, day.end) for day in text.days] + [(t.start, t.end) for t in text.times]
    covered = {at for span in spans for at in range(*span)}
    rest = {text.words.said[at] for at in range(start, end) if at not in covered}
    rest = {word for word in rest if word[0] < FIRST_SIGN}
    return rest <= small_words("day_glue")
