from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from npcs.models import Npc
from padawanforge.kit import access
from rooms import permissions
from rooms.actions.talk import open_talk
from rooms.models import Talk
from rooms.views.rooms import answer_post, older_messages, stream


@access.requires(permissions.may_talk_with_npcs)
@require_safe
def talk_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """The private talk. Before its first message nothing is stored: the page shows the greeting only."""
    npc = get_object_or_404(Npc.objects.active().select_related("category"), slug=slug)
    talk = Talk.objects.select_related("channel").filter(player=request.user, npc=npc).first()
    context = {"npc": npc, "talk": talk, "post_url": reverse("rooms:talk-message-post", args=[slug])}
    if talk is not None:
        context |= stream(talk.channel, reverse("rooms:talk-message-list", args=[slug]))
    return render(request, "rooms/talk_detail.html", context)


@access.requires(permissions.may_talk_with_npcs)
@require_POST
def message_post(request: HttpRequest, slug: str) -> HttpResponse:
    npc = get_object_or_404(Npc.objects.active(), slug=slug)
    talk = open_talk(player=request.user, npc=npc)
    return answer_post(request, channel=talk.channel, back=reverse("rooms:talk", args=[slug]))


@access.requires(permissions.may_talk_with_npcs)
@require_safe
def message_list(request: HttpRequest, slug: str) -> HttpResponse:
    talk = get_object_or_404(Talk.objects.select_related("channel"), player=request.user, npc__slug=slug)
    return older_messages(request, talk.channel, reverse("rooms:talk-message-list", args=[slug]))
