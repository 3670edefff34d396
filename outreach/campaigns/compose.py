"""What a touchpoint says: collection, text, words and the question it leaves open.

No database, no clock: facts in, words out. Sealed names and places are opened here, so that only
those of texts that go out ever are.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache

from outreach.campaigns.facts import Standing, Visit, Waiting
from outreach.campaigns.situation import ActiveGoal, Situation, asked_by
from outreach.content.choose import choose, in_order
from outreach.content.collections import collection_named
from outreach.content.crisis_lines import crisis_variables
from outreach.content.library import Library, Text
from outreach.content.render import placeholders, render
from outreach.content.said import contact_words, visit_words
from outreach.content.segments import segments
from outreach.models import Appointment, Client, Goal, unseal
from outreach.policy.wall_time import end_of_day, local_date
from outreach.values import value
from outreach.vocabulary import MessageKind, PromptKind

PROMPT_LASTS = timedelta(hours=72)
"""A question closes at the visit, at the next one of its campaign, or after this."""

_REMINDERS = ("reminder_hours", "reminder_day", "reminder_far")
_COLLECTIONS = {
    (MessageKind.HOPE, PromptKind.NONE): "hope",
    (MessageKind.GOAL_CHECK_IN, PromptKind.GOAL): "goal_check_in",
    (MessageKind.GOAL_CHECK_IN, PromptKind.SCALE): "scale_check_in",
    (MessageKind.GOAL_CHECK_IN, PromptKind.OPEN): "open_check_in",
    (MessageKind.WELCOME, PromptKind.NONE): "welcome",
    (MessageKind.NOTICE, PromptKind.APPOINTMENT): "appointment_moved",
    (MessageKind.NOTICE, PromptKind.NONE): "appointment_cancelled",
}
_SPARE = ("where", "who", "name")
"""Words that may be missing, the first to go when no text fits its segments with all of them."""


@value
class Composed:
    """The words of one text and what follows from them."""

    collection: str
    text_id: str
    body: str
    language: str
    asks: PromptKind
    subject: str
    """Id of the visit or goal spoken about."""
    closes_at: datetime
    useful_until: datetime
    """Until then the words stay true and quiet hours have not begun."""


def compose(
    library: Library,
    situation: Situation,
    row: Waiting,
    campaign: Standing | None,
    visit: Visit | None,
    now: datetime,
) -> Composed:
    """The text for a touchpoint that may go out now.

    Raises NoSuchTextError, UndefinedError or VaultError when it cannot be written.
    """
    asks = asked_by(row, campaign)
    campaign_id = row.touch.key.campaign_id
    goal = situation.next_goal(campaign_id, now) if asks is PromptKind.GOAL else None
    collection = _collection(row, campaign, visit, asks, now)
    file = situation.program.file
    language, shelf = _shelf(
        library, situation.person.language, file.languages[0], collection, file.discreet
    )

    def words(text: Text) -> dict[str, str | None]:
        return _words(situation, language, visit, goal, placeholders(text.text).names)

    used = situation.used.get(collection, ())
    text, body = _fitting(shelf, used, situation.person.id, words, _limit(collection))
    return Composed(
        collection=collection,
        text_id=text.id,
        body=body,
        language=language,
        asks=asks,
        subject=row.touch.key.subject or (goal.id if goal else ""),
        closes_at=min(now + PROMPT_LASTS, visit.starts_at if visit else now + PROMPT_LASTS),
        useful_until=_useful_until(row, collection, visit, now),
    )


def _collection(
    row: Waiting,
    campaign: Standing | None,
    visit: Visit | None,
    asks: PromptKind,
    now: datetime,
) -> str:
    """A reminder's words follow the days that are left when it goes out, not when it was due."""
    if row.touch.kind is MessageKind.APPOINTMENT_REMINDER and visit:
        days = (local_date(visit.starts_at, visit.zone) - local_date(now, visit.zone)).days
        fallback = _REMINDERS[min(days, 2)]
    else:
        fallback = _COLLECTIONS[row.touch.kind, asks]
    own = campaign.spec.collection if campaign else None
    if own is None:
        return fallback
    rules = collection_named(own)
    return own if rules and rules.name == fallback else fallback


def _useful_until(row: Waiting, collection: str, visit: Visit | None, now: datetime) -> datetime:
    until = row.touch.useful_until
    if visit and collection in {"reminder_day", "reminder_hours"}:
        return min(until, end_of_day(now, visit.zone))  # today's "tomorrow" ends at midnight
    return until


@lru_cache(maxsize=1024)
def _shelf(
    library: Library, wanted: str, fallback: str, collection: str, discreet: bool
) -> tuple[str, tuple[Text, ...]]:
    """The language and the texts: the client's, or the program's first where that has none."""
    language = wanted if collection in library.collections(wanted) else str(fallback)
    return language, library.texts(language, collection, discreet=discreet)


def _words(
    situation: Situation,
    language: str,
    visit: Visit | None,
    goal: ActiveGoal | None,
    spoken: frozenset[str],
) -> dict[str, str | None]:
    """The variables of a text that speaks of `spoken`; nothing else is opened."""
    if not spoken:
        return {}
    person, file = situation.person, situation.program.file
    words: dict[str, str | None] = {
        "program": file.name,
        "contact": contact_words(file.contact.phone, language),
        "per_day": str(file.daily_cap),
        "emergency": crisis_variables(file.country, language)["emergency"],
    }
    if "name" in spoken:
        name = unseal(Client, "name", person.id, person.name_sealed)
        words["name"] = name.split()[0] if name and name.split() else None
    if visit:
        who = unseal(Appointment, "who", visit.id, visit.who_sealed)
        where = unseal(Appointment, "location", visit.id, visit.location_sealed)
        words |= visit_words(visit.starts_at, visit.timezone, language, who=who, where=where)
    if goal and "goal" in spoken:
        words["goal"] = unseal(Goal, "title", goal.id, goal.title_sealed)
    return words


@lru_cache(maxsize=256)
def _limit(collection: str) -> int:
    rules = collection_named(collection)
    return rules.segments if rules else 1


def _fitting(
    shelf: Sequence[Text],
    used: Sequence[str],
    seed: str,
    words: Callable[[Text], dict[str, str | None]],
    limit: int,
) -> tuple[Text, str]:
    """The first text that fits its segments; long names and places go before words that matter."""
    first = choose(shelf, used, seed)
    body = render(first.text, words(first))
    if segments(body).count <= limit:
        return first, body
    missing: set[str] = set()
    for spare in ("", *_SPARE):
        missing.add(spare)
        for text in in_order(shelf, used, seed):
            body = render(text.text, _without(words(text), missing))
            if segments(body).count <= limit:
                return text, body
    return first, render(first.text, _without(words(first), missing))


def _without(words: Mapping[str, str | None], missing: Collection[str]) -> dict[str, str | None]:
    return {name: word for name, word in words.items() if name not in missing}
