"""Who may call what: every route says it once, and what says nothing is closed (law 11)."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, abort, current_app, g, request
from flask_login import current_user

from outreach.console.scope import Scope
from outreach.vocabulary import StaffRole

View = TypeVar("View", bound=Callable[..., Any])

READERS = frozenset(StaffRole)
"""Everybody with a login, auditors included."""

WORKERS = frozenset({StaffRole.STAFF, StaffRole.SUPERVISOR, StaffRole.ADMIN})
"""Those who act for clients; an auditor only looks."""

EVERYONE: frozenset[StaffRole] = frozenset()
"""Also who is not signed in."""

_MARK = "open_to_roles"


def open_to(roles: frozenset[StaffRole]) -> Callable[[View], View]:
    """The route may be called by members with one of these roles in some program.

    The request's scope then holds only the programs in which they have one of them.
    """

    def mark(view: View) -> View:
        setattr(view, _MARK, roles)
        return view

    return mark


open_to_everyone = open_to(EVERYONE)


def roles_of(app: Flask, endpoint: str) -> frozenset[StaffRole] | None:
    """Who may call the endpoint; None if its view does not say, which closes it."""
    roles: frozenset[StaffRole] | None = getattr(app.view_functions[endpoint], _MARK, None)
    return roles


def check() -> None:
    """Before every request: 404 without a route, 403 without a right, else `g.scope` is set."""
    if request.endpoint is None:
        return  # no such route: Flask answers 404 (or 405) by itself
    roles = roles_of(current_app, request.endpoint)
    if roles is None:
        abort(403)
    if roles == EVERYONE:
        return
    if not current_user.is_authenticated:
        abort(401)
    g.scope = Scope.of_member(current_user, roles)
    if not g.scope.program_ids:
        abort(403)


def scope() -> Scope:
    """The programs this request may touch, and for whom."""
    found: Scope = g.scope
    return found
