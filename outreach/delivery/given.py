"""Many values given to a statement as one parameter.

The statement then reads the same however many there are, so that SQLAlchemy compiles it once and
PostgreSQL plans it once; a list of 100 bound values took longer to read than to act on.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import JSON, Dialect, Text, TypeDecorator, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import TableValuedAlias
from sqlalchemy.types import TypeEngine


class _Texts(TypeDecorator[list[str]]):
    """An array on PostgreSQL, JSON text on SQLite."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return ARRAY(Text()) if dialect.name == "postgresql" else JSON()


class among(FunctionElement[bool]):  # noqa: N801  reads as the condition it is
    """Whether `column` is one of `values`.

    Left without a type: SQLAlchemy compares a boolean function with 1 on SQLite, which then looks
    at every row.
    """

    inherit_cache = True

    def __init__(
        self, column: ColumnElement[str] | InstrumentedAttribute[str], values: Iterable[str]
    ) -> None:
        super().__init__(column, bindparam(None, list(values), type_=_Texts(), unique=True))


class _EachPair(FunctionElement[Any]):
    inherit_cache = True


def pairs(given: Mapping[str, str | None]) -> TableValuedAlias:
    """A table `given` with the columns `key` and `value`, to update from."""
    parameter = bindparam(None, dict(given), type_=JSON(), unique=True)
    return _EachPair(parameter).table_valued("key", "value", name="given")


@compiles(among, "postgresql")
def _any(element: among, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} = ANY ({values})"


@compiles(among, "sqlite")
def _in(element: among, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608  both are compiled


@compiles(_EachPair, "postgresql")
def _each_text(element: _EachPair, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_each_text{compiler.process(element.clause_expr, **options)}"


@compiles(_EachPair, "sqlite")
def _each(element: _EachPair, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_each{compiler.process(element.clause_expr, **options)}"
