"""Pages of long lists by the key of the last row: no OFFSET, and no row twice when others come in between."""

from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet

MAX_CURSOR_LENGTH = 400


@dataclass(frozen=True, slots=True)
class Page:
    """`after` is the cursor with which the next page is asked for; empty on the last one."""

    rows: list[Any]
    after: str


def page_of(queryset: QuerySet, *, order: tuple[str, ...], cursor: str, limit: int) -> Page:
    """The next `limit` rows in this order of the model's own fields; the last of them must be unique.

    The cursor is signed: it can be passed on, but not made up.
    """
    rows = queryset.order_by(*order)
    if cursor:
        rows = rows.filter(_behind(order, _read(cursor, queryset, order)))
    found = list(rows[: limit + 1])
    after = _write(found[limit - 1], order) if len(found) > limit else ""
    return Page(found[:limit], after)


def _names(order: tuple[str, ...]) -> list[str]:
    return [field.removeprefix("-") for field in order]


def _salt(order: tuple[str, ...]) -> str:
    return f"kit.paging.{','.join(order)}"


def _write(row: Model, order: tuple[str, ...]) -> str:
    values = [field.value_to_string(row) for field in _fields(type(row), order)]
    return signing.dumps(values, salt=_salt(order))


def _fields(model: type[Model], order: tuple[str, ...]) -> list[Any]:
    return [model._meta.pk if name == "pk" else model._meta.get_field(name) for name in _names(order)]


def _read(cursor: str, queryset: QuerySet, order: tuple[str, ...]) -> list[Any]:
    try:
        if len(cursor) > MAX_CURSOR_LENGTH:
            raise signing.BadSignature
        values = signing.loads(cursor, salt=_salt(order))
    except signing.BadSignature as error:
        raise ValidationError(
            {"cursor": "This cursor is not one of ours; begin with the first page."}
        ) from error
    return [
        field.to_python(value) for field, value in zip(_fields(queryset.model, order), values, strict=True)
    ]


def _behind(order: tuple[str, ...], values: list[Any]) -> Q:
    """The rows that come after these values: (a, b) as a < x or (a = x and b < y)."""
    behind = Q(pk__in=[])
    same = Q()
    for field, name, value in zip(order, _names(order), values, strict=True):
        comparison = "lt" if field.startswith("-") else "gt"
        behind |= same & Q(**{f"{name}__{comparison}": value})
        same &= Q(**{name: value})
    return behind
