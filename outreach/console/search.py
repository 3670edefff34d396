"""Finding clients by what staff have at hand: their own id, a number, or a part of a name."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import tuple_
from sqlalchemy.orm import Session

from outreach import vault
from outreach.console.scope import Scope
from outreach.models import Client, Consent, Program
from outreach.numbers import BadNumberError, to_e164
from outreach.programs.loaded import load_programs

PAGE = 50
_DIGITS_OF_A_NUMBER = 7
_SCANNED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Found:
    """Clients with their program and whether consent is in force; `after` asks for the next."""

    clients: Sequence[Client]
    programs: dict[str, Program]
    consent: dict[tuple[str, str], Consent]
    after: str | None

    def may_text(self, client: Client) -> bool:
        """Whether consent is in force for the client's number."""
        row = self.consent.get((client.program_id, client.number_hash))
        return row is not None and row.in_force


def clients(session: Session, scope: Scope, words: str, *, after: str = "") -> Found:
    """Clients that `words` may mean, all of them when empty, by their external id."""
    rows = _matching(session, scope, words) if words else _page(session, scope, after)
    hashes = {client.number_hash for client in rows}
    states = session.scalars(scope.select(Consent).where(Consent.number_hash.in_(hashes)))
    return Found(
        clients=rows,
        programs=scope.programs(session),
        consent={(row.program_id, row.number_hash): row for row in states},
        after=rows[-1].id if not words and len(rows) == PAGE else None,
    )


def _page(session: Session, scope: Scope, after: str) -> Sequence[Client]:
    """The next clients by their external id, beginning after the client with the id `after`."""
    query = scope.select(Client).order_by(Client.external_id, Client.id).limit(PAGE)
    if after:
        last = scope.one(session, Client, after)
        query = query.where(tuple_(Client.external_id, Client.id) > (last.external_id, last.id))
    return session.scalars(query).all()


def _matching(session: Session, scope: Scope, words: str) -> Sequence[Client]:
    exact = session.scalars(scope.select(Client).where(Client.external_id == words)).all()
    if exact:
        return exact
    if sum(map(str.isdigit, words)) >= _DIGITS_OF_A_NUMBER:
        return _by_number(session, scope, words)
    return _by_name(session, scope, words)


def _by_number(session: Session, scope: Scope, words: str) -> Sequence[Client]:
    """Numbers are sealed; each program's country makes its own fingerprint of what was typed."""
    hashes: set[str] = set()
    for program in load_programs(session, list(scope.program_ids)).values():
        try:
            number = to_e164(words, program.file.country)
        except BadNumberError:
            continue
        hashes.update(vault.current().fingerprints(number))
    return session.scalars(scope.select(Client).where(Client.number_hash.in_(hashes))).all()


def _by_name(session: Session, scope: Scope, words: str) -> Sequence[Client]:
    """Names are sealed, so they are opened one by one until a page is full."""
    wanted = words.casefold()
    found: list[Client] = []
    query = scope.select(Client).order_by(Client.external_id)
    for client in session.scalars(query.execution_options(yield_per=_SCANNED_AT_ONCE)):
        if wanted in (client.name or "").casefold() or wanted in client.external_id.casefold():
            found.append(client)
            if len(found) == PAGE:
                break
    return found
