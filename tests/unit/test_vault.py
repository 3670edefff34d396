"""Law 10: what is private is sealed to its place, and found by a keyed hash."""

import pytest

from outreach.vault import Vault, VaultError

OLD, NEW = b"o" * 32, b"n" * 32


def test_a_sealed_text_opens_in_its_own_place() -> None:
    vault = Vault([NEW])
    assert vault.open("client", "name", "1", vault.seal("client", "name", "1", "Ana")) == "Ana"


@pytest.mark.parametrize(
    "place", [("reply", "name", "1"), ("client", "body", "1"), ("client", "name", "2")]
)
def test_a_sealed_text_moved_elsewhere_does_not_open(place: tuple[str, str, str]) -> None:
    vault = Vault([NEW])
    sealed = vault.seal("client", "name", "1", "Ana")
    with pytest.raises(VaultError, match="altered or moved"):
        vault.open(*place, sealed)


def test_after_a_new_key_older_values_still_open_and_are_found() -> None:
    sealed, stored = (
        Vault([OLD]).seal("c", "n", "1", "Ana"),
        Vault([OLD]).fingerprint("+12025550123"),
    )
    ring = Vault([NEW, OLD])
    assert ring.open("c", "n", "1", sealed) == "Ana"
    assert stored in ring.fingerprints("+12025550123")
    assert ring.fingerprint("+12025550123") != stored


def test_without_the_key_the_error_says_so_and_shows_nothing() -> None:
    sealed = Vault([OLD]).seal("c", "n", "1", "Ana")
    with pytest.raises(VaultError, match="OUTREACH_SECRET_KEYS lacks") as error:
        Vault([NEW]).open("c", "n", "1", sealed)
    assert "Ana" not in str(error.value)
