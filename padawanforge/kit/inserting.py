"""Rows that are stored so often that building their SQL costs more than the database needs to take them in."""

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import NOT_PROVIDED, AutoField, Field, Model

from padawanforge.kit import plans


def insert(rows: Sequence[Model]) -> None:
    """Like `bulk_create`, for rows of one model: they have their primary keys afterwards, and no signal is sent.

    The key is given by the database, and no value is an expression.
    """
    if not rows:
        return
    connection = connections[DEFAULT_DB_ALIAS]
    is_kept = len(rows) > 1 and plans.is_kept_by(connection)
    statement, values = _of_many(rows, connection) if is_kept else _of_each(rows, connection)
    with plans.cursor_of(connection) as cursor:
        cursor.execute(statement, values)
        keys = cursor.fetchall()
    for row, (key,) in zip(rows, keys, strict=True):
        note_stored(row, key)


def _of_each(rows: Sequence[Model], connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
    """A statement with a place for each value."""
    model = type(rows[0])
    values = [
        _prepared(field, field.pre_save(row, add=True), connection)
        for row in rows
        for field in _fields(model)
    ]
    return _statement(model, connection.vendor, len(rows)), values


def _of_many(rows: Sequence[Model], connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
    """One statement, and so one plan, for any number of rows, with a place for each column. PostgreSQL only."""
    model = type(rows[0])
    given = _given(rows, ())
    values = [
        [_prepared(field, field.pre_save(row, add=True), connection) for row in rows] for field in given
    ]
    return _statement_of_many(model, tuple(given)), [plans.typed(column) for column in values]


def note_stored(row: Model, key: object) -> None:
    row.pk = key
    row._state.adding = False
    row._state.db = DEFAULT_DB_ALIAS


def taken_from(source: str, row: Model, taken: tuple[tuple[str, str], ...]) -> tuple[str, list[Any]]:
    """A statement that stores the row once for each row of the source, and the values for its places.

    `taken` are fields with the source's column for each. What is as the model has it by default is written into
    the statement: of a message that is most, and a value costs on its way what a column costs. PostgreSQL only.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    given = _given([row], taken)
    statement = _statement_from(source, type(row), taken, tuple(field.name for field in given))
    return statement, [_prepared(field, field.pre_save(row, add=True), connection) for field in given]


def _given(rows: Sequence[Model], taken: tuple[tuple[str, str], ...]) -> list[Field]:
    """The fields, but for those taken, in which a row is otherwise than the model has it by default."""
    return [
        field
        for field, default in _defaults(type(rows[0]), taken)
        if any(getattr(row, field.attname) != default for row in rows)
    ]


@lru_cache(maxsize=256)
def _statement_from(
    source: str, model: type[Model], taken: tuple[tuple[str, str], ...], given: tuple[str, ...]
) -> str:
    connection = connections[DEFAULT_DB_ALIAS]
    quoted = connection.ops.quote_name
    values = dict(taken) | dict.fromkeys(given, "%s")
    for field, default in _defaults(model, taken):
        if field.name not in values:
            values[field.name] = plans.literal(_prepared(field, default, connection), connection)
    fields = _fields(model)
    columns = ", ".join(quoted(str(field.column)) for field in fields)
    chosen = ", ".join(values[field.name] for field in fields)
    table = quoted(model._meta.db_table)
    return f"INSERT INTO {table} ({columns}) SELECT {chosen} FROM {source}"  # noqa: S608


@lru_cache(maxsize=256)
def _statement_of_many(model: type[Model], given: tuple[Field, ...]) -> str:
    connection = connections[DEFAULT_DB_ALIAS]
    quoted = connection.ops.quote_name
    names = ", ".join(quoted(str(field.column)) for field in given)
    places = ", ".join(f"%s::{field.db_type(connection)}[]" for field in given)
    taken = tuple((field.name, f"given.{quoted(str(field.column))}") for field in given)
    rows = f"unnest({places}) AS given ({names})"
    key = quoted(str(model._meta.pk.column))
    return f"{_statement_from(rows, model, taken, ())} RETURNING {key}"


@cache
def _defaults(model: type[Model], taken: tuple[tuple[str, str], ...]) -> Sequence[tuple[Field, object]]:
    """The fields that aren't taken, each with its default; a field without one has what no value is equal to."""
    others = [field for field in _fields(model) if field.name not in dict(taken)]
    return [(field, _default(field)) for field in others]


def _default(field: Field) -> object:
    # Other functions make something new with each row, such as an id.
    is_constant = not callable(field.default) or field.default in (NOT_PROVIDED, dict, list)
    is_timed = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    return field.get_default() if is_constant and not is_timed else object()


def _prepared(field: Field, value: Any, connection: BaseDatabaseWrapper) -> Any:
    return field.get_db_prep_save(value, connection)


@cache
def _fields(model: type[Model]) -> Sequence[Field]:
    fields = [
        field
        for field in model._meta.concrete_fields
        if not isinstance(field, AutoField) and not field.generated
    ]
    if special := [field.name for field in fields if hasattr(field, "get_placeholder")]:
        raise ValueError(f"The database makes something of {model.__name__}.{special[0]}; use bulk_create.")
    return fields


@cache
def _statement(model: type[Model], vendor: str, count: int) -> str:
    quoted = connections[DEFAULT_DB_ALIAS].ops.quote_name
    fields = _fields(model)
    columns = ", ".join(quoted(str(field.column)) for field in fields)
    row = "(" + ", ".join(["%s"] * len(fields)) + ")"
    table, key = quoted(model._meta.db_table), quoted(str(model._meta.pk.column))
    return f"INSERT INTO {table} ({columns}) VALUES {', '.join([row] * count)} RETURNING {key}"  # noqa: S608
