"""Files that come with the form of a message, where no script has uploaded them before."""

from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils import timezone

from messaging.actions.uploads import FileRefused, FileTooLarge, receive_whole
from messaging.models import Attachment, Channel
from messaging.queries.attachments import uploads_of
from messaging.rules.attachments import in_words


def files_of_form(request: HttpRequest, channel: Channel | None) -> dict[str, list[UUID]]:
    """What `say` is given: the uploads that were chosen, and the files that came along; {} without any."""
    chosen = [file.uuid for file in unsent_of_form(request)]
    files = request.FILES.getlist("files")
    if files and channel is None:
        raise FileRefused("Begin with a message without files. Then you can send some.")
    chosen += [_received(request, channel, file).uuid for file in files if channel is not None]
    return {"attachments": chosen} if chosen else {}


def unsent_of_form(request: HttpRequest) -> list[Attachment]:
    """The uploads that are waiting for this message; kept with the request, for a refusal shows them again."""
    known = getattr(request, "unsent_files", None)
    if known is None:
        ids = [_uuid(text) for text in request.POST.getlist("attachments")[:20]]
        known = uploads_of(request.user, [uuid for uuid in ids if uuid])
        request.unsent_files = known
    return known


def _received(request: HttpRequest, channel: Channel, file: UploadedFile) -> Attachment:
    if file.size > settings.ATTACHMENT_MAX_BYTES:
        limit = in_words(settings.ATTACHMENT_MAX_BYTES)
        raise FileTooLarge(f"{file.name} is too large. A file has at most {limit}.")
    about = {"player": request.user, "channel": channel, "now": timezone.now()}
    received = receive_whole(name=file.name, data=file.read(), **about)
    request.unsent_files.append(received)
    return received


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
