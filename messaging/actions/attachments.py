"""Files that go along with a message."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from messaging.actions.features import refuse_files
from messaging.models import Attachment, Message
from messaging.rules.attachments import MAX_PER_MESSAGE
from padawanforge.kit.errors import DomainError

# Where a message keeps a copy of what its readers are told, so that a page of messages costs no query more.
FILES = "files"
State = Attachment.State


class TooManyFiles(DomainError):
    code = "too_long"


class FileNotReady(DomainError):
    """Not one's own, not of this channel, not looked at yet, or sent already: it is all the same."""

    code = "file"


def checked_files(uuids: Sequence[UUID]) -> list[UUID]:
    """Each once, and not too many."""
    chosen = list(dict.fromkeys(uuids))
    if len(chosen) > MAX_PER_MESSAGE:
        raise TooManyFiles(f"A message takes at most {MAX_PER_MESSAGE} files.")
    return chosen


def attach(message: Message, uuids: Sequence[UUID]) -> None:
    """Give the author's files to the message that was just stored: all of them, or the message isn't sent."""
    if not uuids:
        return
    if message.player is None:
        raise FileNotReady("Only players send files.")
    refuse_files(message.player, message.channel, timezone.now())
    mine = Attachment.objects.filter(owner=message.player, channel=message.channel, state=State.READY)
    for position, uuid in enumerate(uuids):
        # Another tab may send the same file at this moment: the conditional update lets one have it.
        free = mine.filter(uuid=uuid, message=None)
        if not free.update(message=message, position=position, expires_at=None):
            raise FileNotReady(
                "A file isn't ready or was sent already. Wait until it is there, or remove it."
            )
    note_files(message)


def note_files(message: Message) -> None:
    """Write into the message what its readers are told of its files."""
    rows = Attachment.objects.filter(message=message, state=State.READY).order_by("position", "pk")
    message.metadata = {**message.metadata, FILES: [_told(row) for row in rows]}
    if not message.metadata[FILES]:
        del message.metadata[FILES]
    message.save(update_fields=["metadata"])


def forget_files_of_deleted(*, before: datetime) -> int:
    """The files of messages that were deleted before that moment, for good."""
    return Attachment.objects.filter(message__deleted_at__lt=before).delete()[0]


def forget_files_of(player_id: int) -> None:
    """Everything that the player has sent or was about to send."""
    touched = Message.objects.filter(attachments__owner=player_id).distinct().order_by("pk")
    for message in list(touched):
        message.attachments.filter(owner=player_id).delete()
        note_files(message)
    Attachment.objects.filter(owner=player_id).delete()


def _told(row: Attachment) -> dict[str, object]:
    told = {
        "uuid": str(row.uuid),
        "kind": row.kind,
        "name": row.name,
        "alt": row.alt,
        "type": row.content_type,
        "size": row.size,
    }
    return {**told, "width": row.width, "height": row.height} if row.kind == "image" else told
