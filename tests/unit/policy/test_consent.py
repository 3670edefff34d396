"""Law 1: who may start and who may end the texts to a number."""

from datetime import UTC, datetime

import pytest

from outreach.policy.consent import ConsentState, after
from outreach.vocabulary import ConsentKind, ConsentSource

AT = datetime(2026, 11, 18, tzinfo=UTC)
IMPORT, TEXT, STAFF, CARRIER = (
    ConsentSource.IMPORT,
    ConsentSource.TEXT,
    ConsentSource.STAFF,
    ConsentSource.CARRIER,
)
ASKED, GIVEN, CONFIRMED, REVOKED, RESTORED = ConsentKind


def _fold(*events: tuple[ConsentKind, ConsentSource]) -> ConsentState:
    state = None
    for kind, source in events:
        state = after(state, kind, source, AT)
    assert state is not None
    return state


@pytest.mark.parametrize(
    ("events", "in_force"),
    [
        ([(GIVEN, IMPORT)], True),
        ([(ASKED, IMPORT)], False),
        ([(ASKED, IMPORT), (GIVEN, TEXT)], True),
        ([(GIVEN, IMPORT), (REVOKED, TEXT)], False),
        ([(GIVEN, IMPORT), (ASKED, IMPORT)], True),
        ([(RESTORED, TEXT)], False),
    ],
)
def test_consent_follows_its_events(
    events: list[tuple[ConsentKind, ConsentSource]], in_force: bool
) -> None:
    assert _fold(*events).in_force is in_force


@pytest.mark.parametrize("source", [TEXT, CARRIER])
def test_start_restores_what_a_text_or_the_carrier_revoked(source: ConsentSource) -> None:
    assert _fold((GIVEN, IMPORT), (REVOKED, source), (RESTORED, TEXT)).in_force


def test_start_never_restores_what_staff_revoked() -> None:
    assert not _fold((GIVEN, IMPORT), (REVOKED, STAFF), (RESTORED, TEXT)).in_force


@pytest.mark.parametrize("kind", [GIVEN, CONFIRMED, ASKED, RESTORED])
@pytest.mark.parametrize("revoked_by", list(ConsentSource))
def test_no_file_ever_ends_a_revocation(kind: ConsentKind, revoked_by: ConsentSource) -> None:
    assert not _fold((GIVEN, IMPORT), (REVOKED, revoked_by), (kind, IMPORT)).in_force


def test_staff_may_end_a_revocation_with_a_new_consent() -> None:
    assert _fold((GIVEN, IMPORT), (REVOKED, TEXT), (GIVEN, STAFF)).in_force
