"""How a reply becomes an intent: fold, find what each reader sees, choose by the open question.

The order of choice: what a phone wrote by itself, the right to be left alone, the answer to the
open question, wishes, requests, small talk. Everything found beside the choice goes to `also`.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from outreach.replies.appointment import read_appointment
from outreach.replies.consent import read_consent
from outreach.replies.elsewhere import read_visit_unasked
from outreach.replies.goal import read_goal
from outreach.replies.lexicon import Hit
from outreach.replies.normalise import fold
from outreach.replies.preferences import PREFERENCE_MEANS, read_preferences
from outreach.replies.reading import Also, Reading
from outreach.replies.requests import REQUEST_MEANS, asks_anything, read_requests
from outreach.replies.scale import read_score
from outreach.replies.text import Candidate, Text, local
from outreach.replies.vote import PERHAPS, Vote
from outreach.replies.words import split_words
from outreach.replies.wrapping import is_reaction, own_words
from outreach.vocabulary import Intent, PromptKind

LONGEST = 1600
"""Twilio's longest text; what is longer is read up to here."""


def interpret(
    text: str,
    *,
    prompt: PromptKind,
    lang: str,  # noqa: ARG001 - both languages are read whatever the enrolled one
    now: datetime,
    tz: ZoneInfo,
) -> Reading:
    """Read a raw text in the light of one open question (or none).

    `lang` is the enrolled language, which decides nothing: people answer in either. `now` is an
    aware moment, `tz` the client's zone. Same arguments, same reading. Raises ValueError for a
    naive `now`, and for nothing else.
    """
    moment = local(now, tz)
    folded = fold(text[:LONGEST]).text[:LONGEST]
    if is_reaction(folded):
        return Reading(Intent.REACTION, why=("a phone's reaction to a message",))
    view = _view(text, own_words(folded), prompt, moment)
    if not view.words.said:
        return Reading(Intent.UNCLEAR, why=("no words",))
    vote = Vote.on(view)
    phrases = _by_phrases(view)
    found = candidates(view, vote, phrases)
    first, *rest = found
    refused = any(each.intent is Intent.OPT_OUT for each in phrases)
    return Reading(
        first.intent,
        first.value,
        _also(first, rest),
        tuple(c.why for c in found),
        may_refuse=first.intent is not Intent.OPT_OUT and (refused or vote.refusal >= PERHAPS),
    )


def _view(text: str, own: str, prompt: PromptKind, moment: datetime) -> Text:
    return Text(
        split_words(own),
        prompt,
        moment,
        shouts_stop="stop" in own and _shouts_stop(text),
        inflected=own.strip(" .!?,").endswith(("ing", "ed")),
    )


_SHOUTED = re.compile(r"\bSTOP\b")


def _shouts_stop(text: str) -> bool:
    """Whether STOP stands out in capitals, as in "STOP I already told you"."""
    visible = "".join(char for char in text if char.isprintable() or char.isspace())
    return bool(_SHOUTED.search(visible)) and not visible.isupper()


def candidates(view: Text, vote: Vote, phrases: list[Candidate]) -> list[Candidate]:
    """All readings of a text, the most important first; never empty."""
    first = phrases[0] if phrases else _otherwise(view)
    instead = vote.instead(first, found=bool(phrases))
    if instead is None:
        return phrases or [first]
    return [instead, *(phrases if instead.intent is Intent.OPT_OUT else phrases[1:])]


def _by_phrases(view: Text) -> list[Candidate]:
    """The readings that phrases give, the most important first."""
    consent = read_consent(view)
    if consent and consent[0].intent in {Intent.AUTO_REPLY, Intent.HELP}:
        return consent
    answer = _answer(view)
    sure = [answer] if answer and answer.intent is not Intent.UNCLEAR else []
    if consent:
        return consent + (sure if consent[0].intent is Intent.OPT_OUT else [])
    found = sure + read_preferences(view) + read_requests(view)
    if view.prompt is PromptKind.OPEN and not sure:
        found = _open_answer(view, found) + found
    return found or ([answer] if answer else [])


def _answer(view: Text) -> Candidate | None:
    """The answer to the open question, or a visit moved or cancelled without being asked."""
    if view.prompt is PromptKind.APPOINTMENT:
        return read_appointment(view)
    if view.prompt is PromptKind.SCALE:
        score = read_score(view.words)
        if score is not None and score.value is not None:
            return Candidate(Intent.ANSWER, f"{score.value:g}", score.why)
        return read_visit_unasked(view) or (
            Candidate(Intent.UNCLEAR, "", score.why) if score else None
        )
    if view.prompt is PromptKind.GOAL:
        return read_goal(view) or read_visit_unasked(view)
    return read_visit_unasked(view)


_SOME_WORDS = 2
_SAID_FIRST = frozenset({"but", "pero"})


def _open_answer(view: Text, found: list[Candidate]) -> list[Candidate]:
    """An open question is answered by any content that is not merely a wish or a request."""
    own = [h for h in view.hits if h.means in PREFERENCE_MEANS | REQUEST_MEANS]
    if not found:
        empty = not any(word[0].isalnum() or ord(word[0]) > 0x2000 for word in view.words.said)
        if view.says("puzzled"):
            return [Candidate(Intent.UNCLEAR, "", view.quote(view.having("puzzled")[0]))]
        return [] if empty else [Candidate(Intent.ANSWER, "", "an open question takes any words")]
    if _SAID_FIRST.intersection(view.words.said[1 : min(hit.start for hit in own)]):
        return [Candidate(Intent.ANSWER, "", "an answer, but then a wish or a request")]
    own += view.having("thanks", "greeting", "laugh", "declines")
    taken = {view.words.clause_around(hit.start) for hit in own}
    left = [at for at in range(len(view.words.said)) if view.words.clause_around(at) not in taken]
    if len(left) >= _SOME_WORDS:
        return [Candidate(Intent.ANSWER, "", "more is said than a wish or a request")]
    return []


def _otherwise(view: Text) -> Candidate:
    """A text that neither answers nor asks for anything known."""
    if asks_anything(view):
        return Candidate(Intent.REQUEST, "other", "a question")
    if view.prompt in {PromptKind.SCALE, PromptKind.GOAL} and _only_signs(view):
        return Candidate(Intent.UNCLEAR, "", "no answer to the question")
    talk = view.having("thanks", "greeting", "love", "later", "laugh")
    asked = view.prompt in {PromptKind.SCALE, PromptKind.GOAL}
    if talk and not (asked and _says_more(view, talk)):
        return Candidate(Intent.NOTE, "", view.quote(talk[0]))
    if asked:
        return Candidate(Intent.UNCLEAR, "", "no answer to the question")
    return _statement(view)


def _says_more(view: Text, talk: list[Hit]) -> bool:
    """Whether words beside the small talk tell something ("very well, thank God")."""
    spoken = {at for hit in talk for at in range(hit.start, hit.end)}
    return min(spoken) > 0 or len(view.words.said) - len(spoken) > _SOME_WORDS


def _only_signs(view: Text) -> bool:
    """Whether a text is emoji and no words."""
    return not any(word[0].isalnum() for word in view.words.said)


_CONSONANTS = re.compile(r"[bcdfghjklmnpqrstvwxz]{5}")


def _statement(view: Text) -> Candidate:
    words = [w for w in view.words.said if w[0].isalpha() and not _CONSONANTS.search(w)]
    signs = _only_signs(view) and any(ord(word[0]) > 0x2000 for word in view.words.said)
    if signs or view.says("yes", "no", "ok", "idiom") or len(words) >= 2:
        return Candidate(Intent.NOTE, "", "a statement")
    return Candidate(Intent.UNCLEAR, "", "nothing to go by")


def _also(first: Candidate, rest: Iterable[Candidate]) -> tuple[Also, ...]:
    quiet = {Intent.NOTE, Intent.UNCLEAR, first.intent if not first.value else None}
    seen = dict.fromkeys(
        Also(c.intent, c.value)
        for c in rest
        if c.intent not in quiet and (c.intent, c.value) != (first.intent, first.value)
    )
    return tuple(seen)
