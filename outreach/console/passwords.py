"""Passwords and the one-use links that set them.

argon2id with the library's defaults (RFC 9106, low-memory profile). Nothing here knows of the web,
so that `outreach staff add` can use it too.
"""

import hashlib
import secrets
from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from outreach.errors import OutreachError

SHORTEST = 12
"""Characters. NIST SP 800-63B: length counts, rules about kinds of characters do not."""

LONGEST = 200
LINK_LASTS = timedelta(hours=72)

_hasher = PasswordHasher()


class WeakPasswordError(OutreachError):
    """The password is too short, or so long that hashing it would be an attack."""

    code = "weak_password"


def hash_password(password: str) -> str:
    """The argon2id hash to store. Raises WeakPasswordError."""
    if len(password) < SHORTEST:
        raise WeakPasswordError(f"A password needs at least {SHORTEST} characters.")
    if len(password) > LONGEST:
        raise WeakPasswordError(f"A password has at most {LONGEST} characters.")
    return _hasher.hash(password)


def is_password(password: str, stored: str | None) -> bool:
    """Whether `password` made `stored`; takes as long when there is nothing to compare with."""
    if len(password) > LONGEST:
        return False
    try:
        return _hasher.verify(stored or _nobodys(), password) and stored is not None
    except (Argon2Error, InvalidHashError):
        return False


def same_address(email: str) -> str:
    """The form of an e-mail address whose fingerprint is stored: people vary case and spaces."""
    return email.strip().lower()


def new_token() -> str:
    """The secret part of a one-use link."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is stored of a link; random tokens need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


_cached: list[str] = []


def _nobodys() -> str:
    """A hash that nobody's password makes, so that an unknown address costs the same time."""
    if not _cached:
        _cached.append(_hasher.hash(secrets.token_urlsafe(32)))
    return _cached[0]
