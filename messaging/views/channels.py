"""How much a member wants to hear of a channel."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from messaging import kinds
from messaging.actions.room_news import NoSuchChoice, choose
from messaging.models import ChannelMember
from padawanforge.kit import access

Notify = ChannelMember.Notify
HELP = {
    Notify.ALL: "Of everything that is said while you are not looking; it rings once until you have looked.",
    Notify.MENTIONS: "When somebody calls you by @ and your name.",
    Notify.NOTHING: "Neither messages nor mentions; you read here when you like.",
}


@access.signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def channel_notify(request: HttpRequest, uuid: UUID) -> HttpResponse:
    mine = ChannelMember.objects.select_related("channel").filter(player=request.user)
    member = get_object_or_404(mine, channel__uuid=uuid)
    kind, where = kinds.get(member.channel.kind), [member.channel_id]
    title, address = kind.titles(where).get(member.channel_id), kind.addresses(where).get(member.channel_id)
    default = kind.notify(member.channel)
    if not (title and address and default):
        raise Http404
    problem = ""
    if request.method == "POST":
        try:
            choose(channel=member.channel, player=request.user, notify=request.POST.get("notify", "?"))
        except NoSuchChoice as error:
            problem = str(error)
        else:
            messages.success(request, "Your choice for this room is saved.")
            return redirect(address)
    context = {
        "title": title,
        "address": address,
        "chosen": member.notify,
        "choices": _choices(default),
        "problem": problem,
    }
    return render(request, "messaging/channel_notify.html", context, status=422 if problem else 200)


def _choices(default: str) -> list[tuple[str, str, str]]:
    as_room = f"{Notify.DEFAULT.label}: {Notify(default).label.lower()}"
    own = [(choice.value, choice.label, text) for choice, text in HELP.items()]
    return [("", as_room, "Changes when its owner changes it."), *own]
