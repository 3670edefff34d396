"""Importing clients: an upsert that only ever says what the file says anew.

A row is compared with the last imported one, not with the database: what a client chose by text or
staff changed in the console stays. No file ends a revocation, and a new number needs its own
consent (contract, "Files").
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from outreach import vault
from outreach.consent import SURVIVES_REVOCATION, ConsentFact
from outreach.models import Client, Message, new_id, seal, unseal
from outreach.programs import cells
from outreach.programs.cells import BadCellError, Reader, Value
from outreach.programs.consent_batch import fold, record_all, states_of
from outreach.programs.import_rows import (
    AnyRow,
    differing,
    last_import,
    sealed_import,
    write_rows,
)
from outreach.programs.importing import Plan, ReadRow
from outreach.programs.loaded import LoadedProgram
from outreach.programs.table import Columns, RowProblem
from outreach.programs.zones import is_a_guess, zones_of
from outreach.safety.flags import Alarm, open_or_join
from outreach.vocabulary import (
    ClientStatus,
    ConsentKind,
    ConsentSource,
    FlagReason,
    MessageState,
    Severity,
)

COLUMNS = Columns(
    required=("external_id", "phone", "consent"),
    optional=(
        "name",
        "language",
        "timezone",
        "consent_source",
        "consent_at",
        "status",
        "tags",
        "safe_to_call",
        "emergency_contact",
    ),
)

_EMPTY_SAYS_NOTHING = ("language", "status", "consent_source", "consent_at")
"""Where an empty cell leaves things as they are; elsewhere it clears them."""

_MOVES_TOUCHPOINTS = frozenset({"phone", "timezone", "status", "tags"})

_UNPROVEN = "unproven"
"""Kept with the imported cells: this number came without a consent_at of its own."""

_CONSENT_KINDS = (ConsentKind.GIVEN, ConsentKind.ASKED, ConsentKind.REVOKED)


@dataclass
class ClientPlan(Plan):
    """What a batch of client rows will do."""

    silenced: list[str] = field(default_factory=list)
    """Clients whose waiting texts are cancelled: not active any more, or another number."""
    guessed: list[str] = field(default_factory=list)
    """Clients whose zone a person should find out."""
    facts: list[ConsentFact] = field(default_factory=list)
    fact_lines: list[int] = field(default_factory=list)
    prints: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Newest fingerprint of a fact's number -> all its fingerprints."""


class ClientImport:
    """clients.csv of one program."""

    columns = COLUMNS

    def __init__(self, program: LoadedProgram, now: datetime) -> None:
        self._program = program
        self._now = now

    def readers(self) -> Mapping[str, Reader]:
        file = self._program.file
        return {
            "external_id": cells.words(100),
            "phone": cells.phone(file.country),
            "name": cells.words(200),
            "language": cells.language(file),
            "timezone": cells.timezone,
            "consent": cells.one_of(_CONSENT_KINDS),
            "consent_source": cells.words(200),
            "consent_at": self._consent_at,
            "status": cells.one_of(tuple(ClientStatus)),
            "tags": cells.tags,
            "safe_to_call": cells.yes_or_no,
            "emergency_contact": cells.words(300),
        }

    def check(self, values: dict[str, Value]) -> Iterator[tuple[str, str, str]]:
        """Given consent needs its proof: where it was given, and when."""
        for column in _EMPTY_SAYS_NOTHING:
            if values.get(column, "") is None:
                del values[column]
        if values["consent"] == ConsentKind.GIVEN:
            for column in ("consent_source", "consent_at"):
                if column not in values:
                    yield column, "missing", "Must not be empty when consent is given."

    def plan(self, session: Session, rows: Sequence[ReadRow]) -> ClientPlan:
        known = self._known(session, [row.external_id for row in rows])
        plan = ClientPlan()
        for row in rows:
            client = known.get(row.external_id)
            if client is None:
                self._create(plan, row)
            else:
                self._update(plan, row, client)
        self._warn_of_revocations(session, plan)
        return plan

    def write(self, session: Session, plan: ClientPlan) -> None:
        write_rows(session, Client, plan, now=self._now)
        _silence(session, plan.silenced, self._now)
        for client_id in plan.guessed:
            alarm = Alarm(self._program.id, FlagReason.ZONE, Severity.LOW, client_id=client_id)
            open_or_join(session, alarm, self._program.file, now=self._now)
        record_all(session, plan.facts, plan.prints, now=self._now)

    def _consent_at(self, text: str) -> str:
        at = cells.read_instant(text, self._program.file.timezone)
        if at > self._now:
            raise BadCellError("future", "Lies in the future. When was consent given?")
        return at.isoformat()

    def _known(self, session: Session, external_ids: list[str]) -> dict[str, "_Known"]:
        rows = session.execute(
            select(
                Client.id,
                Client.external_id,
                Client.number_sealed,
                Client.timezone,
                Client.imported_sealed,
            ).where(Client.program_id == self._program.id, Client.external_id.in_(external_ids))
        )
        return {row.external_id: _known(row) for row in rows}

    def _create(self, plan: ClientPlan, row: ReadRow) -> None:
        file, values, client_id = self._program.file, row.values, new_id()
        columns = {
            "id": client_id,
            "program_id": self._program.id,
            "external_id": row.external_id,
            "language": values.get("language") or str(file.languages[0]),
            "status": values.get("status") or str(ClientStatus.ACTIVE),
            "tags": values.get("tags") or [],
            "safe_to_call": values.get("safe_to_call"),
            "timezone": values.get("timezone"),
            "name_sealed": _sealed("name", client_id, values),
            "emergency_contact_sealed": _sealed("emergency_contact", client_id, values),
            "imported_sealed": sealed_import(Client, client_id, values),
            "created_at": self._now,
            "replan_since": self._now,
        }
        number = str(values["phone"])
        columns |= self._number_columns(client_id, number)
        columns |= self._zone_columns(plan, row, client_id, number)
        plan.new.append(columns)
        plan.created += 1
        self._say_consent(plan, row, client_id, number, ConsentKind(str(values["consent"])))

    def _update(self, plan: ClientPlan, row: ReadRow, client: "_Known") -> None:
        changed = differing(row.values, client.imported)
        if not changed:
            plan.unchanged += 1
            return
        plan.updated += 1
        columns = self._changed_columns(plan, row, client, changed)
        merged = client.imported | row.values
        if changed.keys() & {"phone", "consent_at"}:
            merged[_UNPROVEN] = "consent_at" not in changed
        columns["imported_sealed"] = sealed_import(Client, client.id, merged)
        plan.changed.append({"id": client.id, **columns})
        self._change_consent(plan, row, client, changed, unproven=bool(merged.get(_UNPROVEN)))

    def _changed_columns(
        self, plan: ClientPlan, row: ReadRow, client: "_Known", changed: dict[str, Value]
    ) -> dict[str, Any]:
        columns: dict[str, Any] = {
            name: value
            for name, value in changed.items()
            if name in {"language", "status", "safe_to_call", "timezone"}
        }
        if "tags" in changed:
            columns["tags"] = changed["tags"] or []
        for name in ("name", "emergency_contact"):
            if name in changed:
                columns[f"{name}_sealed"] = _sealed(name, client.id, changed)
        if "phone" in changed:
            # Whoever answers the new number was not welcomed on it yet.
            columns |= self._number_columns(client.id, str(changed["phone"]))
            columns["welcomed_at"] = None
        if changed.keys() & {"phone", "timezone"}:
            number = str(changed.get("phone") or client.number())
            columns |= self._zone_columns(plan, row, client.id, number, client.timezone)
        if "phone" in changed or changed.get("status", ClientStatus.ACTIVE) != ClientStatus.ACTIVE:
            plan.silenced.append(client.id)
        if changed.keys() & _MOVES_TOUCHPOINTS:
            columns["replan_since"] = self._now
        return columns

    def _number_columns(self, client_id: str, number: str) -> dict[str, Any]:
        return {
            "number_sealed": seal(Client, "number", client_id, number),
            "number_hash": vault.current().fingerprint(number),
        }

    def _zone_columns(
        self,
        plan: ClientPlan,
        row: ReadRow,
        client_id: str,
        number: str,
        timezone: str | None = None,
    ) -> dict[str, Any]:
        if "timezone" in row.values:
            timezone = str(row.values["timezone"] or "") or None
        if is_a_guess(number, timezone):
            plan.guessed.append(client_id)
            words = "The number gives no hint of a time zone; the program's is used. Ask."
            plan.warnings.append(RowProblem(row.line, "timezone", "zone_unknown", words))
        return {"zones": list(zones_of(self._program.file, number, timezone))}

    def _change_consent(
        self,
        plan: ClientPlan,
        row: ReadRow,
        client: "_Known",
        changed: dict[str, Value],
        *,
        unproven: bool,
    ) -> None:
        """A new number has only the consent that was given for it."""
        if not changed.keys() & {"phone", "consent", "consent_source", "consent_at"}:
            return
        kind = ConsentKind(str(row.values["consent"]))
        if unproven and kind is ConsentKind.GIVEN:
            kind = ConsentKind.ASKED
            words = "A new number needs its own consent_at; until then nothing is sent to it."
            plan.warnings.append(RowProblem(row.line, "consent_at", "new_number", words))
        number = str(changed.get("phone") or client.number())
        self._say_consent(plan, row, client.id, number, kind)

    def _say_consent(
        self,
        plan: ClientPlan,
        row: ReadRow,
        client_id: str,
        number: str,
        kind: ConsentKind,
    ) -> None:
        prints = vault.current().fingerprints(number)
        plan.prints[prints[0]] = prints
        plan.fact_lines.append(row.line)
        at, proof = row.values.get("consent_at"), row.values.get("consent_source")
        plan.facts.append(
            ConsentFact(
                program_id=self._program.id,
                number_hash=prints[0],
                kind=kind,
                source=ConsentSource.IMPORT,
                at=datetime.fromisoformat(str(at)) if at else self._now,
                proof=str(proof) if proof else None,
                client_id=client_id,
            )
        )

    def _warn_of_revocations(self, session: Session, plan: ClientPlan) -> None:
        """Say where a file gives consent that somebody took back."""
        states = fold(states_of(session, self._program.id, plan.prints), plan.facts)
        words = "This number opted out; no file ends that. The client can text START."
        for line, fact in zip(plan.fact_lines, plan.facts, strict=True):
            revoked = states[fact.number_hash].kind is ConsentKind.REVOKED
            if revoked and fact.kind is ConsentKind.GIVEN:
                plan.warnings.append(RowProblem(line, "consent", "revoked", words))


@dataclass(frozen=True, slots=True)
class _Known:
    """What a row is compared with."""

    id: str
    timezone: str | None
    imported: dict[str, Value]
    number: Callable[[], str | None]
    """Opens the number; most rows never need it."""


def _known(row: AnyRow) -> _Known:
    return _Known(
        id=row.id,
        timezone=row.timezone,
        imported=last_import(Client, row),
        number=lambda: unseal(Client, "number", row.id, row.number_sealed),
    )


def _silence(session: Session, client_ids: Sequence[str], now: datetime) -> None:
    """Cancel what waits for clients who must not or cannot get it any more."""
    if client_ids:
        session.connection().execute(
            update(Message)
            .where(
                Message.client_id.in_(client_ids),
                Message.state.in_((MessageState.QUEUED, MessageState.CLAIMED)),
                Message.kind.not_in(SURVIVES_REVOCATION),
            )
            .values(
                state=MessageState.CANCELLED,
                error="client_changed",
                settled_at=now,
                lease_until=None,
            )
        )


def _sealed(name: str, client_id: str, values: Mapping[str, Value]) -> bytes | None:
    value = values.get(name)
    return seal(Client, name, client_id, None if value is None else str(value))
