"""Rows that are stored so often that building their SQL costs more than the database needs to take them in."""

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import AutoField, Field, Model

from padawanforge.kit import plans

# Each number of rows is a statement of its own; those that are common are worth a plan that is kept.
PLANNED = 4


def insert(rows: Sequence[Model]) -> None:
    """Like `bulk_create`, for rows of one model: they have their primary keys afterwards, and no signal is sent.

    The key is given by the database, and no value is an expression.
    """
    if not rows:
        return
    connection = connections[DEFAULT_DB_ALIAS]
    model = type(rows[0])
    values = [value for row in rows for value in values_of(row)]
    with plans.cursor_of(connection) if len(rows) <= PLANNED else connection.cursor() as cursor:
        cursor.execute(_statement(model, connection.vendor, len(rows)), values)
        keys = cursor.fetchall()
    for row, (key,) in zip(rows, keys, strict=True):
        note_stored(row, key)


def note_stored(row: Model, key: object) -> None:
    row.pk = key
    row._state.adding = False
    row._state.db = DEFAULT_DB_ALIAS


def values_of(row: Model, *, without: Collection[str] = ()) -> list[Any]:
    """As the database takes them, in the order of the columns; without the fields of these names."""
    connection = connections[DEFAULT_DB_ALIAS]
    return [
        field.get_db_prep_save(field.pre_save(row, add=True), connection)
        for field in _fields(type(row))
        if field.name not in without
    ]


@cache
def statement_from(model: type[Model], source: str, taken: tuple[tuple[str, str], ...]) -> str:
    """One that stores a row for each of the source's: `taken` are fields with the source's column for each.

    The others are given, as `values_of` gives them.
    """
    quoted = connections[DEFAULT_DB_ALIAS].ops.quote_name
    columns, values = [], []
    for field in _fields(model):
        columns.append(quoted(str(field.column)))
        values.append(dict(taken).get(field.name, "%s"))
    table = quoted(model._meta.db_table)
    return f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {source}"  # noqa: S608


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
