"""By what one sees in PostgreSQL whether rows are still as they were read, without reading them again."""

from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Func, TextField
from django.db.models.expressions import Col, Combinable
from django.db.models.sql.compiler import SQLCompiler


def are_versions_told() -> bool:
    return connection.vendor == "postgresql"


class RowVersion(Func):
    """Another one after each change of the row, by whatever it was changed.

    Given by the path of one of the row's columns; not of its key, for which Django looks into the row that points
    to it. On PostgreSQL only.
    """

    arity = 1
    output_field = TextField()

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, *args: Any, **kwargs: Any
    ) -> tuple[str, tuple[str | int, ...]]:
        [column] = self.get_source_expressions()
        if not isinstance(column, Col):
            raise TypeError("A row is given by one of its columns.")
        table = compiler.quote_name_unless_alias(column.alias)
        # Who wrote it, and where it lies: what one transaction changes twice has been written by the same.
        return f"{table}.xmin, {table}.ctid", ()


class Version(Func):
    """One text for several expressions, each after its number, as some may be null; empty on SQLite."""

    function = "CONCAT_WS"
    output_field = TextField()

    def __init__(self, *expressions: Combinable) -> None:
        super().__init__(*expressions)

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, *args: Any, **kwargs: Any
    ) -> tuple[str, tuple[str | int, ...]]:
        if connection.vendor != "postgresql":
            return "''", ()
        written: list[str] = []
        parameters: list[str | int] = []
        for number, expression in enumerate(self.get_source_expressions()):
            sql, found = compiler.compile(expression)
            written.append(f"'.{number}:', {sql}")
            parameters.extend(found)
        return f"CONCAT({', '.join(written)})", tuple(parameters)
