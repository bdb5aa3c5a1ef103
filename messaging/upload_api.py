"""Files for messages, for programs: announced, sent in pieces, described, taken back; the same verbs as on the pages."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from messaging import permissions
from messaging.actions import uploads
from messaging.models import Attachment, Channel
from messaging.queries.attachments import attachment_of, download_of, unsent_in, upload_data, upload_of
from messaging.refusals import NotMember
from messaging.rules.attachments import ALT_LENGTH
from messaging.rules.direct import DIRECT
from padawanforge.kit import access
from padawanforge.kit.downloads import give_out
from padawanforge.kit.pieces import PIECE_MAX_BYTES, SIZE_MAX
from players.api.auth import need_scope
from players.models import ApiToken

router = Router(tags=["files for messages"])
# The body of a piece is the bytes themselves.
PIECE = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class UploadIn(Schema):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=1000, description="With its ending.")
    size: int = Field(ge=0, lt=SIZE_MAX, description="In bytes.")
    alt: str = Field("", max_length=ALT_LENGTH, description="What a picture shows, in words.")


class AltIn(Schema):
    model_config = ConfigDict(extra="forbid")

    alt: str = Field(max_length=ALT_LENGTH)


class UploadOut(Schema):
    """`state`: uploading, checking, ready or refused, for the reason in `problem`. Ready ones can be sent."""

    uuid: UUID
    name: str
    alt: str
    kind: str
    size: int
    offset: int = Field(description="How many bytes are here: where the next piece begins.")
    state: str
    problem: str
    width: int | None
    height: int | None
    piece: int = Field(PIECE_MAX_BYTES, description="How many bytes a piece may have.")


class UploadsOut(Schema):
    uploads: list[UploadOut]


@router.get("/channels/{uuid:room}/uploads", response={200: UploadsOut}, summary="My files that wait here")
@access.scope("rooms:read")
@access.signed_in
def upload_list(request: HttpRequest, room: UUID) -> dict[str, object]:
    """What I have uploaded for a message in this channel and not sent."""
    channel = _channel(request, room, conversations="messages:read")
    return {"uploads": [upload_data(row) for row in unsent_in(request.user, channel)]}


@router.post("/channels/{uuid:room}/uploads", response={201: UploadOut}, summary="Announce a file")
@access.scope("rooms:write")
@access.signed_in
def upload_begin(request: HttpRequest, room: UUID, data: UploadIn) -> Status:
    """For a message in this channel. What isn't sent within a day is thrown away."""
    channel = _channel(request, room, conversations="messages:write")
    attachment = uploads.begin_upload(
        player=request.user, channel=channel, name=data.name, size=data.size, now=timezone.now(), alt=data.alt
    )
    return Status(201, upload_data(attachment))


@router.get("/me/uploads/{uuid:uuid}", response={200: UploadOut}, summary="How far an upload is")
@access.scope("rooms:read")
@access.signed_in
def upload_detail(request: HttpRequest, uuid: UUID) -> dict[str, Any]:
    return upload_data(_upload(request, uuid, conversations="messages:read"))


@router.put(
    "/me/uploads/{uuid:uuid}/piece", response={200: UploadOut}, summary="Send a piece", openapi_extra=PIECE
)
@access.scope("rooms:write")
@access.signed_in
def upload_piece(
    request: HttpRequest,
    uuid: UUID,
    offset: int = Query(ge=0, lt=SIZE_MAX, description="At which byte of the file it begins."),
) -> dict[str, Any]:
    """The bytes themselves are the body. With the last piece the file is looked at, in the background."""
    attachment = _upload(request, uuid, conversations="messages:write")
    if len(request.body) > PIECE_MAX_BYTES:
        raise uploads.FileTooLarge(f"A piece has at most {PIECE_MAX_BYTES} bytes.")
    uploads.receive_piece(attachment=attachment, offset=offset, piece=request.body, now=timezone.now())
    return upload_data(_upload(request, uuid, conversations="messages:write"))


@router.patch("/me/uploads/{uuid:uuid}", response={200: UploadOut}, summary="Say what a picture shows")
@access.scope("rooms:write")
@access.signed_in
def upload_describe(request: HttpRequest, uuid: UUID, data: AltIn) -> dict[str, Any]:
    """As long as it isn't sent."""
    uploads.describe(attachment=_upload(request, uuid, conversations="messages:write"), alt=data.alt)
    return upload_data(_upload(request, uuid, conversations="messages:write"))


@router.delete("/me/uploads/{uuid:uuid}", response={204: None}, summary="Take a file back")
@access.scope("rooms:write")
@access.signed_in
def upload_remove(request: HttpRequest, uuid: UUID) -> Status:
    """Before it is sent; it still counts for what may be uploaded within a day."""
    uploads.remove_upload(attachment=_upload(request, uuid, conversations="messages:write"))
    return Status(204, None)


@router.get("/files/{uuid:uuid}", response={200: bytes}, summary="A file of a message")
@access.scope("rooms:read")
@access.signed_in
def file_detail(
    request: HttpRequest,
    uuid: UUID,
    preview: bool = Query(False, description="Of a picture, the small one."),
) -> HttpResponse:
    """The bytes, for whoever may read the message; before it is sent, for who uploaded it.

    With `If-None-Match` and the `ETag` of an earlier answer 304 comes back.
    """
    attachment = attachment_of(uuid)
    if attachment is None or not permissions.may_see_file(request.user, attachment):
        raise Http404
    _need_scope(request, attachment.channel, "messages:read")
    if preview and not attachment.preview:
        raise Http404
    # A program has nothing to show: whoever opens the address in a browser saves it.
    return give_out(request, replace(download_of(attachment, preview=preview), is_shown=False))


def _channel(request: HttpRequest, room: UUID, *, conversations: str) -> Channel:
    try:
        channel = permissions.reading(request.user.pk, room).channel
    except NotMember:
        raise Http404 from None
    _need_scope(request, channel, conversations)
    return channel


def _upload(request: HttpRequest, uuid: UUID, *, conversations: str) -> Attachment:
    attachment = upload_of(request.user, uuid)
    if attachment is None:
        raise Http404
    _need_scope(request, attachment.channel, conversations)
    return attachment


def _need_scope(request: HttpRequest, channel: Channel, name: str) -> None:
    """Direct messages have scopes of their own, which are needed besides."""
    if channel.kind == DIRECT and isinstance(request.auth, ApiToken):  # type: ignore[attr-defined]  # ninja sets it
        need_scope(request.auth, name)  # type: ignore[attr-defined]
