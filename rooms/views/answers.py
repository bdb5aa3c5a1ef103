"""The buttons below an answer as a form: for pages without a script, and for programs with a session."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from messaging.permissions import may_read
from messaging.views.streams import wants_json
from padawanforge.kit import access
from padawanforge.kit.errors import DomainError
from rooms.models import Reply
from rooms.operations import change_answer
from rooms.queries.titles import room_addresses, talk_addresses

ACTS = frozenset({"stop", "again", "choose"})


@access.signed_in
@require_POST
def answer_change(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """`do` is stop, again, or choose:N; back to where the answer stands."""
    rows = Reply.objects.select_related("channel", "npc", "player", "answer")
    reply = get_object_or_404(rows, uuid=uuid)
    act, _, number = request.POST.get("do", "").partition(":")
    if act not in ACTS or not may_read(request.user, reply.channel):
        raise Http404
    try:
        change_answer(reply, request.user, act, int(number) if number.isdecimal() and len(number) < 3 else 1)
    except DomainError as refusal:
        if wants_json(request):
            return JsonResponse({"detail": str(refusal), "code": refusal.code}, status=409)
        messages.error(request, str(refusal))
    else:
        if wants_json(request):
            return JsonResponse({"did": act})
    return redirect(_page_of(reply))


def _page_of(reply: Reply) -> str:
    ids = [reply.channel_id]
    page = {**room_addresses(ids), **talk_addresses(ids)}.get(reply.channel_id, "/")
    return f"{page}#message-{reply.answer.uuid}" if reply.answer else page
