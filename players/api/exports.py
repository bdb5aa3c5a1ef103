"""Taking one's data along: asking for it and seeing how far it is. The file itself needs the browser."""

from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import AwareDatetime

from padawanforge.kit import access
from players.actions.exports import ask_export
from players.models import DataExport

router = Router(tags=["exports"])


class ExportOut(Schema):
    uuid: UUID
    state: str
    areas_done: int
    areas_total: int
    created_at: AwareDatetime
    expires_at: AwareDatetime | None


@router.post("/me/exports", response={202: ExportOut}, summary="Ask for an export of my data")
@access.scope("exports:write")
@access.signed_in
def export_ask(request: HttpRequest) -> Status:
    """Once a day. While one is in the making, asking gives that one."""
    return Status(202, ask_export(player=request.user, now=timezone.now()))


@router.get("/me/exports/{uuid:uuid}", response=ExportOut, summary="How far an export is")
@access.scope("exports:write")
@access.signed_in
def export_read(request: HttpRequest, uuid: UUID) -> DataExport:
    """When `state` is done, the file waits in the settings under My data until `expires_at`."""
    return get_object_or_404(DataExport, player=request.user, uuid=uuid)
