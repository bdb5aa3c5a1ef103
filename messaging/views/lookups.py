"""What an address names, for those who may read it; for everybody else there is no such page."""

from uuid import UUID

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from messaging.models import Channel, Message
from messaging.permissions import may_read, message_for
from messaging.refusals import MessageGone


def message_of(request: HttpRequest, uuid: UUID) -> Message:
    try:
        return message_for(request.user, uuid)
    except MessageGone:
        raise Http404 from None


def channel_of(request: HttpRequest, uuid: UUID) -> Channel:
    channel = get_object_or_404(Channel, uuid=uuid)
    if not may_read(request.user, channel):
        raise Http404
    return channel
