"""Files under messages, as readers and their owners find them."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q
from django.urls import reverse

from messaging.models import Attachment, Channel, Message
from messaging.rules.attachments import in_words
from padawanforge.kit.downloads import Download
from players.models import Player

State = Attachment.State


def told_files(message: Message) -> list[dict[str, object]]:
    """What a page needs to show the files of the message."""
    return [{**file, **_addresses(file["uuid"], file["kind"])} for file in message.files]


def files_as_evidence(message: Message) -> list[dict]:
    """By which a file can be known again when it is gone; asks only where there are any."""
    if "files" not in message.metadata:
        return []
    rows = Attachment.objects.filter(message=message, state=State.READY).order_by("position", "pk")
    return [dict(row) for row in rows.values("name", "content_type", "size", "sha256")]


def attachment_of(uuid: UUID) -> Attachment | None:
    """Whoever asks: `messaging.permissions.may_see_file` says whether it is for his eyes."""
    return Attachment.objects.select_related("message", "channel").filter(uuid=uuid).first()


def download_of(attachment: Attachment, *, preview: bool = False) -> Download:
    """Our own pictures to look at, everything else to save."""
    return Download(
        stored=attachment.preview if preview else attachment.file,
        name=attachment.name,
        content_type=attachment.content_type,
        etag=f'"{attachment.sha256[:32]}{"-p" if preview else ""}"',
        is_shown=attachment.kind == Attachment.Kind.IMAGE,
    )


def upload_of(player: Player, uuid: UUID) -> Attachment | None:
    """An upload of the player's own that isn't sent yet."""
    mine = Attachment.objects.filter(_unsent(player), uuid=uuid)
    return mine.select_related("channel").first()


def uploads_of(player: Player, uuids: Sequence[UUID]) -> list[Attachment]:
    """The same for several, each once, in the order in which they are named."""
    mine = Attachment.objects.filter(_unsent(player), uuid__in=uuids)
    return sorted(mine, key=lambda file: uuids.index(file.uuid))


def unsent_in(player: Player, channel: Channel) -> list[Attachment]:
    """What the player has uploaded for a message here and not sent, in order; also what is not all here yet."""
    return list(Attachment.objects.filter(_unsent(player), channel=channel).order_by("pk"))


def upload_data(attachment: Attachment) -> dict[str, object]:
    """How far an upload is, for its owner."""
    return {
        "uuid": str(attachment.uuid),
        "name": attachment.name,
        "alt": attachment.alt,
        "kind": attachment.kind,
        "size": attachment.size,
        "size_words": in_words(attachment.size),
        "offset": attachment.received,
        "state": attachment.state,
        "problem": attachment.problem,
        "width": attachment.width,
        "height": attachment.height,
        **(_addresses(str(attachment.uuid), attachment.kind) if attachment.state == State.READY else {}),
    }


def _unsent(player: Player) -> Q:
    """A refused file without a name was removed; its row only counts for the quota."""
    return Q(owner=player, message=None) & ~Q(state=State.REFUSED, name="")


def _addresses(uuid: str, kind: str) -> dict[str, str]:
    address = reverse("messaging:file", args=[uuid])
    if kind != Attachment.Kind.IMAGE:
        return {"url": address}
    return {"url": address, "preview_url": reverse("messaging:file-preview", args=[uuid])}
