"""What would go out in the days to come: the same plan, policy and choice as the real thing.

Nothing is written. Clients come one after the other, a page of them in memory at a time. Nobody
answers in a preview, and the welcome is handed over at once.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.campaigns.compose import Composed, compose
from outreach.campaigns.facts import PlanningFacts, Standing, Touch, Waiting
from outreach.campaigns.gather import Gathered, gather
from outreach.campaigns.load import planning_facts
from outreach.campaigns.outcomes import successor, went_out
from outreach.campaigns.plan import plan_for
from outreach.content.library import Library
from outreach.content.segments import segments
from outreach.database import Database
from outreach.models import Client
from outreach.policy.caps import PRIORITY
from outreach.policy.decide import decide
from outreach.policy.reasons import Reason
from outreach.policy.verdicts import Decision, Hold, Send, Skip
from outreach.programs.loaded import LoadedProgram
from outreach.vocabulary import MessageKind, Verdict

_PAGE = 200

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One decision about one touchpoint (contract, "Commands"); `text` only where it is sent."""

    client: str
    campaign: str
    kind: str
    slot: str
    at_utc: str
    at_local: str
    tz: str
    decision: str
    reason: str
    text: str | None
    lang: str
    segments: int
    cost: float


@dataclass(slots=True)
class _Days:
    """The days of one client: what is due next, and where the client stands by then."""

    facts: PlanningFacts
    gathered: Gathered
    library: Library
    due: list[tuple[datetime, int, int, Waiting]] = field(default_factory=list)
    order: Iterator[int] = field(default_factory=count)

    def rows(self, now: datetime, end: datetime) -> Iterator[tuple[datetime, PreviewRow]]:
        """Every decision from `now` until before `end`, in order of time."""
        while self.due and self.due[0][0] < end:
            at, _, _, row = heapq.heappop(self.due)
            at = max(at, now)
            decision, composed = self._look_at(row, at)
            if not (isinstance(decision, Hold) and decision.reason == row.reason):
                yield at, self._row(row, decision, composed, at)

    def put(self, row: Waiting) -> None:
        """Put a touchpoint into the due table of this client."""
        situation = self.gathered.situations[row.client_id]
        situation.waiting[row.id] = row
        heapq.heappush(self.due, (row.due_at, PRIORITY[row.touch.kind], next(self.order), row))

    def put_touch(self, touch: Touch) -> None:
        person = self.facts.person
        name = f"preview-{next(self.order)}"
        self.put(Waiting(name, person.id, person.program_id, touch, touch.planned_at))

    def _look_at(self, row: Waiting, at: datetime) -> tuple[Decision, Composed | None]:
        situation = self.gathered.situations[row.client_id]
        campaign, visit = self._campaign(row), self.gathered.visits.get(row.touch.key.subject)
        decision = decide(situation.facts(row, campaign, visit, at), at)
        if isinstance(decision, Hold):
            self.put(replace(row, due_at=decision.until, reason=decision.reason))
            return decision, None
        composed = None
        if isinstance(decision, Send):
            try:
                composed = compose(self.library, situation, row, campaign, visit, at)
            except Exception as error:  # noqa: BLE001  as in release: a bad row is set aside
                _log.warning("cannot be written", client_id=row.client_id, exc_info=error)
                decision = Skip(Reason.SET_ASIDE)
        if composed:
            went_out(situation, row, composed, at)
        if row.touch.kind is MessageKind.WELCOME:
            situation.welcome_on_its_way = False
            situation.person = replace(situation.person, welcomed_at=at)
        situation.waiting.pop(row.id, None)
        if following := successor(self.gathered, row, at):
            self.put_touch(following)
        return decision, composed

    def _campaign(self, row: Waiting) -> Standing | None:
        return self.gathered.campaigns.get(row.touch.key.campaign_id)

    def _row(
        self, row: Waiting, decision: Decision, composed: Composed | None, at: datetime
    ) -> PreviewRow:
        person, campaign = self.facts.person, self._campaign(row)
        used = segments(composed.body).count if composed else 0
        return PreviewRow(
            client=person.external_id,
            campaign=campaign.slug if campaign else row.touch.kind.value,
            kind=row.touch.kind.value,
            slot=row.touch.key.slot,
            at_utc=at.astimezone(UTC).isoformat(timespec="seconds"),
            at_local=at.astimezone(person.zone).isoformat(timespec="seconds"),
            tz=person.zones[0],
            decision=_verdict(decision).value,
            reason=Reason.DUE.value if isinstance(decision, Send) else decision.reason.value,
            text=composed.body if composed else None,
            lang=composed.language if composed else person.language,
            segments=used,
            cost=round(used * self.facts.file.price_per_segment, 6),
        )


def preview(
    database: Database,
    library: Library,
    program: LoadedProgram,
    *,
    now: datetime,
    start: datetime,
    end: datetime,
    external_id: str | None = None,
) -> Iterator[PreviewRow]:
    """Every decision about the program's clients from `start` until before `end`.

    What happens between `now` and a later `start` is gone through as well, without being told.
    """
    begin = min(now, start)
    after = ""
    while True:
        with database.read() as session:
            page = _page(session, program.id, after, external_id)
            days = _days(session, library, [client_id for client_id, _ in page], begin)
        for one in days:
            yield from (row for at, row in one.rows(begin, end) if at >= start)
        if len(page) < _PAGE:
            return
        after = page[-1][1]


def _page(
    session: Session, program_id: str, after: str, external_id: str | None
) -> list[tuple[str, str]]:
    query = select(Client.id, Client.external_id).where(Client.program_id == program_id)
    if external_id is not None:
        query = query.where(Client.external_id == external_id)
    query = query.where(Client.external_id > after).order_by(Client.external_id).limit(_PAGE)
    return [(client_id, name) for client_id, name in session.execute(query)]


def _days(session: Session, library: Library, ids: list[str], begin: datetime) -> list[_Days]:
    planning = planning_facts(session, ids, now=begin)
    visits = [visit.id for facts in planning for visit in facts.visits]
    gathered = gather(session, ids, now=begin, visit_ids=visits)
    return [_start(facts, gathered, library, begin) for facts in planning]


def _start(facts: PlanningFacts, gathered: Gathered, library: Library, begin: datetime) -> _Days:
    """The client's due table as the planner would leave it at `begin`."""
    days = _Days(facts, gathered, library)
    situation = gathered.situations[facts.person.id]
    if facts.welcome_is_elsewhere and facts.person.welcomed_at is None:
        situation.person = replace(facts.person, welcomed_at=begin)
    situation.waiting.clear()
    plan = plan_for(facts, begin)
    for campaign_id in plan.campaigns:
        gathered.enrolled.setdefault((facts.person.id, campaign_id), begin)
    for touch in plan.touches:
        days.put_touch(touch)
    return days


def _verdict(decision: Decision) -> Verdict:
    if isinstance(decision, Send):
        return Verdict.SEND
    return Verdict.HOLD if isinstance(decision, Hold) else Verdict.SKIP
