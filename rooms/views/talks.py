from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from messaging.views.streams import answer_post, older_messages, stream
from npcs.models import Npc
from padawanforge.kit import access
from rooms import permissions
from rooms.actions.talk import say_in_private
from rooms.models import Talk


@access.requires(permissions.may_talk_with_npcs)
@require_safe
def talk_detail(request: HttpRequest, slug: str) -> HttpResponse:
    return show_talk(request, npc_to_talk_with(slug), {})


def show_talk(request: HttpRequest, npc: Npc, unsent: dict[str, str]) -> HttpResponse:
    """The private talk. Before its first message nothing is stored: the page shows the greeting only."""
    talk = Talk.objects.select_related("channel").filter(player=request.user, npc=npc).first()
    post_url = reverse("rooms:talk-message-post", args=[npc.slug])
    context = {
        "npc": npc,
        "talk": talk,
        "post_url": post_url,
        "may_post": True,
        "may_moderate": True,
        **unsent,
    }
    if talk is not None:
        context |= stream(talk.channel, reverse("rooms:talk-message-list", args=[npc.slug]))
    return render(request, "rooms/talk_detail.html", context)


@access.requires(permissions.may_talk_with_npcs)
@require_POST
def message_post(request: HttpRequest, slug: str) -> HttpResponse:
    npc = npc_to_talk_with(slug)
    return answer_post(
        request,
        say=partial(say_in_private, npc=npc, player=request.user),
        back=reverse("rooms:talk", args=[slug]),
        page=partial(show_talk, request, npc),
    )


@access.requires(permissions.may_talk_with_npcs)
@require_safe
def message_list(request: HttpRequest, slug: str) -> HttpResponse:
    talk = get_object_or_404(Talk.objects.select_related("channel"), player=request.user, npc__slug=slug)
    return older_messages(request, talk.channel, reverse("rooms:talk-message-list", args=[slug]))


def npc_to_talk_with(slug: str) -> Npc:
    return get_object_or_404(Npc.objects.active(), slug=slug)
