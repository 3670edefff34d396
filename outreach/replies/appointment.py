"""Answers to the reminder of a visit: confirm, cancel, reschedule, or not settled."""

from typing import NamedTuple

from outreach.replies.asked_day import (
    MOST_DAYS,
    asked_moment,
    chooses_day,
    clause_of,
    is_bare,
    is_offer,
    is_rejected,
)
from outreach.replies.choices import corrected_choice, other_number, picked_choice
from outreach.replies.dates import DateMention
from outreach.replies.grammar import (
    is_asked,
    is_both,
    is_bounded,
    is_conditional,
    is_negated,
    outside_scope,
    reaches,
)
from outreach.replies.lexicon import MASK, Hit
from outreach.replies.preferences import writes
from outreach.replies.requests import asks_anything
from outreach.replies.smallwords import small_words
from outreach.replies.text import TIMED, Candidate, Text
from outreach.vocabulary import Intent

_CHOICES = {1: Intent.CONFIRM, 2: Intent.RESCHEDULE, 3: Intent.CANCEL}


def read_appointment(text: Text) -> Candidate | None:
    """What a text answers to "will you be there?"; None if it does not answer.

    A change of time outweighs a plain no, a reason to stay away outweighs a plain yes, and
    anything unsure confirms nothing. The value is the local day or moment asked for, if one is.
    """
    stand = _weighed(text)
    corrected = corrected_choice(text.words)
    moving = _why_moved(text) if corrected is None else ""
    if moving:
        return _reschedule(text, moving)
    choice = corrected or picked_choice(text.words)
    if choice is not None:
        return _chosen(text, choice, stand)
    offered = _offered_days(text)
    if stand.not_coming and offered:
        return _reschedule(text, "another day is named after a refusal")
    if stand.not_coming or stand.coming:
        return _decided(text, stand)
    if stand.doubts:
        return Candidate(Intent.UNCLEAR, "", text.quote(stand.doubts[0]))
    return _short_answer(text, offered)


def _why_moved(text: Text) -> str:
    """What asks for another time, whatever else is said; "" if nothing does."""
    moving = _moving(text)
    if moving:
        return text.quote(moving[0])
    return "one day is refused and another agreed to" if chooses_day(text) else ""


def _moving(text: Text) -> list[Hit]:
    """Phrases that ask for another time of the visit, not of the texts."""
    timed = text.having(*TIMED)
    of_texts = [hit for hit in timed if text.is_about_texts(hit) or writes(text, hit)]
    moving = [hit for hit in text.having("another_time") if not _is_denied(text, hit)]
    if not text.says("not_coming", "yes"):
        moving += [hit for hit in timed if hit not in of_texts]
    return [
        hit
        for hit in moving
        if not any(text.same_sentence(hit.start, other.start) for other in of_texts)
    ]


class _Stand(NamedTuple):
    """Phrases of coming, of not coming and of doubt that still count in their sentences."""

    coming: list[Hit]
    not_coming: list[Hit]
    doubts: list[Hit]


def _weighed(text: Text) -> _Stand:
    if is_both(text.words):
        return _Stand([], [], [Hit(0, 2, "unsure")])
    refusals = [
        hit
        for hit in text.having("not_coming")
        if not _keeps(text, hit) and not _asks_whether(text, hit)
    ]
    refusals += _stranded(text)
    doubts = text.having("unsure")
    coming = outside_scope(text.words, text.having("coming"), refusals + doubts)
    masked = {hit.end for hit in text.having(MASK)}  # "aint cancelling ill be there"
    turned = [h for h in coming if h.start not in masked and is_negated(text.words, h)]
    open_ones = [hit for hit in coming + refusals if is_conditional(text.words, hit)]
    if not text.says("yes") and not any(text.words.said[hit.start] == "yes" for hit in coming):
        open_ones += [hit for hit in coming if is_bounded(text.words, hit)]
    coming = [h for h in coming if h not in turned + open_ones and not is_asked(text, h)]
    refusals = outside_scope(text.words, refusals, doubts)
    refusals = [hit for hit in refusals if hit not in open_ones]
    return _Stand(coming, sorted(refusals + turned), doubts + open_ones)


def _keeps(text: Text, hit: Hit) -> bool:
    """ "no cancelen mi cita" refuses the cancelling; "no, cancelen mi cita" asks for it."""
    denied = text.words.said[max(0, hit.start - 1) : hit.start] == ("no",)
    return denied and not text.words.before[hit.start] and text.words.said[hit.start] in _SPARED


_SPARED = frozenset({"cancelen", "cancele", "cancelar", "cancelo"})


def _asks_whether(text: Text, hit: Hit) -> bool:
    """ "did they cancel the group?" asks about it; "can you cancel?" asks for it."""
    start, _ = text.words.clause_around(hit.start)
    first, second = text.between(start, start + 2) if hit.start - start >= _PAIR else ("", "")
    return (first, second) in _STATE_ASKED and is_asked(text, hit)


def _asked_whether(text: Text) -> list[Hit]:
    return [hit for hit in text.having("not_coming") if _asks_whether(text, hit)]


_PAIR = 2
_STATE_ASKED = {
    (verb, who)
    for verb in ("did", "was", "were", "has", "have", "is", "are")
    for who in (
        "they",
        "you",
        "my",
        "the",
        "our",
        "someone",
        "he",
        "she",
        "this",
        "that",
        "group",
        "class",
    )
} - {("are", "you"), ("are", "they"), ("is", "that"), ("is", "this"), ("is", "someone")}


def _stranded(text: Text) -> list[Hit]:
    """What keeps a client from coming, unless they ask us to help with it."""
    stranded = text.having("stranded")
    pleas = [
        hit
        for hit in text.having("ride", "ask", "other_resource")
        if not any(hit.start < each.end and each.start < hit.end for each in stranded)
    ]
    asked = asks_anything(text) and text.says("coming", "yes")
    return [] if pleas or asked else stranded


def _is_denied(text: Text, hit: Hit) -> bool:
    """Whether a phrase of moving is refused: "no need to reschedule", "no puedo ir manana"."""
    if any(other.start < hit.start < other.end for other in text.having("not_coming")):
        return True
    if any(other.end == hit.start for other in text.having("not_coming")):
        return False  # "tuesday wont work put me down for friday"
    after_no = text.words.said[max(0, hit.start - 1) : hit.start] == ("no",)
    return is_negated(text.words, hit) or (after_no and not text.words.before[hit.start])


def _chosen(text: Text, choice: int, stand: _Stand) -> Candidate:
    intent = _CHOICES[choice]
    if intent is Intent.CONFIRM and stand.not_coming:
        return Candidate(Intent.CANCEL, "", f"1, but {text.quote(stand.not_coming[-1])}")
    if intent is Intent.RESCHEDULE:
        return _reschedule(text, "2 offers another time")
    if intent is Intent.CANCEL and stand.coming and not stand.not_coming:
        return Candidate(Intent.UNCLEAR, "", f"3, but {text.quote(stand.coming[0])}")
    return Candidate(intent, "", f"{choice} was offered for it")


def _decided(text: Text, stand: _Stand) -> Candidate:
    """The last word counts: "I said yes but I can't", "can't... wait, I can"."""
    coming, not_coming, doubts = stand
    if not_coming and not (coming and _turns_back(text, not_coming[-1], coming[-1])):
        return Candidate(Intent.CANCEL, "", text.quote(not_coming[-1]))
    if doubts:
        return Candidate(Intent.UNCLEAR, "", text.quote(doubts[0]))
    if not text.says("yes", "ok") and all(_offers_a_day(text, hit) for hit in coming):
        return _reschedule(text, "a day on which the client can come")
    return Candidate(Intent.CONFIRM, "", text.quote(coming[-1]))


def _offers_a_day(text: Text, coming: Hit) -> bool:
    """Whether "I can" follows a day in the same clause: "friday at noon i can"."""
    if not {"can", "puedo", "works", "work"} & set(text.between(coming.start, coming.end)):
        return False
    start, _ = text.words.clause_around(coming.start)
    return any(start <= d.start < coming.start for d in text.days)


def _turns_back(text: Text, first: Hit, second: Hit) -> bool:
    """Whether a later phrase takes back an earlier one."""
    if second.start < first.start:
        return False
    between = text.between(first.end, second.end)
    return not small_words("turns").isdisjoint(between)


def _short_answer(text: Text, offered: list[DateMention]) -> Candidate | None:
    yes, no, fine = (text.having(means) for means in ("yes", "no", "ok"))
    if yes and no and _is_both(text, yes, no):
        return Candidate(Intent.UNCLEAR, "", "yes and no")
    if yes or no:
        return _plain(text, max(yes + no), offered)
    # "Text me only on Mondays" speaks of texts, not of the visit.
    of_texts = any(text.is_about_texts(hit) for hit in text.having("only_days", "off_days"))
    if not of_texts and (offered or _only_a_day(text)):
        return _reschedule(text, "a day is named")
    if fine and not is_asked(text, fine[0]):
        return Candidate(Intent.CONFIRM, "", text.quote(fine[0]))
    if other_number(text.words):
        return Candidate(Intent.UNCLEAR, "", "a number that was not offered")
    named = not of_texts and _named_days(text)
    return _reschedule(text, "a day is named") if named else None


def _is_both(text: Text, yes: list[Hit], no: list[Hit]) -> bool:
    low, high = sorted([yes[-1], no[-1]])
    return text.between(low.end, high.start) in {("and",), ("y",), ("or",), ("o",)}


def _plain(text: Text, hit: Hit, offered: list[DateMention]) -> Candidate:
    if hit.means == "no" and offered:
        return _reschedule(text, "another day is named after a no")
    if hit.means == "yes" and text.words.is_question(hit.start) and len(text.words.said) < 3:
        return Candidate(Intent.UNCLEAR, "", "a yes with a question mark")
    intent = Intent.CONFIRM if hit.means == "yes" else Intent.CANCEL
    return Candidate(intent, "", text.quote(hit))


def _reschedule(text: Text, why: str) -> Candidate:
    return Candidate(Intent.RESCHEDULE, asked_moment(text), why)


def _offered_days(text: Text) -> list[DateMention]:
    """Days that a text proposes, beside a refusal or by themselves."""
    days = [day for day in text.days[-MOST_DAYS:] if not is_rejected(text, day.start)]
    refused = text.having("not_coming")
    asked = [*text.having("hours", "next_appointment"), *_asked_whether(text)]
    return [
        day
        for day in days
        if (is_offer(text, day) or _instead_of_another(text, day))
        and not _is_the_visits(text, day, refused)
        and not any(text.same_sentence(hit.start, day.start) for hit in asked)
    ]


def _instead_of_another(text: Text, day: DateMention) -> bool:
    """ "tomorrow, not today"."""
    denied = text.between(day.end, day.end + 1) == ("not",)
    return denied and any(other.start == day.end + 1 for other in text.days)


def _named_days(text: Text) -> list[DateMention]:
    """Days in clauses that neither tell what hinders nor ask about the visit."""
    asked = text.having("hours", "next_appointment", "thanks", "greeting", "past")
    asked += _asked_whether(text)
    return [
        day
        for day in text.days[-MOST_DAYS:]
        if small_words("hinders").isdisjoint(text.words.said[slice(*clause_of(text, day.start))])
        and not any(text.same_sentence(hit.start, day.start) for hit in asked)
    ]


def _is_the_visits(text: Text, day: DateMention, refused: list[Hit]) -> bool:
    """Whether a day belongs to the refusal before it: "cancel my appointment on friday"."""
    spot = Hit(day.start, day.end, "day")
    return any(
        reaches(text.words, hit, spot)
        and small_words("offers").isdisjoint(text.between(hit.end, day.start))
        for hit in refused
    )


def _only_a_day(text: Text) -> bool:
    """Whether the whole text is a day, with or without an hour."""
    return bool(text.days) and is_bare(text, 0, len(text.words.said))
