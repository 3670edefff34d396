"""What a client asks for."""

from outreach.replies.grammar import is_asked, is_conditional, is_question
from outreach.replies.lexicon import Hit
from outreach.replies.smallwords import small_words
from outreach.replies.text import Candidate, Text
from outreach.vocabulary import Intent

_VALUES = {
    "staff": "staff",
    "next_appointment": "next_appointment",
    "progress": "progress",
    "hours": "hours",
    "housing": "resources=housing",
    "food": "resources=food",
    "ride": "resources=ride",
    "crisis": "resources=crisis",
    "meds": "resources=meds",
    "job": "resources=job",
    "other_resource": "resources=other",
    "who_are_you": "other",
    "ask": "other",
}
REQUEST_MEANS = frozenset(_VALUES)


def read_requests(text: Text) -> list[Candidate]:
    """The requests of a text, the particular before the general."""
    found: dict[str, Candidate] = {}
    for hit in text.hits:
        value = _VALUES.get(hit.means)
        if value and not _is_declined(text, hit) and value not in found:
            found[value] = Candidate(Intent.REQUEST, value, text.quote(hit))
    if len(found) > 1:
        found.pop("other", None)
    if len(found) > 1 and any(value.startswith("resources") for value in found):
        staff = found.get("staff")
        if staff and any(word in staff.why for word in ("help", "ayuda", "who")):
            del found["staff"]
    return list(found.values())


def _is_declined(text: Text, hit: Hit) -> bool:
    """ "I don't want to talk about it", "don't need a ride"."""
    if is_conditional(text.words, hit) and not is_asked(text, hit):
        return True
    wish = text.words.said[hit.start] in small_words("wishes")
    before = text.words.said[max(0, hit.start - 1)]
    return wish and (before in small_words("negators") or before in {"no", "longer"})


def asks_anything(text: Text) -> bool:
    """Whether a text of some length is a question, whatever about."""
    words = text.words
    if sum(word[0].isalpha() for word in words.said) < 3:
        return False
    starts = [at for at in range(len(words.said)) if words.starts_sentence(at)]
    return any(words.is_question(at) or is_question(words.said[at : at + 2]) for at in starts)
