"""Files under messages: given out to readers, and taken in from owners in pieces."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from messaging.actions import uploads
from messaging.models import Attachment
from messaging.permissions import may_see_file
from messaging.queries.attachments import attachment_of, download_of, unsent_in, upload_data, upload_of
from messaging.views.lookups import channel_of
from padawanforge.kit import access, pieces
from padawanforge.kit.downloads import give_out
from padawanforge.kit.errors import DomainError
from padawanforge.kit.pieces import PIECE_MAX_BYTES


@access.signed_in
@require_safe
def file(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The file itself: our own pictures to look at, everything else to save."""
    return give_out(request, download_of(_seen(request, uuid)))


@access.signed_in
@require_safe
def file_preview(request: HttpRequest, uuid: UUID) -> HttpResponse:
    attachment = _seen(request, uuid)
    if not attachment.preview:
        raise Http404
    return give_out(request, download_of(attachment, preview=True))


@access.signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def uploads_of_channel(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What I have uploaded here and not sent; POST `name` and `size` (JSON) announces one more."""
    channel = channel_of(request, uuid)
    if request.method != "POST":
        return JsonResponse({"uploads": [upload_data(row) for row in unsent_in(request.user, channel)]})
    said = pieces.announced(request)
    try:
        attachment = uploads.begin_upload(
            player=request.user, channel=channel, name=said["name"], size=said["size"], now=timezone.now()
        )
    except DomainError as refusal:
        return pieces.refused(refusal)
    return JsonResponse({**upload_data(attachment), "piece": PIECE_MAX_BYTES}, status=201)


@access.signed_in
@require_http_methods(["GET", "HEAD", "PATCH", "DELETE"])
def upload(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """How far the upload is; PATCH adds the bytes at `Upload-Offset`, DELETE takes the file back."""
    attachment = upload_of(request.user, uuid)
    if attachment is None:
        raise Http404
    if request.method == "DELETE":
        uploads.remove_upload(attachment=attachment)
        return HttpResponse(status=204)
    if request.method == "PATCH":
        return _receive(request, attachment)
    return _state_of(attachment)


@access.signed_in
@require_POST
def upload_describe(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What the picture shows, in words."""
    attachment = upload_of(request.user, uuid)
    if attachment is None:
        raise Http404
    uploads.describe(attachment=attachment, alt=request.POST.get("alt", ""))
    return HttpResponse(status=204)


def _receive(request: HttpRequest, attachment: Attachment) -> HttpResponse:
    if problem := pieces.problem_with(request):
        return problem
    try:
        attachment = uploads.receive_piece(
            attachment=attachment, offset=pieces.offset_of(request), piece=request.body, now=timezone.now()
        )
    except DomainError as refusal:
        return pieces.refused(refusal)
    attachment.refresh_from_db()
    return _state_of(attachment)


def _state_of(attachment: Attachment) -> HttpResponse:
    return pieces.state(upload_data(attachment), offset=attachment.received, size=attachment.size)


def _seen(request: HttpRequest, uuid: UUID) -> Attachment:
    attachment = attachment_of(uuid)
    if attachment is None or not may_see_file(request.user, attachment):
        raise Http404
    return attachment
