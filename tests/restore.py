"""After a test that commits: the tables again as the migrations left them.

Django's own way empties every table and makes permissions, roles and triggers anew, half a second each time,
and what migrations wrote is gone for all later tests. Here the few filled tables are emptied, and what was there
at the beginning is put back from copies.
"""

from contextlib import contextmanager

from django.db import connection, transaction
from django.test import TransactionTestCase

from padawanforge.kit.append_only import guard, unguard
from players.models import AuditEntry

COPY = "begin_"


def remember_beginning() -> None:
    """Copy the tables that the migrations filled; once, on the new test database."""
    with connection.cursor() as cursor:
        for table in _filled(cursor, _tables()):
            cursor.execute(
                f"CREATE TABLE IF NOT EXISTS {_name(COPY + table)} AS SELECT * FROM {_name(table)}"
            )


def restore(case: TransactionTestCase) -> None:
    """Stands in for the fixture teardown of Django's TransactionTestCase."""
    with connection.cursor() as cursor:
        existing = connection.introspection.table_names(cursor)
        copied = [table.removeprefix(COPY) for table in existing if table.startswith(COPY)]
        with transaction.atomic(), _unguarded(cursor):
            for table in {*_filled(cursor, _tables()), *copied}:
                cursor.execute(f"DELETE FROM {_name(table)}")
            for table in copied:
                cursor.execute(f"INSERT INTO {_name(table)} SELECT * FROM {_name(COPY + table)}")


def _tables() -> list[str]:
    return connection.introspection.django_table_names(only_existing=True, include_views=False)


def _filled(cursor, tables: list[str]) -> list[str]:
    if not tables:
        return []
    asked = (f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {_name(table)})" for table in tables)
    cursor.execute(" UNION ALL ".join(asked))
    return [table for (table,) in cursor.fetchall()]


def _name(table: str) -> str:
    return connection.ops.quote_name(table)


@contextmanager
def _unguarded(cursor):
    """Neither foreign keys nor the guards of what is only ever added to are asked."""
    if connection.vendor == "postgresql":
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    else:
        unguard(AuditEntry)
        yield
        guard(AuditEntry)
