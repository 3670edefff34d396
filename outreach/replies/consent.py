"""The right to be left alone: opt-out and its return, wrong number, help, and machine replies."""

from outreach.replies.calendar import calendar
from outreach.replies.lexicon import MASK, Hit
from outreach.replies.pauses import has_end, pause_length
from outreach.replies.smallwords import small_words
from outreach.replies.text import TIMED, Candidate, Text
from outreach.vocabulary import Intent

LIMITED = ("less", "too_often", "not_at_part", "pause", *TIMED)
"""What turns a refusal into a wish: "stop texting me so early"."""
_FOREVER = frozenset({"ever", "forever", "never", "anymore", "nunca", "jamas", "mas"})


def read_consent(text: Text) -> list[Candidate]:
    """What a text says about being texted at all, most important first."""
    if text.says("auto_reply"):
        return [Candidate(Intent.AUTO_REPLY, "", text.quote(text.having("auto_reply")[0]))]
    if len(text.words.said) == 1 and _is_carrier_word(text):
        return [Candidate(Intent.OPT_OUT, "", f'the word "{text.words.said[0]}" alone')]
    for means, intent in (("help_word", Intent.HELP), ("start_word", Intent.OPT_IN)):
        whole = [hit for hit in text.having(means) if _is_whole(text, hit)]
        if whole:
            return [Candidate(intent, "", text.quote(whole[0]))]
    return _opt_out(text) + _wrong_number(text) or _opt_in(text)


def _is_carrier_word(text: Text) -> bool:
    """A stop word alone, also misspelt; but "cancelled" and "canceling" answer a reminder."""
    return text.words.said[0] in small_words("stop_words") and not text.inflected


def _is_whole(text: Text, hit: Hit) -> bool:
    return hit.start == 0 and hit.end == len(text.words.said)


def _wrong_number(text: Text) -> list[Candidate]:
    hits = text.having("wrong_number")
    return [Candidate(Intent.WRONG_NUMBER, "", text.quote(hits[0]))] if hits else []


def _opt_out(text: Text) -> list[Candidate]:
    back = [hit.start for hit in text.having("opt_in") if not _is_negated(text, hit)]
    hits = (hit for hit in text.having("opt_out", "stop_word") if not _is_limited(text, hit))
    # "i unsubscribed last month but would like to get them again"
    first = next((hit for hit in hits if not any(hit.end <= start for start in back)), None)
    if first is not None:
        return [Candidate(Intent.OPT_OUT, "", text.quote(first))]
    if _shouts_stop(text) or _stop_beside_answer(text):
        return [Candidate(Intent.OPT_OUT, "", "a free-standing stop")]
    return []


def _is_limited(text: Text, hit: Hit) -> bool:
    """Whether the refusal is of a time, a number or a manner: "stop texting me so early"."""
    start, end = text.words.sentence_around(hit.start)
    if not _FOREVER.isdisjoint(text.between(hit.start, end)) and not text.says("only_days"):
        return pause_length(text, hit) is not None
    if text.words.said[hit.start] not in small_words("limitable"):
        return False
    limits = [
        h
        for h in text.having(*LIMITED)
        if start <= h.start < end and h.end > hit.start and not _names_a_number(text, h)
    ]
    beside = [h for h in text.having("limit") if hit.start < h.start <= hit.end < h.end]
    hour = any(hit.end <= time.start <= hit.end + 1 for time in text.times)  # "... me at 7am"
    return bool(limits or beside or hour) or has_end(text, hit)


def _names_a_number(text: Text, hit: Hit) -> bool:
    """ "stop texting me at 555-0134" names no hour."""
    hours = [calendar().number(word) for word in text.between(hit.start, hit.end)]
    named = any(hit.start <= time.start < hit.end for time in text.times)
    return hit.means == "at_time" and not named and all(not hour or hour > _NOON for hour in hours)


_NOON = 12


def _shouts_stop(text: Text) -> bool:
    """ "STOP I already told you", but not "it says reply STOP" or "STOP for a week"."""
    if not text.shouts_stop or text.says(MASK) or "stop" not in text.words.said:
        return False
    at = text.words.said.index("stop")
    quoted = small_words("quotes").intersection(text.words.said[max(0, at - 2) : at])
    return not quoted and not _is_limited(text, Hit(at, at + 1, "stop_word"))


def _stop_beside_answer(text: Text) -> bool:
    """ "6 and stop", "yes stop", "stop 6": a stop beside nothing but an answer."""
    said = text.words.said
    if len(said) > _FEW_WORDS or "stop" not in said:
        return False
    others = [word for word in said if word not in _AROUND_STOP]
    answers = {"yes", "no", "si", "ok"}
    return all(word in answers or word[0].isdigit() for word in others) and bool(others)


_AROUND_STOP = frozenset({"stop", "and", "y", "please", "this", "these"})
_FEW_WORDS = 4


def _opt_in(text: Text) -> list[Candidate]:
    hits = text.having("opt_in")
    rests = text.having("pause", "pause_if_timed")  # "stop for 5 days then start again"
    if (
        not hits
        or any(rest < hits[0] and pause_length(text, rest) for rest in rests)
        or text.says("unpause", "returned")
        or _is_negated(text, hits[0])
    ):
        return []
    return [Candidate(Intent.OPT_IN, "", text.quote(hits[0]))]


def _is_negated(text: Text, hit: Hit) -> bool:
    before = text.between(max(0, hit.start - 2), hit.start)
    return not small_words("negators").isdisjoint(before)
