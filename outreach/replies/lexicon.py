"""The phrases that carry meaning, and finding them in a text.

A phrase is written with `[optional words]`, `(one|or the other)`, `{a set of words}`, and `~` for
up to three words of any kind. It never reaches over the end of a sentence.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from outreach.replies.automaton import Automaton, build
from outreach.replies.datafiles import load
from outreach.replies.smallwords import small_words
from outreach.replies.spelling import spell
from outreach.replies.words import Words

FILES = (
    "service.yaml",
    "appointment.yaml",
    "goal.yaml",
    "preferences.yaml",
    "requests.yaml",
    "small_talk.yaml",
)

# What looks like something else: "no problem", "stop by". It only hides what lies inside it.
MASK = "idiom"


class Hit(NamedTuple):
    """Words [start, end) of a text say what `means` names."""

    start: int
    end: int
    means: str


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One entry of a phrase file; no prompts means all.

    `alone`: counts only as a whole clause ("stop", but not "bus stop"). `apart`: neither hides
    shorter phrases inside it nor is hidden by longer ones. `opening`: counts only where it opens
    or ends a clause, as an answer does ("no, ...", "so no"; not "we have no car"). `leading`:
    counts only as the first clause, or as a whole clause of a short text.
    """

    means: str
    alone: bool
    apart: bool
    opening: bool
    leading: bool
    say: tuple[str, ...]
    prompts: tuple[str, ...]
    examples: tuple[str, ...]
    counter_examples: tuple[str, ...]


def find_phrases(words: Words, prompt: str) -> list[Hit]:
    """All phrases in a text that count for a prompt, in order of their start.

    A phrase inside a longer one does not count: "no problem" is not a "no".
    """
    everything = rules()
    found: list[Hit] = []
    apart: list[Hit] = []
    for start, end, number in _automaton().matches(words):
        rule = everything[number]
        fits = not rule.prompts or prompt in rule.prompts
        if fits and _stands_right(rule, words, start, end):
            (apart if rule.apart else found).append(Hit(start, end, rule.means))
    kept = _outermost(found)
    mask_over = {at: hit for hit in kept if hit.means == MASK for at in range(hit.start, hit.end)}
    return sorted(hit for hit in kept + apart if not _is_hidden(hit, mask_over.get(hit.start)))


def _stands_right(rule: Rule, words: Words, start: int, end: int) -> bool:
    """Whether a phrase stands where its rule lets it count."""
    ends_clause = end == len(words.said) or words.before[end] != ""
    if rule.alone or rule.leading:
        first, last = _with_fillers(words, start, end)
        early = first == 0 or len(words.said) <= _SHORT_TEXT or not rule.leading
        whole = last == len(words.said) or words.before[last] != ""
        return whole and words.starts_clause(first) and early
    brief = ends_clause and len(words.said) <= _BRIEF_TEXT
    return not rule.opening or brief or _opens_clause(words, start, end)


def _with_fillers(words: Words, start: int, end: int) -> tuple[int, int]:
    """A span widened by the small words around it: "ok im coming then"."""
    while not words.starts_clause(start) and words.said[start - 1] in small_words("fillers_before"):
        start -= 1
    after = small_words("fillers_after")
    while end < len(words.said) and not words.before[end]:
        if words.said[end] not in after and words.said[end][0] < FIRST_SIGN:
            break
        end += 1
    return start, end


FIRST_SIGN = "\u2000"
"""From here on come the signs and emoji that people hang behind a clause."""
_BRIEF_TEXT = 10
_SHORT_TEXT = 6
"""Words. In a longer text a last "fine" or thumb speaks of something else."""


def _opens_clause(words: Words, start: int, end: int) -> bool:
    word = words.said[start]
    following = words.said[end] if end < len(words.said) and not words.before[end] else None
    if word == "no" and following in small_words("denies_next"):
        return False
    if word == "si" and following and following not in small_words("after_si"):
        return False
    return words.starts_clause(start) or words.said[start - 1] in small_words("openers")


def _is_hidden(hit: Hit, mask: Hit | None) -> bool:
    """Whether a phrase begins inside a look-alike: "stop texting me" in "won't stop texting me"."""
    if mask is None or hit.means == MASK:
        return False
    if mask.start < hit.start:
        return True
    refusal = hit.means in {"opt_out", "stop_word"}
    return hit.end < mask.end or (hit.end == mask.end and refusal)


@cache
def rules() -> tuple[Rule, ...]:
    """Every entry of every phrase file."""
    return tuple(_rule(entry) for name in FILES for entry in load(name))


@cache
def word_sets() -> dict[str, frozenset[str]]:
    """The named sets of words that phrases refer to as `{name}`."""
    raw: dict[str, str] = load("sets.yaml")
    return {name: frozenset(spell(word) for word in words.split()) for name, words in raw.items()}


@cache
def _automaton() -> Automaton:
    phrases = [(phrase, number) for number, rule in enumerate(rules()) for phrase in rule.say]
    return build(phrases, word_sets())


def _outermost(found: list[Hit]) -> list[Hit]:
    """Without the hits that lie inside a longer one."""
    found.sort(key=lambda hit: (hit.start, -hit.end))
    kept: list[Hit] = []
    widest: tuple[int, int] = (-1, -1)
    for hit in found:
        span = (hit.start, hit.end)
        if hit.end > widest[1] or span == widest:
            kept.append(hit)
            widest = span
    return kept


def _rule(entry: dict[str, Any]) -> Rule:
    return Rule(
        means=entry["means"],
        alone=entry.get("alone", False),
        apart=entry.get("apart", False),
        opening=entry.get("opening", False),
        leading=entry.get("leading", False),
        say=_lines(entry["say"]),
        prompts=tuple(entry.get("prompts", "").split()),
        examples=_lines(entry.get("examples", "")),
        counter_examples=_lines(entry.get("not", "")),
    )


def _lines(block: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in block.splitlines() if line.strip())
