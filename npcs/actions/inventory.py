"""A player's own templates of characters: kept, published, and made into characters again."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from npcs.actions import making
from npcs.actions.knowledge import add_knowledge_file
from npcs.actions.making import Change
from npcs.actions.presets import count_use
from npcs.models import InventoryEntry, KnowledgeFile, Npc, NpcCategory, NpcConfiguration, PresetUsage
from npcs.queries.revisions import defining_fields, definition_of
from padawanforge.kit.errors import DomainError
from padawanforge.kit.events import after_commit
from padawanforge.kit.markdown import clean_text
from players.models import Player

MAX_TEMPLATES = 200
NAME_MAX_LENGTH = 100
# Belongs to the one character or to this installation's owner, not to a template.
NOT_IN_TEMPLATES = frozenset({"name", "avatar", "provider", "ai_model", "speaks_from", "posts_at_once"})


class TemplateRefused(DomainError):
    pass


def keep_template(
    *, npc: Npc, player: Player, name: str, description: str = "", document: KnowledgeFile | None = None
) -> InventoryEntry:
    """Put a copy of the character into the player's inventory, with one of its documents if wanted."""
    name = " ".join(clean_text(name).split())[:NAME_MAX_LENGTH]
    if not name:
        raise TemplateRefused("Give the template a name.")
    definition = definition_of(npc)
    entry = InventoryEntry(
        player=player,
        name=name,
        description=clean_text(description)[:2000],
        system_prompt=npc.system_prompt,
        audience=_audience(npc),
        definition={key: value for key, value in definition.items() if key not in NOT_IN_TEMPLATES},
    )
    if document is not None:
        with document.file.open("rb") as stored:
            entry.file.save("", ContentFile(stored.read()), save=False)
        entry.file_name, entry.file_type = document.file_name, document.file_type
        entry.file_size = document.file_size
    try:
        _save(entry)
    except BaseException:
        if entry.file:
            entry.file.storage.delete(entry.file.name or "")
        raise
    return entry


@transaction.atomic
def make_from_template(*, entry: InventoryEntry, player: Player, name: str) -> Npc:
    """A new draft with everything that the template holds; the template and it go separate ways."""
    values = {key: value for key, value in _known(Npc, entry.definition).items() if key != "category"}
    values |= {"name": name, "system_prompt": entry.system_prompt}
    category = entry.definition.get("category")
    npc = making.begin(player=player, values={**values, "category_id": _existing_category(category)})
    teaching = _known(NpcConfiguration, entry.definition.get("configuration") or {})
    teaching["audience"] = entry.audience
    npc = making.change(npc=npc, player=player, change=Change({}, teaching))
    count_use(kind=PresetUsage.Kind.INVENTORY, preset=entry, npc=npc, player=player)
    if entry.file:
        with entry.file.open("rb") as stored:
            add_knowledge_file(npc=npc, name=entry.file_name, content=stored.read(), player=player)
    return npc


@transaction.atomic
def change_template(*, entry: InventoryEntry, name: str, description: str, is_public: bool) -> None:
    entry.name = " ".join(clean_text(name).split())[:NAME_MAX_LENGTH] or entry.name
    entry.description = clean_text(description)[:2000]
    entry.is_public = is_public
    _save_named(entry, ["name", "description", "is_public", "updated_at"])


@transaction.atomic
def remove_template(*, entry: InventoryEntry) -> None:
    """Characters that were made from it stay as they are."""
    storage, name = entry.file.storage, entry.file.name
    entry.delete()
    if name:
        after_commit(lambda: storage.delete(name))


@transaction.atomic
def _save(entry: InventoryEntry) -> None:
    # The player's row is the lock: two tabs together don't go beyond the limit.
    player = Player.objects.select_for_update().get(pk=entry.player_id)
    if player.npc_inventory.count() >= MAX_TEMPLATES:
        raise TemplateRefused(
            f"An inventory holds {MAX_TEMPLATES} templates. Remove one that you don't need."
        )
    _save_named(entry)


def _save_named(entry: InventoryEntry, columns: list[str] | None = None) -> None:
    try:
        with transaction.atomic():
            entry.save(update_fields=columns)
    except IntegrityError as error:
        raise TemplateRefused(f"You have a template called {entry.name} already.") from error


def _audience(npc: Npc) -> str:
    try:
        return npc.configuration.audience
    except ObjectDoesNotExist:
        return ""


def _known(model: type, definition: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that there are today; a template may be older than the tables."""
    names = {field.name for field in defining_fields(model)} - NOT_IN_TEMPLATES - {"npc"}
    return {name: value for name, value in definition.items() if name in names}


def _existing_category(pk: object) -> int | None:
    known = NpcCategory.objects.filter(pk=pk) if isinstance(pk, int) else NpcCategory.objects.none()
    return known.values_list("pk", flat=True).first()
