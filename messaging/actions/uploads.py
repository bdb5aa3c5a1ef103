"""A file on its way: announced, sent in pieces, looked at, ready to be sent along with a message."""

import hashlib
import logging
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q, Sum
from django.utils import timezone

from messaging import permissions
from messaging.actions.features import refuse_files
from messaging.models import Attachment, Channel
from messaging.refusals import MayNotPost, MessageGone
from messaging.rules import attachments as rules
from padawanforge.kit import partials, uploads
from padawanforge.kit.errors import DomainError
from padawanforge.kit.jobs import enqueue
from players.models import Player

logger = logging.getLogger(__name__)

FOLDER = "attachments"
# What is never sent along with a message is thrown away after that time.
KEPT_UNSENT = timedelta(days=1)
A_DAY = timedelta(days=1)
# Looking at a file takes seconds; who has not finished by then is dead.
LOOKED_AT_WITHIN = timedelta(minutes=5)
BATCH = 200
REMOVED = "Removed."
State = Attachment.State


class FileRefused(DomainError):
    code = "invalid"


class FileTooLarge(DomainError):
    code = "too_long"


class QuotaReached(DomainError):
    code = "quota"


@transaction.atomic
def begin_upload(
    *, player: Player, channel: Channel, name: str, size: int, now: datetime, alt: str = ""
) -> Attachment:
    """Announce a file of that many bytes for a message in the channel."""
    # The player's row is the lock: two tabs can't both take what is left of the quota.
    Player.objects.select_for_update(no_key=True).get(pk=player.pk)
    if not permissions.may_post(player, channel):
        raise MayNotPost("You can read here, but not write.")
    refuse_files(player, channel, now)
    _refuse_size(player, size, now)
    return Attachment.objects.create(
        owner=player,
        channel=channel,
        name=rules.clean_name(name),
        alt=alt.strip()[: rules.ALT_LENGTH],
        size=size,
        expires_at=now + KEPT_UNSENT,
    )


@transaction.atomic
def receive_piece(*, attachment: Attachment, offset: int, piece: bytes, now: datetime) -> Attachment:
    """Add the next bytes; with the last ones the file is looked at. The answer is the row as it is then."""
    row = Attachment.objects.select_for_update().filter(pk=attachment.pk).first()
    if row is None:
        raise MessageGone("This upload is gone. Send the file again.")
    if row.state != State.UPLOADING or offset != row.received:
        raise partials.WrongOffset(row.received)
    if row.received + len(piece) > row.size:
        raise FileTooLarge("These are more bytes than were announced. Send the file again.")
    partials.write_at(row.uuid.hex, offset, piece)
    row.received += len(piece)
    row.expires_at = now + KEPT_UNSENT
    if row.received == row.size:
        row.state = State.CHECKING
        enqueue("messaging.check_upload", pk=row.pk)
    row.save(update_fields=["received", "expires_at", "state"])
    return row


def receive_whole(
    *, player: Player, channel: Channel, name: str, data: bytes, now: datetime, alt: str = ""
) -> Attachment:
    """A file in one piece, as forms send it; it is ready, or refused by its content."""
    attachment = begin_upload(player=player, channel=channel, name=name, size=len(data), now=now, alt=alt)
    receive_piece(attachment=attachment, offset=0, piece=data, now=now)
    check_upload(pk=attachment.pk)
    attachment.refresh_from_db()
    if attachment.state == State.REFUSED:
        raise FileRefused(f"{attachment.name}: {attachment.problem}")
    return attachment


def check_upload(*, pk: int) -> None:
    """Look at a file that has arrived: keep what may be kept, refuse the rest. Twice is the same as once."""
    attachment = Attachment.objects.filter(pk=pk, state=State.CHECKING).first()
    if attachment is None:
        return
    data = partials.whole(attachment.uuid.hex)
    try:
        found = _kept(attachment, data)
    except DomainError as refusal:
        found = {"state": State.REFUSED, "problem": str(refusal)[:200], "file": "", "preview": ""}
    # Another worker, or the owner who has removed it, may have been faster.
    if not Attachment.objects.filter(pk=pk, state=State.CHECKING).update(**found):
        forget_files([str(found["file"]), str(found["preview"])])
    partials.forget(attachment.uuid.hex)


def describe(*, attachment: Attachment, alt: str) -> None:
    """What the picture shows, in words; as long as it isn't sent."""
    Attachment.objects.filter(pk=attachment.pk, message=None).update(alt=alt.strip()[: rules.ALT_LENGTH])


@transaction.atomic
def remove_upload(*, attachment: Attachment) -> bool:
    """Take back a file that isn't sent yet; the row stays for a day, for it counts for the day's quota."""
    row = Attachment.objects.select_for_update().filter(pk=attachment.pk, message=None).first()
    if row is None:
        return False
    leave_nothing(row)
    Attachment.objects.filter(pk=row.pk).update(
        state=State.REFUSED, problem=REMOVED, file="", preview="", name="", alt="",
        expires_at=row.created_at + A_DAY,
    )  # fmt: skip
    return True


def remove_expired_uploads(*, now: datetime) -> int:
    """Throw away what was never sent; the files go with the rows."""
    old = Attachment.objects.filter(expires_at__lt=now, message=None).order_by("expires_at")
    rows = Attachment.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:BATCH]), message=None)
    return rows.delete()[0]


def check_forgotten_uploads(*, now: datetime) -> int:
    """Send again what a restart has lost; how many there were."""
    # The last piece set the end of its time anew, so that tells when it came.
    last_piece_before = now + KEPT_UNSENT - LOOKED_AT_WITHIN
    waiting = Attachment.objects.filter(state=State.CHECKING, expires_at__lt=last_piece_before)
    ids = list(waiting.order_by("pk").values_list("pk", flat=True)[:BATCH])
    for pk in ids:
        enqueue("messaging.check_upload", pk=pk)
    return len(ids)


def leave_nothing(attachment: Attachment) -> None:
    """Delete what lies in the storage for the row, once the surrounding transaction is saved."""
    part, files = attachment.uuid.hex, [attachment.file, attachment.preview]

    def delete() -> None:
        partials.forget(part)
        forget_files(files)

    transaction.on_commit(delete)


def forget_files(names: list[str]) -> None:
    for name in filter(None, names):
        default_storage.delete(name)


def _refuse_size(player: Player, size: int, now: datetime) -> None:
    if size < 1:
        raise FileRefused("This file is empty.")
    if size > settings.ATTACHMENT_MAX_BYTES:
        limit = rules.in_words(settings.ATTACHMENT_MAX_BYTES)
        raise FileTooLarge(f"This file is too large. A file has at most {limit}.")
    mine = Attachment.objects.filter(owner=player)
    unsent = mine.filter(message=None).exclude(state=State.REFUSED)
    if unsent.count() >= rules.MAX_UNSENT:
        raise QuotaReached(f"{rules.MAX_UNSENT} of your files wait to be sent. Send or remove some first.")
    if _bytes_of(mine.filter(created_at__gt=now - A_DAY)) + size > settings.ATTACHMENTS_DAY_BYTES:
        limit = rules.in_words(settings.ATTACHMENTS_DAY_BYTES)
        raise QuotaReached(f"You can upload {limit} within a day. Try again tomorrow.")
    if _bytes_of(mine.filter(~Q(state=State.REFUSED))) + size > settings.ATTACHMENTS_TOTAL_BYTES:
        limit = rules.in_words(settings.ATTACHMENTS_TOTAL_BYTES)
        raise QuotaReached(f"{limit} are kept of your files. Delete messages with files first.")


def _bytes_of(rows: object) -> int:
    return rows.aggregate(total=Sum("size"))["total"] or 0  # type: ignore[attr-defined]


def _kept(attachment: Attachment, data: bytes | None) -> dict[str, object]:
    """Store what may be kept; the columns that say so."""
    if data is None or len(data) < attachment.size:
        raise FileRefused("A part of the file was lost. Send it again.")
    if complaint := uploads.scanned(data):
        raise FileRefused(f"This file was refused: {complaint}")
    if uploads.is_picture(data):
        return _picture(attachment, uploads.whole(data))
    content_type = rules.type_of(data)
    if content_type is None:
        raise FileRefused("Send a picture, a PDF or a text (plain, Markdown, CSV).")
    columns = {"kind": Attachment.Kind.FILE, "file": _store(data), "preview": ""}
    return {**columns, **_known(attachment, data, content_type)}


def _picture(attachment: Attachment, drawn: uploads.Drawn) -> dict[str, object]:
    return {
        "kind": Attachment.Kind.IMAGE,
        "file": _store(drawn.data),
        "preview": _store(drawn.preview),
        "width": drawn.width,
        "height": drawn.height,
        **_known(attachment, drawn.data, rules.PICTURE),
    }


def _known(attachment: Attachment, data: bytes, content_type: str) -> dict[str, object]:
    return {
        "state": State.READY,
        "name": rules.name_as(attachment.name, content_type),
        "content_type": content_type,
        "size": len(data),
        "received": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "expires_at": timezone.now() + KEPT_UNSENT,
    }


def _store(data: bytes) -> str:
    return default_storage.save(f"{FOLDER}/{secrets.token_hex(16)}", ContentFile(data))
