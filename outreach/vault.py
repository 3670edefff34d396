"""Sealing what is private, and looking it up without opening it (law 10).

AES-256-GCM through `cryptography`. A sealed value is bound to its table, column and row, so a value
copied to another place does not open. Keys form a ring: the newest seals, every key opens. Look-ups
use a keyed hash under a separately derived key; a search tries the hash of every key in the ring.
"""

import hashlib
import hmac
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from outreach.errors import OutreachError

_KEY_ID = 4
_NONCE = 12


class VaultError(OutreachError):
    """A sealed value does not open: a key is missing from the ring, or the value was moved."""

    code = "vault"


class _Key:
    """What one ring key is used for; the ring key itself never touches data."""

    def __init__(self, ring_key: bytes) -> None:
        self.cipher = AESGCM(_derive(ring_key, b"outreach seal v1"))
        self.lookup = _derive(ring_key, b"outreach look-up v1")
        self.id = hashlib.sha256(_derive(ring_key, b"outreach key id v1")).digest()[:_KEY_ID]


class Vault:
    """Seals and opens texts with a ring of 32-byte keys, newest first."""

    def __init__(self, ring: Sequence[bytes]) -> None:
        self._keys = tuple(_Key(key) for key in ring)
        self._by_id = {key.id: key for key in self._keys}

    def seal(self, table: str, column: str, row: str, text: str) -> bytes:
        """Encrypt `text` for this very place: key id, nonce, ciphertext with tag."""
        key = self._keys[0]
        nonce = os.urandom(_NONCE)
        return key.id + nonce + key.cipher.encrypt(nonce, text.encode(), _place(table, column, row))

    def open(self, table: str, column: str, row: str, sealed: bytes) -> str:
        """Decrypt; raises VaultError if the key is unknown or the value belongs elsewhere."""
        key = self._by_id.get(bytes(sealed[:_KEY_ID]))
        if key is None:
            raise VaultError(
                f"A value in {table}.{column} is sealed with a key that OUTREACH_SECRET_KEYS lacks."
            )
        nonce = sealed[_KEY_ID : _KEY_ID + _NONCE]
        try:
            plain = key.cipher.decrypt(
                nonce, sealed[_KEY_ID + _NONCE :], _place(table, column, row)
            )
        except InvalidTag:
            raise VaultError(f"A value in {table}.{column} was altered or moved.") from None
        return plain.decode()

    def fingerprint(self, text: str) -> str:
        """The keyed hash under the newest key: what is stored beside a sealed value."""
        return _hash(self._keys[0], text)

    def fingerprints(self, text: str) -> tuple[str, ...]:
        """The keyed hash under every key, newest first: what a search compares with."""
        return tuple(_hash(key, text) for key in self._keys)


def _place(table: str, column: str, row: str) -> bytes:
    return f"{table}.{column}:{row}".encode()


def _hash(key: _Key, text: str) -> str:
    return hmac.digest(key.lookup, text.encode(), "sha256")[:16].hex()


def _derive(ring_key: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(ring_key)


_installed: list[Vault] = []


def install(vault: Vault) -> None:
    """Make `vault` the one that this process's models seal and open with."""
    _installed[:] = [vault]


def current() -> Vault:
    """The installed vault. Raises VaultError if the process forgot to install one."""
    if not _installed:
        raise VaultError("No secret keys are loaded; OUTREACH_SECRET_KEYS is needed here.")
    return _installed[0]
