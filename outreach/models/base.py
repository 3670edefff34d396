"""What every table shares: ids, instants in UTC, and attributes that are sealed at rest."""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, ClassVar, overload

from sqlalchemy import JSON, DateTime, Dialect, MetaData, String, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase

from outreach import vault

Id = String(32)
Json = JSON().with_variant(JSONB(), "postgresql")


def new_id() -> str:
    """A UUIDv7 as 32 hex digits: unguessable, and in order of time, so indexes stay tight."""
    milliseconds = time.time_ns() // 1_000_000
    noise = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds << 80) | noise
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return f"{value:032x}"


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant. A naive one is a bug and is refused (law 7).

    SQLite keeps it as text. The library's own way there took a tenth of a release: a third of its
    columns are instants.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any]:
        return _utc if dialect.name == "postgresql" else _utc_text

    def result_processor(
        self,
        dialect: Dialect,
        coltype: object,  # noqa: ARG002  signature of the library
    ) -> Callable[[Any], datetime | None]:
        return _utc if dialect.name == "postgresql" else _from_utc_text


def _utc(value: datetime | None) -> datetime | None:
    if value is None or value.tzinfo is UTC:
        return value
    if value.tzinfo is None:
        raise ValueError("A naive datetime reached the database.")
    return value.astimezone(UTC)


def _utc_text(value: datetime | None) -> str | None:
    utc = _utc(value)
    return None if utc is None else _text(utc)


@lru_cache(maxsize=8192)
def _text(utc: datetime) -> str:
    """Remembered: the rows of a batch share their moments."""
    return utc.replace(tzinfo=None).isoformat(" ", "microseconds")


def _from_utc_text(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(f"{text}+00:00")


class Base(DeclarativeBase):
    """The declarative base; constraint names are fixed so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {datetime: Instant, dict[str, Any]: Json, list[Any]: Json}


class Sealed:
    """A text attribute kept encrypted in the column `<name>_sealed`.

    The row's id must be set first: the value is bound to it.
    """

    def __set_name__(self, owner: type, name: str) -> None:
        self._column = f"{name}_sealed"

    @overload
    def __get__(self, row: None, owner: type) -> "Sealed": ...
    @overload
    def __get__(self, row: Base, owner: type) -> str | None: ...
    def __get__(self, row: Base | None, owner: type) -> "Sealed | str | None":
        if row is None:
            return self
        sealed: bytes | None = getattr(row, self._column)
        if sealed is None:
            return None
        return vault.current().open(row.__tablename__, self._column, _row_id(row), sealed)

    def __set__(self, row: Base, text: str | None) -> None:
        sealed = (
            None
            if text is None
            else vault.current().seal(row.__tablename__, self._column, _row_id(row), text)
        )
        setattr(row, self._column, sealed)


def seal(table: type[Base], column: str, row_id: str, text: str | None) -> bytes | None:
    """Seal `text` for `table.<column>_sealed` of row `row_id`; for Core statements on hot paths."""
    if text is None:
        return None
    return vault.current().seal(table.__tablename__, f"{column}_sealed", row_id, text)


def unseal(table: type[Base], column: str, row_id: str, sealed: bytes | None) -> str | None:
    """The opposite of `seal`. Raises VaultError if the key is missing or the value was moved."""
    if sealed is None:
        return None
    return vault.current().open(table.__tablename__, f"{column}_sealed", row_id, sealed)


def _row_id(row: Base) -> str:
    row_id: str | None = getattr(row, "id", None)
    if row_id is None:
        raise ValueError(f"{type(row).__name__}: set the id before a sealed value.")
    return row_id
