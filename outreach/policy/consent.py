"""Consent: what an event makes of the state before it. Pure; the only place that decides it.

A text can undo only what a text did: START restores what a client or the carrier revoked, never
what staff revoked, and no file ends a revocation (contract, "Files"; 47 CFR 64.1200(a)(10)).
"""

from dataclasses import dataclass
from datetime import datetime

from outreach.vocabulary import ConsentKind, ConsentSource


@dataclass(frozen=True, slots=True)
class ConsentState:
    """Whether texts may go to a number of a program, and since when and why."""

    in_force: bool
    kind: ConsentKind
    source: ConsentSource
    since: datetime


_GIVES = {ConsentKind.GIVEN, ConsentKind.CONFIRMED}
_BY_THE_CLIENT = {ConsentSource.TEXT, ConsentSource.CARRIER}


def after(
    state: ConsentState | None, kind: ConsentKind, source: ConsentSource, at: datetime
) -> ConsentState:
    """The state after one event; the same object if the event changes nothing."""
    event = ConsentState(kind in _GIVES or kind is ConsentKind.RESTORED, kind, source, at)
    if state is None:
        # Nothing to restore yet: the words of somebody whom nobody asked give no consent.
        return event if kind is not ConsentKind.RESTORED else ConsentState(False, kind, source, at)
    if state.kind is ConsentKind.REVOKED:
        return event if _may_end_revocation(state, kind, source) else state
    if kind is ConsentKind.REVOKED:
        return event
    if kind is ConsentKind.ASKED:
        return event if source is ConsentSource.STAFF or not state.in_force else state
    return state if state.in_force else event


def _may_end_revocation(state: ConsentState, kind: ConsentKind, source: ConsentSource) -> bool:
    if kind is ConsentKind.RESTORED and source in _BY_THE_CLIENT:
        return state.source in _BY_THE_CLIENT
    return source is ConsentSource.STAFF and kind in _GIVES | {ConsentKind.RESTORED}
