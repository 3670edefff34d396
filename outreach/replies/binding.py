"""Which open question a reply answers, when several may be open."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import permutations
from typing import NamedTuple
from zoneinfo import ZoneInfo

from outreach.replies.interpret import interpret
from outreach.replies.reading import ANSWERS, Reading
from outreach.vocabulary import Intent, PromptKind


@dataclass(frozen=True, slots=True)
class OpenPrompt:
    """A question that may still be answered; `subject` is its visit or goal, if it has one.

    One that was answered (`answered_at`) stays open for a correction, behind those that wait.
    """

    id: str
    kind: PromptKind
    asked_at: datetime
    campaign: str = ""
    subject: str | None = None
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Bound:
    """A reading and the question it answers; no question if it answers none."""

    prompt_id: str | None
    reading: Reading


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """The text answers either question equally well; ask back once, newest first."""

    prompt_ids: tuple[str, ...]
    readings: tuple[Reading, ...]


def bind(
    text: str,
    open_prompts: Sequence[OpenPrompt],
    *,
    lang: str,
    now: datetime,
    tz: ZoneInfo,
) -> tuple[Bound, ...] | Ambiguous:
    """Bind a raw text to the open questions it answers; never empty.

    A text answers a question it can answer, however old that is; among several the newest, except
    that an open question, which takes any words, comes last. Two answers in one text go to two
    questions. Only a single word or digit that means different things to two questions asked
    within four hours is `Ambiguous`. Raises ValueError for naive moments.
    """

    @cache
    def read(part: str, kind: PromptKind) -> Reading:
        return interpret(part, prompt=kind, lang=lang, now=now, tz=tz)

    prompts = sorted(open_prompts, key=lambda p: (p.answered_at is None, p.asked_at), reverse=True)
    # Read as the answer to the newest question: "I did start" ends no pause while a goal is asked.
    newest = read(text, prompts[0].kind if prompts else PromptKind.NONE)
    if newest.intent in _ANSWERS_NOTHING:
        return (Bound(None, newest), *_answer_beside(text, prompts, read))
    rivals = _rivals(text, prompts, read)
    if not rivals:
        return (Bound(None, _unbound(text, prompts, read)),)
    if _is_ambiguous(text, rivals):
        return Ambiguous(*zip(*((r.prompt.id, r.reading) for r in rivals), strict=True))
    pair = _two_answers(text, rivals, read)
    return pair or (Bound(rivals[0].prompt.id, rivals[0].reading),)


_Read = Callable[[str, PromptKind], Reading]
_ANSWERS_NOTHING = frozenset(
    {
        Intent.OPT_OUT,
        Intent.OPT_IN,
        Intent.HELP,
        Intent.WRONG_NUMBER,
        Intent.AUTO_REPLY,
        Intent.REACTION,
    }
)
_CLOSE_IN_TIME = timedelta(hours=4)
"""Design: no second 1-2-3 question goes out within four hours of another."""
_PARTS = re.compile(r"[.,;!?\n]+(?!\d)|\s(?:and|y|but|pero)\s", re.IGNORECASE)
_MAX_PARTS = 8


class _Claim(NamedTuple):
    """A question that a text answers, and how."""

    prompt: OpenPrompt
    reading: Reading


def _rivals(text: str, prompts: Sequence[OpenPrompt], read: _Read) -> list[_Claim]:
    """The newest question of each kind that the text answers, an open question last."""
    newest: dict[PromptKind, OpenPrompt] = {}
    for prompt in prompts:
        newest.setdefault(prompt.kind, prompt)
    claims = [_Claim(prompt, read(text, kind)) for kind, prompt in newest.items()]
    answered = [claim for claim in claims if claim.reading.intent in ANSWERS]
    return sorted(answered, key=lambda claim: claim.prompt.kind is PromptKind.OPEN)


def _is_ambiguous(text: str, rivals: Sequence[_Claim]) -> bool:
    """Whether one word could answer two questions asked close together."""
    if len(text.split()) > 1 or len(rivals) < 2 or rivals[1].prompt.kind is PromptKind.OPEN:
        return False
    first, second = rivals[0].prompt, rivals[1].prompt
    both_wait = first.answered_at is None and second.answered_at is None
    return both_wait and first.asked_at - second.asked_at < _CLOSE_IN_TIME


def _two_answers(text: str, rivals: Sequence[_Claim], read: _Read) -> tuple[Bound, Bound] | None:
    """Two questions, one of them answered by a part of the text that cannot answer the other."""
    parts = [part for part in _PARTS.split(text, _MAX_PARTS) if part.strip()]
    if len(parts) < 2:
        return None
    for first, second in permutations(rivals, 2):
        for index, part in enumerate(parts):
            rest = ". ".join(parts[:index] + parts[index + 1 :])
            own, other = read(part, second.prompt.kind), read(rest, first.prompt.kind)
            exclusive = read(part, first.prompt.kind).intent not in ANSWERS
            if exclusive and own.intent in ANSWERS and other.intent in ANSWERS:
                return Bound(first.prompt.id, other), Bound(second.prompt.id, own)
    return None


def _answer_beside(text: str, prompts: Sequence[OpenPrompt], read: _Read) -> tuple[Bound, ...]:
    """The answer beside an opt-out ("5. STOP") still reaches its question."""
    for prompt in prompts:
        reading = read(text, prompt.kind)
        answers = [also for also in reading.also if also.intent in ANSWERS]
        if answers:
            return (
                Bound(prompt.id, Reading(answers[0].intent, answers[0].value, (), reading.why)),
            )
    return ()


def _unbound(text: str, prompts: Sequence[OpenPrompt], read: _Read) -> Reading:
    """What a text is that answers nothing; unclear if the newest question finds it so."""
    unasked = read(text, PromptKind.NONE)
    if not prompts or unasked.intent not in {Intent.NOTE, Intent.UNCLEAR}:
        return unasked
    return read(text, prompts[0].kind)
