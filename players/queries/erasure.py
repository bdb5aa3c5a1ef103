"""Looks for what is left of a player: by the areas' own checks, and by searching every text of every table."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.apps import apps
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.models import Field, Model, Q, TextField
from django.db.models.functions import Cast

from players.models import AccountDeletion, Player
from players.personal_data import areas
from players.rules.erasure import holds_word

# The log of what staff did names people by their public id only and can't be changed: its hashes are a chain.
SKIPPED = {"players.AuditEntry", "players.AuditHead"}
TEXTUAL = {
    "CharField", "TextField", "JSONField", "FileField", "FilePathField", "GenericIPAddressField", "SlugField",
}  # fmt: skip
SHOWN = 80


@dataclass(frozen=True, slots=True)
class Find:
    """A place where a word still stands."""

    model: str
    pk: object
    field: str
    text: str

    def __str__(self) -> str:
        return f"{self.model} #{self.pk} {self.field}: {self.text}"


def former_player(uuid: str) -> Player | None:
    """By the public id, which a deletion leaves."""
    return Player.objects.filter(uuid=uuid).first()


def is_deleted(player: Player) -> bool:
    return AccountDeletion.objects.filter(player_uuid=player.uuid).exclude(completed_at=None).exists()


def remains_of(player_id: int) -> list[str]:
    """What the areas find, each with the area's name."""
    return [f"{area.name}: {sentence}" for area in areas() for sentence in area.remains(player_id)]


def counts_of(player_id: int) -> dict[str, dict[str, int]]:
    """How many rows of each model belong to the player, by area."""
    counts: dict[str, dict[str, int]] = {}
    for area in areas():
        rows = {label: _count(label, player_id) for label in sorted(area.models)}
        counts[area.name] = {label: count for label, count in rows.items() if count}
    return counts


def find_words(words: Iterable[str]) -> Iterator[Find]:
    """Every row of every table in which one of the words stands on its own."""
    wanted = [word for word in words if word]
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = 0")
        for model in apps.get_models(include_auto_created=True):
            if model._meta.label not in SKIPPED and not model._meta.proxy:
                yield from _find_in(model, wanted)
        yield from _find_in_sessions(wanted)


def _count(label: str, player_id: int) -> int:
    try:
        model = apps.get_model(label)
    except LookupError:
        return 0
    relations = [field for field in model._meta.concrete_fields if field.related_model is Player]
    mine = Q(pk__in=[])
    for field in relations:
        mine |= Q(**{field.attname: player_id})
    return model._default_manager.filter(mine).count()


def _find_in(model: type[Model], words: list[str]) -> Iterator[Find]:
    fields = [field for field in model._meta.concrete_fields if _is_textual(field)]
    sealed = [field for field in model._meta.concrete_fields if _is_sealed(field)]
    for field in fields:
        as_text = Cast(field.attname, TextField())
        likely = Q()
        for word in words:
            likely |= Q(as_text__icontains=word)
            # SQLite keeps JSON as it was encoded.
            likely |= Q(as_text__icontains=json.dumps(word)[1:-1])
        rows = model._base_manager.annotate(as_text=as_text).filter(likely)
        yield from _held(model, field, rows.values_list("pk", "as_text").iterator(1000), words)
    for field in sealed:
        # Sealed in the database: each value has to be opened.
        rows = model._base_manager.exclude(**{f"{field.attname}__isnull": True})
        opened = ((row.pk, field.value_from_object(row)) for row in rows.iterator(1000))
        yield from _held(model, field, opened, words)


def _held(
    model: type[Model], field: Field, rows: Iterable[tuple[object, object]], words: list[str]
) -> Iterator[Find]:
    for pk, value in rows:
        text = value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
        text = _decoded(text)
        if any(holds_word(text, word) for word in words):
            yield Find(model._meta.label, pk, field.name, text[:SHOWN])


def _decoded(text: str) -> str:
    if "\\u" not in text:
        return text
    try:
        return json.dumps(json.loads(text), ensure_ascii=False)
    except ValueError:
        return text


def _is_textual(field: Field) -> bool:
    return field.get_internal_type() in TEXTUAL and not _is_sealed(field)


def _is_sealed(field: Field) -> bool:
    return any(kind.__module__.startswith("encrypted_fields") for kind in type(field).__mro__)


def _find_in_sessions(words: list[str]) -> Iterator[Find]:
    store: SessionBase = SessionStore()
    for row in Session.objects.order_by("pk").iterator(1000):
        text = json.dumps(store.decode(row.session_data), default=str, ensure_ascii=False)
        if any(holds_word(text, word) for word in words):
            yield Find("sessions.Session", row.session_key[:8], "session_data", text[:SHOWN])
