"""Using a preset copies it: what the character then has is its own, and the use is counted."""

import hashlib
from typing import Any

from django.core.files.base import ContentFile, File
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from npcs.actions.knowledge import add_knowledge_file, checked_document
from npcs.models import InventoryEntry, KnowledgeFile, KnowledgePreset, Npc, PresetUsage
from padawanforge.kit.errors import DomainError
from padawanforge.kit.events import after_commit
from players.models import Player


class DuplicatePreset(DomainError):
    pass


@transaction.atomic
def count_use(*, kind: str, preset: Any, npc: Npc, player: Player) -> PresetUsage:
    """Note that the player copied the preset or template into the character."""
    used = PresetUsage.objects.create(preset_type=kind, npc=npc, player=player, **{kind: preset})
    counted: dict[str, Any] = {"usage_count": F("usage_count") + 1}
    if isinstance(preset, InventoryEntry):
        counted["last_used_at"] = timezone.now()
    type(preset).objects.filter(pk=preset.pk).update(**counted)
    return used


@transaction.atomic
def use_document(*, preset: KnowledgePreset, npc: Npc, player: Player) -> KnowledgeFile:
    """Give the character a copy of the document; it is read like any other file."""
    with preset.file.open("rb") as stored:
        file = add_knowledge_file(npc=npc, name=preset.file_name, content=stored.read(), player=player)
    KnowledgeFile.objects.filter(pk=file.pk).update(preset=preset, description=preset.description[:300])
    count_use(kind=PresetUsage.Kind.KNOWLEDGE, preset=preset, npc=npc, player=player)
    return file


def keep_document(*, preset: KnowledgePreset, content: File) -> KnowledgePreset:
    """Save the preset with this document in place of the one that it had."""
    document = checked_document(content, name=content.name or "")
    digest = hash_of(document.data)
    if KnowledgePreset.objects.filter(file_hash=digest).exclude(pk=preset.pk).exists():
        raise DuplicatePreset("The library has this document already.")
    former = preset.file.name if preset.pk else ""
    preset.file_name, preset.file_type = document.name, document.file_type
    preset.file_size, preset.file_hash = len(document.data), digest
    preset.file.save("", ContentFile(document.data), save=False)
    try:
        with transaction.atomic():
            preset.save()
    except IntegrityError as error:
        preset.file.storage.delete(preset.file.name or "")
        raise DuplicatePreset("The library has this document, or one of this name, already.") from error
    if former:
        storage = preset.file.storage
        after_commit(lambda: storage.delete(former))
    return preset


def hash_of(data: bytes) -> str:
    """By which a library knows a document again."""
    return hashlib.sha256(data).hexdigest()


@transaction.atomic
def remove_document(*, preset: KnowledgePreset) -> None:
    """Copies that characters have stay with them."""
    storage, name = preset.file.storage, preset.file.name
    preset.delete()
    after_commit(lambda: storage.delete(name or ""))
