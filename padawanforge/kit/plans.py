"""Plans that PostgreSQL keeps: to plan a question of a dozen joins takes it several times as long as to answer it.

Django's cursors write the parameters into the SQL, so the database sees another question each time. Here those
that change stay apart from it, and PostgreSQL prepares it once for each connection. What never changes is written
into the SQL as before, so that it is planned with, and found in partial indexes.
"""

import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from itertools import count
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.postgresql.base import CursorMixin
from psycopg import RawCursor
from psycopg.errors import FeatureNotSupported
from psycopg.pq import TransactionStatus
from psycopg.sql import Literal
from psycopg.types.numeric import Int8

_PLACEHOLDER = re.compile("%%|%s")


def is_kept_by(connection: BaseDatabaseWrapper) -> bool:
    return connection.vendor == "postgresql"


def with_constants(
    sql: str, parameters: Sequence[Any], changing: Collection[int], connection: BaseDatabaseWrapper
) -> str:
    """The SQL with all parameters in it but those at the places that change."""
    place = count()

    def written(match: re.Match[str]) -> str:
        if match[0] == "%%" or (here := next(place)) in changing:
            return match[0]
        return literal(parameters[here], connection)

    return _PLACEHOLDER.sub(written, sql)


def literal(value: Any, connection: BaseDatabaseWrapper) -> str:
    """The value as it is written into SQL that goes through a cursor of ours."""
    connection.ensure_connection()
    return Literal(value).as_string(connection.connection).replace("%", "%%")


def typed(value: Any) -> Any:
    """Always as the same type, or each size of a number would be another question."""
    if isinstance(value, list):
        return [typed(each) for each in value]
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return Int8(value) if is_number and -(2**63) <= value < 2**63 else value


def cursor_of(connection: BaseDatabaseWrapper) -> Any:
    """One whose statements the database keeps the plans of, if it does."""
    return Planning(connection).cursor() if is_kept_by(connection) else connection.cursor()


@lru_cache(maxsize=2000)
def _numbered(sql: str) -> str:
    """As PostgreSQL writes places itself; psycopg would do it again with each execution of a long statement."""
    place = count(1)
    return _PLACEHOLDER.sub(lambda match: "%" if match[0] == "%%" else f"${next(place)}", sql)


class _Cursor(CursorMixin, RawCursor):
    connection: Any

    def execute(self, sql: Any, parameters: Any = None, **named: Any) -> Any:  # type: ignore[override]
        asked = (sql,) if parameters is None else (_numbered(sql), parameters)
        try:
            return super().execute(*asked, **named)
        except FeatureNotSupported:
            # A table was altered while we run, and the plans made for it are of no use any more. What fails in
            # a transaction is forgotten with it.
            if self.connection.info.transaction_status != TransactionStatus.IDLE:
                raise
            self.connection.execute("DEALLOCATE ALL")
            return super().execute(*asked, **named)

    def _convert_query(self, *asked: Any) -> Any:
        # Where Django looks for what was asked when it is to be logged.
        self._query = super()._convert_query(*asked)  # type: ignore[misc]
        return self._query


class Planning:
    """The connection of this thread, for Django's compiler, with cursors whose questions are prepared."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def cursor(self) -> Any:
        self._connection.ensure_connection()
        raw = self._connection.connection
        # At the first time. Django's own cursors prepare nothing, whatever is said here.
        raw.prepare_threshold = 0
        usual, raw.cursor_factory = raw.cursor_factory, _Cursor
        try:
            return self._connection.cursor()
        finally:
            raw.cursor_factory = usual
