import hashlib
import unicodedata
from pathlib import PurePosixPath

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from npcs.knowledge.extract import extract
from npcs.models import KnowledgeFile, Npc
from padawanforge.kit.errors import DomainError
from padawanforge.kit.events import after_commit
from padawanforge.kit.jobs import enqueue
from padawanforge.kit.markdown import clean_text
from padawanforge.kit.work import WorkState
from players.models import Player

NAME_MAX_LENGTH = 200
TYPES = {"text": "text/plain", "markdown": "text/markdown", "pdf": "application/pdf"}


class DuplicateFile(DomainError):
    pass


class FileTooLarge(DomainError):
    pass


class FileBeingRead(DomainError):
    pass


def add_knowledge_file(*, npc: Npc, name: str, content: bytes | File, player: Player | None) -> KnowledgeFile:
    """Keep the file and have it read in the background; what is plainly unusable is refused at once."""
    data = _bytes_of(content)
    name = clean_name(name)
    digest = hashlib.sha256(data).hexdigest()
    if known := npc.knowledge_files.filter(file_hash=digest).first():
        raise DuplicateFile(f"{npc.name} already has this text, as {known.file_name}.")
    row = KnowledgeFile(
        npc=npc,
        file_name=name,
        file_type=TYPES[_kind_of(data, name=name)],
        file_size=len(data),
        file_hash=digest,
        uploaded_by=player,
    )
    row.file.save("", ContentFile(data), save=False)
    try:
        _save_and_enqueue(row)
    except IntegrityError as error:
        # Somebody sent the same file in the same moment.
        row.file.storage.delete(row.file.name or "")
        raise DuplicateFile(f"{npc.name} already has this text.") from error
    return row


@transaction.atomic
def retry_file(*, file: KnowledgeFile) -> None:
    """Read the file again, from the beginning and with all its attempts."""
    is_idle = KnowledgeFile.objects.filter(pk=file.pk, state__in=[WorkState.FAILED, WorkState.DONE])
    if not is_idle.update(state=WorkState.WAITING, attempts=0, queued_at=timezone.now(), last_error=""):
        raise FileBeingRead(f"{file.file_name} is being read already.")
    enqueue("npcs.ingest", pk=file.pk)


@transaction.atomic
def remove_file(*, file: KnowledgeFile) -> bool:
    """Forget the file, its passages and what lies on the disk; False when somebody already had."""
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


def delete_stored(file: KnowledgeFile) -> None:
    """Take the file from the disk once its row is gone for good."""
    storage, name = file.file.storage, file.file.name
    after_commit(lambda: storage.delete(name or ""))


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
    limit = settings.KNOWLEDGE_FILE_MAX_BYTES
    if size > limit:
        raise FileTooLarge(
            f"The file has {size / 1024**2:.1f} MB, and at most {limit / 1024**2:.0f} MB are read. Split it."
        )
    return content if isinstance(content, bytes) else content.read()


def _kind_of(data: bytes, *, name: str) -> str:
    """By content. Texts are quick to check here and now; a PDF is opened in the background only."""
    return "pdf" if b"%PDF-" in data[:1024] else extract(data, name=name).kind


@transaction.atomic
def _save_and_enqueue(row: KnowledgeFile) -> None:
    row.save()
    enqueue("npcs.ingest", pk=row.pk)
