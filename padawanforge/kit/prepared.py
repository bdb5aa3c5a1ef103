"""Questions asked so often that building their SQL costs more than the database needs to answer.

    @prepared
    def _members(players: Collection[int], rooms: Collection[UUID]) -> QuerySet[ChannelMember]:
        return ChannelMember.objects.filter(player__in=players, channel__uuid__in=rooms).select_related("player")

is called as before and gives a list. The queryset is built and compiled once for each kind of arguments, with
stand-ins for them; afterwards the arguments are only put into their places. A join of five tables is compiled
in two milliseconds and answered in a quarter of one.

The function must not compute with its arguments nor look at them, as it sees stand-ins: what depends on them
is to be given as an argument. Whether it does is found out at the first call, which raises ValueError then.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import update_wrapper
from itertools import count
from types import SimpleNamespace
from typing import Any, Generic, ParamSpec, TypeVar
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet
from django.db.models.sql import Query
from django.db.models.sql.compiler import SQLCompiler
from psycopg.types.json import Jsonb

from padawanforge.kit import plans

Asked = ParamSpec("Asked")
Row = TypeVar("Row")

# As far as lists are told apart by their length; a longer one is asked about without preparation.
LENGTHS = (1, 2, 4, 16, 64)
LONGEST = LENGTHS[-1]
_MAKERS: dict[type, Callable[[int], Any]] = {
    int: lambda number: 2_000_000_000 + number,
    str: lambda number: f"stand-in {number}",
    UUID: lambda number: UUID(int=2**127 + number),
    datetime: lambda number: datetime(1900, 1, 1, tzinfo=UTC) + timedelta(microseconds=number),
    # After moments, which are days as well.
    date: lambda number: date(1900, 1, 1) + timedelta(days=number),
}


class Prepared(Generic[Asked, Row]):
    """A question that is compiled once for each kind of arguments."""

    def __init__(self, build: Callable[Asked, "QuerySet[Any, Row]"]) -> None:
        self._build: Callable[..., Any] = build
        self._known: dict[tuple, _Compiled] = {}
        update_wrapper(self, build)

    def __call__(self, *arguments: Asked.args, **named: Asked.kwargs) -> list[Row]:
        given: tuple[Any, ...] = arguments
        values = [_padded(value) if _is_list(value) else value for value in given]
        if any(_is_list(value) and not 0 < len(value) <= LONGEST for value in values):
            return list(self._build(*arguments, **named))
        try:
            return self._compiled(values).rows(values)
        except OverflowError:
            # A number that no column of SQLite holds; the queryset knows that of itself.
            return list(self._build(*arguments, **named))

    def within(self, *arguments: Asked.args, **named: Asked.kwargs) -> tuple[str, list[Any]]:
        """The SQL and what belongs to its places, for a statement that asks it within; no lists, no names."""
        return self._compiled(arguments).question(arguments)

    def _compiled(self, values: Sequence[Any]) -> "_Compiled":
        kind = (connections[DEFAULT_DB_ALIAS].vendor, *map(_kind, values))
        if kind not in self._known:
            self._known[kind] = _compile(self._build, values)
        return self._known[kind]


def prepared(build: Callable[Asked, "QuerySet[Any, Row]"]) -> Prepared[Asked, Row]:
    """The rows of the queryset that `build` makes of its positional arguments.

    Arguments are integers, texts, UUIDs, days, moments (aware) and lists of these; what is None or a truth value
    belongs to the kind of question. Rows cannot be prefetched.
    """
    return Prepared(build)


@dataclass(frozen=True, slots=True)
class _Compiled:
    """`places` are the positions among the parameters of each single argument, in their order."""

    # Not typed: what Django keeps to itself.
    queryset: Any
    compiler: SQLCompiler
    sql: str
    parameters: tuple
    places: Sequence[Sequence[int]]
    # What makes values of the database's columns, by column.
    converters: dict

    def question(self, values: Sequence[Any]) -> tuple[str, list[Any]]:
        connection = connections[DEFAULT_DB_ALIAS]
        is_planned = plans.is_kept_by(connection)
        parameters = list(self.parameters)
        for value, places in zip(_single(values), self.places, strict=True):
            given = _adapted(value, connection)
            for place in places:
                parameters[place] = plans.typed(given) if is_planned else given
        return self.sql, parameters

    def rows(self, values: Sequence[Any]) -> list[Any]:
        connection = connections[DEFAULT_DB_ALIAS]
        with plans.cursor_of(connection) as cursor:
            cursor.execute(*self.question(values))
            found = cursor.fetchall()
        if not found:
            return []
        compiler: Any = copy(self.compiler)
        compiler.connection = connection
        compiler.execute_sql = lambda *_, **__: [found]
        compiler.get_converters = lambda _: self.converters
        # What Django's iterables look at.
        asked = SimpleNamespace(
            query=_Ready(self.queryset.query, compiler),
            db=DEFAULT_DB_ALIAS,
            model=self.queryset.model,
            _fields=self.queryset._fields,
            _known_related_objects={},
        )
        return list(self.queryset._iterable_class(asked))


class _Ready:
    """A query that is compiled already."""

    def __init__(self, query: Query, compiler: SQLCompiler) -> None:
        self._query = query
        self._compiler = compiler

    def get_compiler(self, *_: object, **__: object) -> SQLCompiler:
        return self._compiler

    def __getattr__(self, name: str) -> Any:
        return getattr(self._query, name)


def _compile(build: Callable[..., Any], values: Sequence[Any]) -> _Compiled:
    """With two sets of stand-ins: what is neither in a place nor the same in both was computed from an argument."""
    connection = connections[DEFAULT_DB_ALIAS]
    numbers = count(1)
    first, second = (
        _stand_ins_compiled(build, [_stand_in(value, numbers) for value in values], connection)
        for _ in range(2)
    )
    settled = {place for places in first.places for place in places}
    rest = [
        [_plain(value) for place, value in enumerate(compiled.parameters) if place not in settled]
        for compiled in (first, second)
    ]
    if first.sql != second.sql or first.places != second.places or rest[0] != rest[1]:
        raise ValueError(
            f"{build.__qualname__} computes with its arguments; give what it computes as an argument."
        )
    return _planned(first, connection) if plans.is_kept_by(connection) else first


def _planned(compiled: _Compiled, connection: BaseDatabaseWrapper) -> _Compiled:
    """With what never changes written into the SQL."""
    changing = sorted(place for places in compiled.places for place in places)
    return replace(
        compiled,
        sql=plans.with_constants(compiled.sql, compiled.parameters, changing, connection),
        parameters=(None,) * len(changing),
        places=[[changing.index(place) for place in places] for places in compiled.places],
    )


def _stand_ins_compiled(
    build: Callable[..., Any], stand_ins: Sequence[Any], connection: BaseDatabaseWrapper
) -> _Compiled:
    queryset = build(*stand_ins)
    if queryset._prefetch_related_lookups:
        raise ValueError(f"{build.__qualname__} prefetches; that can't be prepared.")
    compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
    try:
        sql, parameters = compiler.as_sql()
    except EmptyResultSet as error:
        raise ValueError(f"{build.__qualname__} finds nothing, whatever it is asked.") from error
    places = [
        [place for place, found in enumerate(parameters) if _is_same(found, _adapted(value, connection))]
        for value in _single(stand_ins)
    ]
    if not all(places):
        raise ValueError(f"{build.__qualname__} doesn't ask with all of its arguments as they are.")
    converters = compiler.get_converters([column for column, *_ in compiler.select[: compiler.col_count]])
    return _Compiled(queryset, compiler, sql, tuple(parameters), places, converters)


def _stand_in(value: Any, numbers: Iterator[int]) -> Any:
    if _is_list(value):
        return [_stand_in(each, numbers) for each in value]
    if _is_constant(value):
        return value
    return _MAKERS[_type(value)](next(numbers))


def _single(values: Sequence[Any]) -> Iterator[Any]:
    """Each argument that has places, and each of a list by itself."""
    for value in values:
        if _is_list(value):
            yield from value
        elif not _is_constant(value):
            yield value


def _kind(value: Any) -> Any:
    if _is_list(value):
        return (_type(value[0]), len(value))
    return value if _is_constant(value) else _type(value)


def _type(value: Any) -> type:
    for known in _MAKERS:
        if isinstance(value, known):
            return known
    raise TypeError(f"A prepared question can't be asked with a {type(value).__name__}.")


def _is_list(value: Any) -> bool:
    return isinstance(value, Collection) and not isinstance(value, str)


def _is_constant(value: Any) -> bool:
    return value is None or isinstance(value, bool)


def _padded(values: Collection[Any]) -> list[Any]:
    """To one of a few lengths, by its last once more."""
    found = list(values)
    length = next((length for length in LENGTHS if length >= len(found)), len(found))
    return found + found[-1:] * (length - len(found))


def _adapted(value: Any, connection: BaseDatabaseWrapper) -> Any:
    """As a field of its type would hand it to this database."""
    if isinstance(value, UUID) and not connection.features.has_native_uuid_field:
        return value.hex
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, date):
        return connection.ops.adapt_datefield_value(value)
    return value


def _plain(parameter: Any) -> Any:
    """What can be compared: psycopg's wrapper of a JSON value is equal to nothing but itself."""
    return parameter.obj if isinstance(parameter, Jsonb) else parameter


def _is_same(found: Any, value: Any) -> bool:
    # PostgreSQL's integers are handed over as kinds of int that say their size; plain ones do as well.
    return isinstance(found, type(value)) and found == value
