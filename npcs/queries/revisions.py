"""What a character is made of, as a value that can be kept, compared and put back."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Field, Model, QuerySet
from encrypted_fields.fields import EncryptedFieldMixin

from npcs.models import AiProvider, KnowledgePreset, Npc, NpcCategory, NpcConfiguration, NpcRevision
from npcs.rules.comparison import Piece, pieces
from padawanforge.kit.paging import Page, page_of
from padawanforge.kit.prepared import prepared

PAGE_SIZE = 20
# Where it stands and who looks after it: no part of what it is.
NOT_DEFINING = frozenset({"id", "slug", "is_active", "is_featured", "created_by"})
# No form of the console fills it, and yet it belongs to what the character is.
ALSO_DEFINING = frozenset({"speaks_from"})
# Kept by their keys, shown by their names.
NAMED: tuple[tuple[str, type[Model]], ...] = (
    ("category", NpcCategory),
    ("provider", AiProvider),
    ("speaks_from", KnowledgePreset),
)
Definition = dict[str, Any]
# What JSON gives back as it was; of these are nearly all columns of a character.
AS_IT_IS = frozenset({str, int, bool, type(None)})


def current_revision(npc: Npc) -> NpcRevision | None:
    """The newest one: who speaks now. None for a character that has never been kept.

    `actions.revisions.take_revision` answers the same and keeps the character first when it has changed.
    """
    return next(iter(_newest(npc.pk)), None)


@prepared
def _newest(npc_id: int) -> QuerySet[NpcRevision]:
    return NpcRevision.objects.filter(npc=npc_id).order_by("-number")[:1]


def revisions_of(npc: Npc, *, cursor: str = "", limit: int = PAGE_SIZE) -> Page:
    rows = npc.revisions.select_related("created_by__profile").defer("definition")
    return page_of(rows, order=("-number",), cursor=cursor, limit=limit)


def definition_of(npc: Npc) -> Definition:
    """Every column that makes the character what it is, as plain values; no key or token among them."""
    definition = {field.name: _plain(field, npc) for field in defining_fields(Npc)}
    try:
        configuration = npc.configuration
    except ObjectDoesNotExist:
        return definition | {"configuration": None}
    fields = [field for field in defining_fields(NpcConfiguration) if field.name != "npc"]
    return definition | {"configuration": {field.name: _plain(field, configuration) for field in fields}}


@cache
def defining_fields(model: type[Model]) -> Sequence[Field]:
    """By exclusion, so that a column that is added later belongs to the revisions without being named."""
    return [
        field
        for field in model._meta.concrete_fields
        if (field.editable or field.name in ALSO_DEFINING)
        and field.name not in NOT_DEFINING
        and not isinstance(field, EncryptedFieldMixin)
    ]


def fingerprint(definition: Definition) -> str:
    text = json.dumps(definition, sort_keys=True, ensure_ascii=False, cls=DjangoJSONEncoder)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(field: Field, row: Model) -> Any:
    """As JSON will give it back, so that a stored definition equals a fresh one."""
    value = field.value_from_object(row)
    return value if type(value) in AS_IT_IS else json.loads(json.dumps(value, cls=DjangoJSONEncoder))


@dataclass(frozen=True, slots=True)
class Difference:
    """One column that is not the same in two revisions."""

    label: str
    pieces: list[Piece]


def differences(old: Definition, new: Definition) -> list[Difference]:
    """Column by column, in the order of the tables; CoSTAR after the character's own."""
    named = {name: _names(model) for name, model in NAMED}
    found = []
    for name, label in _labels(Npc):
        show = named.get(name, _shown)
        before, after = show(old.get(name)), show(new.get(name))
        if before != after:
            found.append(Difference(label, pieces(before, after)))
    teaching_before, teaching_after = old.get("configuration") or {}, new.get("configuration") or {}
    for name, label in _labels(NpcConfiguration):
        before, after = _shown(teaching_before.get(name)), _shown(teaching_after.get(name))
        if before != after:
            found.append(Difference(f"Teaching: {label.lower()}", pieces(before, after)))
    return found


def _labels(model: type[Model]) -> list[tuple[str, str]]:
    return [
        (field.name, str(field.verbose_name).capitalize())
        for field in defining_fields(model)
        if field.name != "npc"
    ]


def _names(model: type[Model]) -> Callable[[object], str]:
    def name_of(pk: object) -> str:
        row = model._default_manager.filter(pk=pk).first() if pk is not None else None
        return "" if pk is None else str(row or "one that is gone")

    return name_of


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    if isinstance(value, dict):
        return "\n".join(f"{key}: {entry}" for key, entry in value.items())
    return "" if value is None else str(value)
