"""Full-text search over the columns of one model, by what the database brings itself.

SQLite gets an FTS5 table beside the model's own, kept by triggers; PostgreSQL a generated `tsvector` column
with a GIN index. An app says `declare(model, fields)`, a query narrows a QuerySet with `matching`. There is no
table of everything: each app declares the search of its own models, so that the filter for what somebody may
read stands in the same query.

Words are taken as they are written, without case and accents on SQLite and without case on PostgreSQL: a
learner's texts come in any language, and the stems of one language mislead in another. The last part of each
word is open, so that "photo" finds "photosynthesis".
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeVar

from django.apps import apps
from django.db import connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import RawSQL
from django.db.models.signals import post_migrate

COLUMN = "fulltext"
# A search is a handful of words; more would only be a way to make the database sweat.
MAX_TERMS = 12

_TERM = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))')
_WORD = re.compile(r"\w+")
Rows = TypeVar("Rows", bound=models.QuerySet)


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand side by side; a term that is excluded may not occur."""

    words: tuple[str, ...]
    is_excluded: bool = False
    is_open: bool = True


def terms(text: str) -> list[Term]:
    """What somebody typed: words, "exact phrases" and -exclusions; anything else is ignored."""
    found = []
    for match in _TERM.finditer(text):
        phrase = match["phrase"]
        words = tuple(_WORD.findall(match["word"] if phrase is None else phrase))
        if words:
            found.append(Term(words, is_excluded=bool(match["minus"]), is_open=phrase is None))
    return found[:MAX_TERMS]


def matching(rows: Rows, text: str) -> Rows:
    """The rows that hold all the terms; none when there is nothing to look for."""
    wanted = terms(text)
    if not any(not term.is_excluded for term in wanted):
        return rows.none()
    table = rows.model._meta.db_table
    if connections[rows.db].vendor == "postgresql":
        found = f'"{table}"."{COLUMN}" @@ to_tsquery(\'simple\', %s)'
        return rows.filter(_sql(found, _tsquery(wanted), models.BooleanField()))
    found = f'SELECT rowid FROM "{table}_{COLUMN}" WHERE "{table}_{COLUMN}" MATCH %s'
    return rows.filter(pk__in=_sql(found, _fts5(wanted), models.BigAutoField()))


def best(
    model: type[models.Model],
    weights: Mapping[str, float],
    *,
    within: Sequence[str],
    without: Sequence[str] = (),
    limit: int,
    using: str = "default",
) -> list[int]:
    """Keys of the rows that hold any of the words, those with the weightiest first; for finding, not for filtering.

    `within` are words that all must be there and `without` such that may not, as the marks of an owner: a
    search by owner then never walks through the rows of others. Words are letters and figures only.
    """
    words = {word: weight for word, weight in weights.items() if _WORD.fullmatch(word)}
    table = model._meta.db_table
    if not words or not within:
        return []
    with connections[using].cursor() as cursor:
        is_postgresql = connections[using].vendor == "postgresql"
        made = _best_postgresql if is_postgresql else _best_sqlite
        sql, parameters = made(table, words, within, without, limit)
        cursor.execute(sql, parameters)
        return [key for (key,) in cursor.fetchall()]


def _best_sqlite(
    table: str, words: Mapping[str, float], within: Sequence[str], without: Sequence[str], limit: int
) -> tuple[str, list[str | float]]:
    index = f"{table}_{COLUMN}"
    must = " AND ".join([*map(_literal, within), f"({' OR '.join(map(_literal, words))})"])
    query = f"({must}) NOT ({' OR '.join(map(_literal, without))})" if without else must
    # The index ranks by BM25 itself.
    return f'SELECT rowid FROM "{index}" WHERE "{index}" MATCH %s ORDER BY rank LIMIT %s', [query, limit]


def _best_postgresql(
    table: str, words: Mapping[str, float], within: Sequence[str], without: Sequence[str], limit: int
) -> tuple[str, list[str | float]]:
    must = [*within, *(f"!{word}" for word in without), f"({' | '.join(words)})"]
    found = f"\"{COLUMN}\" @@ to_tsquery('simple', %s)"
    # `ts_rank` knows nothing of how rare a word is.
    rank = " + ".join([f"CASE WHEN {found} THEN %s ELSE 0 END"] * len(words))
    parameters = [part for word, weight in words.items() for part in (word, float(weight))]
    sql = f'SELECT "id" FROM "{table}" WHERE {found} ORDER BY {rank} DESC, "id" LIMIT %s'
    return sql, [" & ".join(must), *parameters, limit]


def _literal(word: str) -> str:
    return f'"{word}"'


def marked(text: str, query: str) -> list[tuple[str, bool]]:
    """The text in pieces, each with whether it is one of the words that were looked for."""
    words = [word for term in terms(query) if not term.is_excluded for word in term.words]
    if not words:
        return [(text, False)]
    pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\w*", re.IGNORECASE)
    pieces, end = [], 0
    for match in pattern.finditer(text):
        pieces += [(text[end : match.start()], False), (match[0], True)]
        end = match.end()
    return [piece for piece in [*pieces, (text[end:], False)] if piece[0]]


def declare(model: type[models.Model], fields: list[str]) -> None:
    """Make the columns of the model searchable, from the next `migrate` on; called in `ready()`.

    Not a step of a migration: whenever Django alters a table on SQLite it makes the table anew, and the
    triggers of the old one are gone without a word. So each migrate looks and mends what is missing.
    """
    name = f"fulltext.{model._meta.db_table}"

    def install(*, using: str, **kwargs: object) -> None:
        ensure(model, fields, using=using)

    app = apps.get_app_config(model._meta.app_label)
    post_migrate.connect(install, sender=app, dispatch_uid=name, weak=False)


def ensure(model: type[models.Model], fields: list[str], *, using: str = "default") -> bool:
    """Make the search anew unless it is there as declared; true when something had to be done."""
    table = model._meta.db_table
    columns = [_column(model, name) for name in fields]
    connection = connections[using]
    if table not in connection.introspection.table_names():
        return False
    is_postgresql = connection.vendor == "postgresql"
    wanted = _postgresql(table, columns) if is_postgresql else _sqlite(table, columns, _column(model, "id"))
    if _installed(connection, table) == _fingerprint(wanted):
        return False
    # PostgreSQL alters no table that has foreign keys left to check.
    connection.check_constraints()
    with transaction.atomic(using=using), connection.cursor() as cursor:
        for statement in [*_removal(table, is_postgresql=is_postgresql), *wanted]:
            cursor.execute(statement)
        if is_postgresql:
            cursor.execute(f'COMMENT ON COLUMN "{table}"."{COLUMN}" IS \'{_fingerprint(wanted)}\'')
    return True


def rebuild(model: type[models.Model], *, using: str = "default") -> None:
    """Read all rows into the index again: for a copy of a file that broke, or to make it small."""
    index = f"{model._meta.db_table}_{COLUMN}"
    is_postgresql = connections[using].vendor == "postgresql"
    with connections[using].cursor() as cursor:
        cursor.execute(
            f'REINDEX INDEX "{index}"'
            if is_postgresql
            else f'INSERT INTO "{index}"("{index}") VALUES (\'rebuild\')'
        )


def _column(model: type[models.Model], name: str) -> str:
    field = model._meta.get_field(name)
    if not isinstance(field, models.Field) or not field.column:
        raise TypeError(f"{name} is no column of {model._meta.label}.")
    return field.column


def _installed(connection: BaseDatabaseWrapper, table: str) -> str:
    """The fingerprint of what the database has."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT col_description(attrelid, attnum) FROM pg_attribute "
                "WHERE attrelid = %s::regclass AND attname = %s AND NOT attisdropped",
                [f'"{table}"', COLUMN],
            )
            return next((comment or "" for (comment,) in cursor.fetchall()), "")
        like = f"{table}_{COLUMN}"
        cursor.execute(
            "SELECT sql FROM sqlite_master WHERE (name = %s AND type = 'table') "
            "OR (tbl_name = %s AND type = 'trigger' AND name LIKE %s)",
            [like, table, f"{like}_%"],
        )
        return _fingerprint([sql for (sql,) in cursor.fetchall()])


def _fingerprint(statements: list[str]) -> str:
    created = sorted(statement for statement in statements if statement.startswith(("CREATE", "ALTER")))
    return sha256("\n".join(created).encode()).hexdigest()


def _removal(table: str, *, is_postgresql: bool) -> list[str]:
    if is_postgresql:
        return [f'ALTER TABLE "{table}" DROP COLUMN IF EXISTS "{COLUMN}"']
    index = f"{table}_{COLUMN}"
    triggers = [f'DROP TRIGGER IF EXISTS "{index}_{event}"' for event in ("added", "gone", "changed")]
    return [*triggers, f'DROP TABLE IF EXISTS "{index}"']


def _postgresql(table: str, columns: list[str]) -> list[str]:
    text = " || ' ' || ".join(f"coalesce(\"{column}\", '')" for column in columns)
    generated = f"tsvector GENERATED ALWAYS AS (to_tsvector('simple', {text})) STORED"
    return [
        f'ALTER TABLE "{table}" ADD COLUMN "{COLUMN}" {generated}',
        f'CREATE INDEX "{table}_{COLUMN}" ON "{table}" USING gin ("{COLUMN}")',
    ]


def _sqlite(table: str, columns: list[str], key: str) -> list[str]:
    index = f"{table}_{COLUMN}"
    names = ", ".join(f'"{column}"' for column in columns)

    def row(side: str) -> str:
        return ", ".join(f'{side}."{column}"' for column in columns)

    # An external-content index is told the old words when a row goes, or it would keep finding them.
    add = f'INSERT INTO "{index}"(rowid, {names}) VALUES (new."{key}", {row("new")});'
    forget = (
        f'INSERT INTO "{index}"("{index}", rowid, {names}) VALUES (\'delete\', old."{key}", {row("old")});'
    )
    return [
        f'CREATE VIRTUAL TABLE "{index}" USING fts5({names}, content="{table}", content_rowid="{key}", '
        "tokenize=\"unicode61 remove_diacritics 2\", prefix='2 3')",
        f'CREATE TRIGGER "{index}_added" AFTER INSERT ON "{table}" BEGIN {add} END',
        f'CREATE TRIGGER "{index}_gone" AFTER DELETE ON "{table}" BEGIN {forget} END',
        f'CREATE TRIGGER "{index}_changed" AFTER UPDATE OF {names} ON "{table}" BEGIN {forget} {add} END',
        f'INSERT INTO "{index}"("{index}") VALUES (\'rebuild\')',
    ]


def _fts5(wanted: list[Term]) -> str:
    """Each term quoted, so that nothing in it is taken for the index's own language."""
    included = [_quoted(term) for term in wanted if not term.is_excluded]
    excluded = [_quoted(term) for term in wanted if term.is_excluded]
    query = " AND ".join(included)
    return f"({query}) NOT ({' OR '.join(excluded)})" if excluded else query


def _quoted(term: Term) -> str:
    return f'"{" ".join(term.words)}"{" *" if term.is_open else ""}'


def _tsquery(wanted: list[Term]) -> str:
    parts = []
    for term in wanted:
        words = [f"'{word}'" for word in term.words]
        if term.is_open:
            words[-1] += ":*"
        parts.append(f"{'!' if term.is_excluded else ''}({' <-> '.join(words)})")
    return " & ".join(parts)


def _sql(sql: str, parameter: str, output: models.Field) -> RawSQL:
    # The table's name is the model's own; what a person typed is a parameter.
    return RawSQL(sql, (parameter,), output_field=output)  # noqa: S611
