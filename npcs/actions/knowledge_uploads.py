"""A knowledge file on its way: announced, sent in pieces that go on after a break, then read like any other."""

from datetime import datetime, timedelta

from django.db import transaction

from npcs.actions.knowledge import (
    DuplicateFile,
    checked_document,
    clean_name,
    delete_stored,
    keep_document,
    refuse_size,
    take_place_of,
)
from npcs.models import KnowledgeFile, Npc
from padawanforge.kit import partials
from padawanforge.kit.errors import DomainError
from padawanforge.kit.events import after_commit
from padawanforge.kit.work import WorkState
from players.models import Player

# What nobody goes on sending is thrown away after that time.
KEPT_UNFINISHED = timedelta(days=1)
# On their way to one character at once.
MAX_UNFINISHED = 50
BATCH = 100
Upload = KnowledgeFile.Upload
ON_THE_WAY = (Upload.PENDING, Upload.UPLOADING)


class UploadRefused(DomainError):
    code = "invalid"


class UploadGone(DomainError):
    code = "gone"


@transaction.atomic
def begin_upload(
    *, npc: Npc, name: str, size: int, player: Player, now: datetime, replaces: KnowledgeFile | None = None
) -> KnowledgeFile:
    """Announce a file of that many bytes."""
    # The character's row is the lock: two tabs can't both take the last place.
    Npc.objects.select_for_update(no_key=True).get(pk=npc.pk)
    if size < 1:
        raise UploadRefused("The file is empty. Check that you saved it before the upload.")
    refuse_size(size)
    if npc.knowledge_files.filter(upload_state__in=ON_THE_WAY).count() >= MAX_UNFINISHED:
        raise UploadRefused(f"{MAX_UNFINISHED} files are on their way already. Wait until some have arrived.")
    row = KnowledgeFile(
        npc=npc, file_name=clean_name(name), file_size=size, uploaded_by=player, upload_state=Upload.PENDING,
        queued_at=now,
    )  # fmt: skip
    if replaces is not None:
        take_place_of(row, replaces)
    row.save()
    return row


def receive_piece(*, file: KnowledgeFile, offset: int, piece: bytes, now: datetime) -> KnowledgeFile:
    """Add the next bytes; with the last ones the file is kept and read. The answer is the row as it is then.

    Where the process died right after the last piece, an empty one goes on from there.
    """
    with transaction.atomic():
        row = _add(file, offset=offset, piece=piece, now=now)
        refusal = _arrived(row) if row.received == row.file_size else None
    if refusal is not None:
        raise refusal
    return row


def remove_unfinished(*, now: datetime) -> int:
    """Throw away what nobody goes on sending, and what was refused on arrival; how many there were."""
    old = KnowledgeFile.objects.filter(queued_at__lt=now - KEPT_UNFINISHED).exclude(
        upload_state=Upload.COMPLETED
    )
    rows = list(old.order_by("pk")[:BATCH])
    for row in rows:
        with transaction.atomic():
            if KnowledgeFile.objects.filter(pk=row.pk).exclude(upload_state=Upload.COMPLETED).delete()[0]:
                delete_stored(row)
    return len(rows)


def _add(file: KnowledgeFile, *, offset: int, piece: bytes, now: datetime) -> KnowledgeFile:
    row = (
        KnowledgeFile.objects.select_for_update(of=("self",)).select_related("npc").filter(pk=file.pk).first()
    )
    if row is None:
        raise UploadGone("This upload is gone. Send the file again.")
    if row.upload_state not in ON_THE_WAY or offset != row.received:
        raise partials.WrongOffset(row.received)
    if row.received + len(piece) > row.file_size:
        raise UploadRefused("These are more bytes than were announced. Send the file again.")
    partials.write_at(row.uuid.hex, offset, piece)
    row.received += len(piece)
    row.upload_state, row.queued_at = Upload.UPLOADING, now
    row.save(update_fields=["received", "upload_state", "queued_at"])
    return row


def _arrived(row: KnowledgeFile) -> DomainError | None:
    """Keep the whole file; what speaks against it stays at its row, but for a text that is there already."""
    data = partials.whole(row.uuid.hex)
    after_commit(lambda: partials.forget(row.uuid.hex))
    try:
        if data is None or len(data) < row.file_size:
            raise UploadRefused("A part of the file was lost. Send it again.")
        keep_document(file=row, document=checked_document(data, name=row.file_name))
    except DuplicateFile as refusal:
        KnowledgeFile.objects.filter(pk=row.pk).delete()
        return refusal
    except DomainError as refusal:
        KnowledgeFile.objects.filter(pk=row.pk).update(
            upload_state=Upload.FAILED, state=WorkState.FAILED, last_error=str(refusal)
        )
        return refusal
    return None
