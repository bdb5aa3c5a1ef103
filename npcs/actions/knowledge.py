import hashlib
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from npcs.actions.revisions import keep_change
from npcs.knowledge.extract import KINDS, kind_of
from npcs.models import KnowledgeFile, KnowledgePreset, Npc
from npcs.queries.knowledge import documents_of
from padawanforge.kit import partials, uploads
from padawanforge.kit.errors import DomainError
from padawanforge.kit.events import after_commit
from padawanforge.kit.jobs import enqueue
from padawanforge.kit.markdown import clean_text
from padawanforge.kit.work import WorkState
from players.models import Player

NAME_MAX_LENGTH = 200
DESCRIPTION_MAX_LENGTH = 300
PLACE_MAX_LENGTH = 80


class DuplicateFile(DomainError):
    pass


class FileTooLarge(DomainError):
    pass


class FileBeingRead(DomainError):
    pass


class NotItsDocument(DomainError):
    pass


class FileRefused(DomainError):
    code = "invalid"


@dataclass(frozen=True, slots=True)
class Document:
    data: bytes
    name: str
    file_type: str


def checked_document(content: bytes | File, *, name: str) -> Document:
    """The bytes of an uploaded document, its cleaned name and its type; what is plainly unusable is refused."""
    data = _bytes_of(content)
    name = clean_name(name)
    if complaint := uploads.scanned(data):
        raise FileRefused(f"This file was refused: {complaint}")
    return Document(data, name, KINDS[kind_of(data, name=name)])


def add_knowledge_file(
    *,
    npc: Npc,
    name: str,
    content: bytes | File,
    player: Player | None,
    place: str = "",
    preset: KnowledgePreset | None = None,
) -> KnowledgeFile:
    """Keep the file and have it read in the background; what is plainly unusable is refused at once."""
    row = KnowledgeFile(npc=npc, uploaded_by=player, place=place, preset=preset)
    return keep_document(file=row, document=checked_document(content, name=name))


def replace_file(
    *, file: KnowledgeFile, name: str, content: bytes | File, player: Player | None
) -> KnowledgeFile:
    """Have another document read in place of this one, which answers until that is done."""
    row = KnowledgeFile(npc=file.npc, uploaded_by=player)
    take_place_of(row, file)
    return keep_document(file=row, document=checked_document(content, name=name))


def take_place_of(row: KnowledgeFile, file: KnowledgeFile) -> None:
    """Let the new row stand where the other one stands; a replacement that has failed makes way."""
    if pending := KnowledgeFile.objects.filter(replaces=file.pk).first():
        if pending.state != WorkState.FAILED:
            raise FileBeingRead(f"{file.file_name} is being replaced already.")
        remove_file(file=pending)
    row.replaces = file
    row.place, row.description, row.is_active = file.place, file.description, file.is_active
    row.preset_id = file.preset_id


def keep_document(*, file: KnowledgeFile, document: Document) -> KnowledgeFile:
    """Store the document under the row and have it read; the same content is kept once for a character."""
    file.file_hash = hashlib.sha256(document.data).hexdigest()
    known = (
        KnowledgeFile.objects.filter(npc=file.npc_id, file_hash=file.file_hash).exclude(pk=file.pk).first()
    )
    if known is not None:
        raise DuplicateFile(f"{file.npc.name} already has this text, as {known.file_name}.")
    file.file_name, file.file_type = document.name, document.file_type
    file.file_size = file.received = len(document.data)
    file.upload_state, file.queued_at = KnowledgeFile.Upload.COMPLETED, timezone.now()
    file.file.save("", ContentFile(document.data), save=False)
    try:
        _save_and_enqueue(file)
    except IntegrityError as error:
        # Somebody sent the same file in the same moment, or replaces the same one.
        file.file.storage.delete(file.file.name or "")
        raise DuplicateFile(f"{file.npc.name} already has this text, or is getting it just now.") from error
    return file


@transaction.atomic
def retry_file(*, file: KnowledgeFile) -> None:
    """Read the file again, from the beginning and with all its attempts."""
    is_idle = KnowledgeFile.objects.arrived().filter(pk=file.pk, state__in=[WorkState.FAILED, WorkState.DONE])
    if not is_idle.update(state=WorkState.WAITING, attempts=0, queued_at=timezone.now(), last_error=""):
        raise FileBeingRead(f"{file.file_name} is being read already, or has not arrived.")
    enqueue("npcs.ingest", pk=file.pk)


@transaction.atomic
def remove_file(*, file: KnowledgeFile) -> bool:
    """Forget the file, its passages and what lies in the storage; False when somebody already had."""
    deleted, _ = KnowledgeFile.objects.filter(pk=file.pk).delete()
    if not deleted:
        return False
    Npc.objects.filter(pk=file.npc_id).update(knowledge_version=F("knowledge_version") + 1)
    delete_stored(file)
    return True


@transaction.atomic
def set_file_active(*, file: KnowledgeFile, is_active: bool) -> bool:
    """Let the character use the file, or set it aside; False when that was so already."""
    other = KnowledgeFile.objects.filter(pk=file.pk, is_active=not is_active)
    if not other.update(is_active=is_active):
        return False
    Npc.objects.filter(pk=file.npc_id).update(knowledge_version=F("knowledge_version") + 1)
    return True


@transaction.atomic
def describe_file(*, file: KnowledgeFile, description: str, place: str) -> None:
    """What people are told about the file, and where the character knows it: "" for everywhere."""
    KnowledgeFile.objects.filter(pk=file.pk).update(
        description=clean_text(description)[:DESCRIPTION_MAX_LENGTH], place=place[:PLACE_MAX_LENGTH]
    )
    Npc.objects.filter(pk=file.npc_id).update(knowledge_version=F("knowledge_version") + 1)


def delete_stored(file: KnowledgeFile) -> None:
    """Take the file from the storage, and what has arrived of it, once its row is gone for good."""
    storage, name, part = file.file.storage, file.file.name, file.uuid.hex

    def delete() -> None:
        partials.forget(part)
        if name:
            storage.delete(name)

    after_commit(delete)


def clean_name(name: str) -> str:
    """The last part of a path, without anything that is invisible or looks like markup of a path."""
    last = PurePosixPath(clean_text(name).replace("\\", "/")).name
    shown = "".join(c for c in last if c not in "<>\n\t" and unicodedata.category(c)[0] != "C")
    shown = " ".join(shown.split()).lstrip(".") or "untitled"
    path = PurePosixPath(shown)
    ending = path.suffix[:20]
    return path.stem[: NAME_MAX_LENGTH - len(ending)] + ending


def _bytes_of(content: bytes | File) -> bytes:
    size = len(content) if isinstance(content, bytes) else content.size
    refuse_size(size)
    return content if isinstance(content, bytes) else content.read()


def refuse_size(size: int) -> None:
    limit = settings.KNOWLEDGE_FILE_MAX_BYTES
    if size > limit:
        raise FileTooLarge(
            f"The file has {size / 1024**2:.1f} MB, and at most {limit / 1024**2:.0f} MB are read. Split it."
        )


@transaction.atomic
def _save_and_enqueue(row: KnowledgeFile) -> None:
    row.save()
    enqueue("npcs.ingest", pk=row.pk)


@transaction.atomic
def narrow_knowledge(*, npc: Npc, preset: KnowledgePreset | None, player: Player | None = None) -> None:
    """Let the character answer from its copies of one document of the library, or from all its notes again."""
    stored = Npc.objects.select_for_update().get(pk=npc.pk)
    if preset is not None and not documents_of(npc).filter(pk=preset.pk).exists():
        raise NotItsDocument(f"{npc.name} has no copy of {preset.name}.")
    npc.speaks_from = stored.speaks_from = preset
    stored.save(update_fields=["speaks_from", "updated_at"])
    keep_change(npc=stored, player=player)
