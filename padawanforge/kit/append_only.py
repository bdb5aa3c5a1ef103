"""Tables whose rows are never changed and never removed: the database itself refuses.

A table may also guard some columns only (`freeze`): these are never changed, but the row goes with what it
belongs to.

Not a step of a migration: whenever Django alters a table on SQLite it makes the table anew, and the triggers
of the old one are gone without a word. So each `migrate` looks and mends what is missing.
"""

from django.apps import apps
from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.signals import post_migrate

EVENTS = ("update", "delete")


def declare(model: type[models.Model]) -> None:
    """Guard the model's table, from the next `migrate` on; called in `ready()`."""

    def install(*, using: str, **kwargs: object) -> None:
        guard(model, using=using)

    app = apps.get_app_config(model._meta.app_label)
    post_migrate.connect(install, sender=app, dispatch_uid=f"append_only.{_table(model)}", weak=False)


def freeze(model: type[models.Model], fields: list[str]) -> None:
    """Guard these fields against any change, from the next `migrate` on; called in `ready()`."""

    def install(*, using: str, **kwargs: object) -> None:
        guard_columns(model, fields, using=using)

    app = apps.get_app_config(model._meta.app_label)
    post_migrate.connect(install, sender=app, dispatch_uid=f"append_only.{_table(model)}", weak=False)


def guard_columns(model: type[models.Model], fields: list[str], *, using: str = "default") -> None:
    connection, table = connections[using], _table(model)
    if table not in connection.introspection.table_names():
        return
    columns = ", ".join(f'"{model._meta.get_field(name).column}"' for name in fields)  # type: ignore[union-attr]
    before = f'BEFORE UPDATE OF {columns} ON "{table}"'
    if connection.vendor == "postgresql":
        trigger = f'CREATE OR REPLACE TRIGGER "{table}_frozen" {before} FOR EACH ROW EXECUTE FUNCTION'
        function = f'"{table}_append_only"'
        _execute(connection, [_refusing(function, table), f"{trigger} {function}()"])
    else:
        refuse = f"SELECT RAISE(ABORT, '{table} is append-only')"
        _execute(connection, [f'CREATE TRIGGER IF NOT EXISTS "{table}_frozen" {before} BEGIN {refuse}; END'])


def guard(model: type[models.Model], *, using: str = "default") -> None:
    connection, table = connections[using], _table(model)
    if table in connection.introspection.table_names():
        is_postgresql = connection.vendor == "postgresql"
        _execute(connection, _postgresql(table) if is_postgresql else _sqlite(table))


def unguard(model: type[models.Model], *, using: str = "default") -> None:
    """For tests, which empty every table."""
    connection, table = connections[using], _table(model)
    on = f' ON "{table}"' if connection.vendor == "postgresql" else ""
    _execute(connection, [f'DROP TRIGGER IF EXISTS "{table}_no_{event}"{on}' for event in EVENTS])


def _table(model: type[models.Model]) -> str:
    return model._meta.db_table


def _execute(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _sqlite(table: str) -> list[str]:
    return [
        f'CREATE TRIGGER IF NOT EXISTS "{table}_no_{event}" BEFORE {event.upper()} ON "{table}" '
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for event in EVENTS
    ]


def _postgresql(table: str) -> list[str]:
    refuse = f'"{table}_append_only"'
    triggers = [
        f'CREATE OR REPLACE TRIGGER "{table}_no_{event}" BEFORE {event.upper()} ON "{table}" '
        f"FOR EACH ROW EXECUTE FUNCTION {refuse}()"
        for event in EVENTS
    ]
    return [_refusing(refuse, table), *triggers]


def _refusing(function: str, table: str) -> str:
    raising = f"RAISE EXCEPTION '{table} is append-only' USING ERRCODE = 'restrict_violation'"
    return (
        f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {raising}; END $$"
    )
