"""What becomes of one due touchpoint: decided, composed, and its successor planned."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from outreach.campaigns.compose import Composed, compose
from outreach.campaigns.facts import Touch, Visit, Waiting
from outreach.campaigns.gather import Gathered
from outreach.campaigns.plan import next_touch
from outreach.campaigns.situation import Question, Situation
from outreach.content.library import Library
from outreach.delivery.outbox import Outbound, message_row
from outreach.models import Client, unseal
from outreach.policy.decide import decide
from outreach.policy.quiet_hours import Hours
from outreach.policy.reasons import Reason
from outreach.policy.verdicts import Decision, Hold, Send, Skip
from outreach.values import value
from outreach.vocabulary import CampaignKind, MessageKind, PromptKind


@value
class Written:
    """A text that goes out: its words, its message row, and the prompts its question closes."""

    composed: Composed
    message: dict[str, Any]
    replaced: tuple[str, ...]


@value
class Outcome:
    """All that a touchpoint's look changes; `record` writes it."""

    row: Waiting
    situation: Situation
    decision: Decision
    visit: Visit | None = None
    written: Written | None = None
    successor: Touch | None = None
    error: str = ""

    def given_up(self, error: str) -> "Outcome":
        """The same touchpoint, set aside because the database refused what was to be written."""
        return replace(self, decision=_ASIDE, written=None, error=error)


_ASIDE = Skip(Reason.SET_ASIDE)


def outcome_of(library: Library, gathered: Gathered, row: Waiting, now: datetime) -> Outcome:
    """Decide about a touchpoint and prepare what follows; the situation learns of it.

    Raises what `compose` raises when the text cannot be written.
    """
    situation = gathered.situations[row.client_id]
    campaign = gathered.campaigns.get(row.touch.key.campaign_id)
    visit = gathered.visits.get(row.touch.key.subject)
    facts = situation.facts(row, campaign, visit, now)
    decision = decide(facts, now)
    if isinstance(decision, Hold):
        return Outcome(row, situation, decision)
    written = None
    if isinstance(decision, Send):
        composed = compose(library, situation, row, campaign, visit, now)
        message = _message(situation, row, composed, facts.hours, now)
        written = Written(composed, message, went_out(situation, row, composed, now))
    situation.waiting.pop(row.id, None)
    return Outcome(row, situation, decision, visit, written, successor(gathered, row, now))


def set_aside_outcome(gathered: Gathered, row: Waiting, error: str, now: datetime) -> Outcome:
    """The end of a touchpoint that could not be decided or written."""
    situation = gathered.situations[row.client_id]
    situation.waiting.pop(row.id, None)
    return Outcome(row, situation, _ASIDE, successor=successor(gathered, row, now), error=error)


def successor(gathered: Gathered, row: Waiting, now: datetime) -> Touch | None:
    """The next touchpoint of a scheduled campaign, while the client is enrolled in it."""
    situation = gathered.situations[row.client_id]
    campaign = gathered.campaigns.get(row.touch.key.campaign_id)
    if campaign is None or campaign.kind is CampaignKind.APPOINTMENT_REMINDER:
        return None
    since = gathered.enrolled.get((row.client_id, campaign.id))
    if since is None:
        return None
    return next_touch(
        campaign,
        situation.person,
        situation.program.file,
        after=date.fromisoformat(row.touch.key.slot),
        since=max(since, campaign.applied_at),
        now=now,
    )


def _replaced_by(situation: Situation, row: Waiting, composed: Composed) -> tuple[str, ...]:
    """Open prompts that a new question takes the place of: its campaign's, about its visit."""
    if composed.asks is PromptKind.NONE:
        return ()
    campaign_id = row.touch.key.campaign_id
    about_visit = composed.asks is PromptKind.APPOINTMENT
    return tuple(
        question.id
        for question in situation.questions
        if (
            question.subject == composed.subject
            if about_visit
            else question.campaign_id == campaign_id
        )
    )


def went_out(
    situation: Situation, row: Waiting, composed: Composed, now: datetime
) -> tuple[str, ...]:
    """Let the client's situation know of a text, for what follows in the same batch.

    Returns the prompts whose place its question takes.
    """
    key = row.touch.key
    replaced = _replaced_by(situation, row, composed)
    if replaced:
        situation.questions = [q for q in situation.questions if q.id not in replaced]
    situation.sent.append((now, row.touch.kind))
    if row.touch.kind is MessageKind.WELCOME:
        situation.welcome_on_its_way = True
        return replaced
    used = situation.used.setdefault(composed.collection, [])
    if composed.text_id in used:
        used.remove(composed.text_id)
    used.append(composed.text_id)
    if composed.asks is PromptKind.APPOINTMENT:
        situation.told[composed.subject] = now
    if composed.asks is PromptKind.GOAL:
        situation.asked[key.campaign_id, composed.subject] = key.slot
    if composed.asks is not PromptKind.NONE:
        situation.questions.append(
            Question(row.id, key.campaign_id, composed.asks, composed.subject, now)
        )
    return replaced


def _message(
    situation: Situation, row: Waiting, composed: Composed, open_hours: Hours, now: datetime
) -> dict[str, Any]:
    person, program = situation.person, situation.program
    closes = open_hours.closes(now)
    useful_until = min(composed.useful_until, closes) if closes else composed.useful_until
    number = unseal(Client, "number", person.id, person.number_sealed)
    if number is None:
        raise ValueError("a client without a number")
    return message_row(
        Outbound(
            program_id=person.program_id,
            sender_id=program.sender_id,
            number=number,
            number_hash=person.number_hash,
            body=composed.body,
            kind=row.touch.kind,
            language=composed.language,
            send_after=min(row.due_at, now),
            useful_until=max(useful_until, now + timedelta(seconds=5)),
            client_id=person.id,
            touchpoint_id=row.id,
            text_id=composed.text_id,
        ),
        now=now,
    )
