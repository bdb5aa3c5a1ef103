from functools import partial
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from messaging.views.streams import answer_post, message_rows, stream
from npcs.models import Npc
from padawanforge.kit import access
from rooms import permissions
from rooms.actions.talk import say_in_private, say_in_talk
from rooms.models import Talk
from rooms.queries.talks import branches_beside, last_talk, talks_of


@access.requires(permissions.may_talk_with_npcs)
@require_safe
def talk_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """The talk with the character that was used last."""
    return show_latest(request, npc_to_talk_with(slug), {})


def show_latest(request: HttpRequest, npc: Npc, unsent: dict[str, object]) -> HttpResponse:
    """Before the first message nothing is stored: the page shows the greeting only."""
    talk = last_talk(request.user, npc)
    if talk is not None:
        return show_talk(request, talk, unsent)
    post_url = reverse("rooms:talk-message-post", args=[npc.slug])
    context = {"npc": npc, "talk": None, "post_url": post_url, "may_post": True, **unsent}
    return render(request, "rooms/talk_detail.html", context)


def show_talk(request: HttpRequest, talk: Talk, unsent: dict[str, object]) -> HttpResponse:
    context = {
        "npc": talk.npc,
        "talk": talk,
        "beside": branches_beside(talk),
        "post_url": reverse("rooms:talk-say", args=[talk.uuid]),
        "may_post": talk.npc.is_active,
        "may_moderate": True,
        **unsent,
    }
    rows_url = reverse("rooms:talk-rows", args=[talk.uuid])
    context |= stream(talk.channel, rows_url, viewer=request.user, where=request.GET)
    return render(request, "rooms/talk_detail.html", context)


@access.requires(permissions.may_talk_with_npcs)
@require_POST
def message_post(request: HttpRequest, slug: str) -> HttpResponse:
    npc = npc_to_talk_with(slug)
    talk = last_talk(request.user, npc)
    return answer_post(
        request,
        say=partial(say_in_private, npc=npc, player=request.user),
        back=reverse("rooms:talk", args=[slug]),
        page=partial(show_latest, request, npc),
        channel=talk.channel if talk else None,
    )


@access.requires(permissions.may_talk_with_npcs)
@require_safe
def message_list(request: HttpRequest, slug: str) -> HttpResponse:
    talk = last_talk(request.user, npc_to_talk_with(slug))
    if talk is None:
        return HttpResponse(status=404)
    return message_rows(request, talk.channel, reverse("rooms:talk-message-list", args=[slug]))


@access.requires(permissions.may_talk_with_npcs)
@require_safe
def talk_one(request: HttpRequest, uuid: UUID) -> HttpResponse:
    return show_talk(request, own_talk(request, uuid), {})


@access.requires(permissions.may_talk_with_npcs)
@require_POST
def talk_say(request: HttpRequest, uuid: UUID) -> HttpResponse:
    talk = own_talk(request, uuid)
    if not talk.npc.is_active:
        return redirect(talk)
    return answer_post(
        request,
        say=partial(say_in_talk, talk=talk),
        back=talk.get_absolute_url(),
        page=partial(show_talk, request, talk),
        channel=talk.channel,
    )


@access.requires(permissions.may_talk_with_npcs)
@require_safe
def talk_rows(request: HttpRequest, uuid: UUID) -> HttpResponse:
    talk = own_talk(request, uuid)
    return message_rows(request, talk.channel, reverse("rooms:talk-rows", args=[talk.uuid]))


def own_talk(request: HttpRequest, uuid: UUID) -> Talk:
    return get_object_or_404(talks_of(request.user), uuid=uuid)


def npc_to_talk_with(slug: str) -> Npc:
    return get_object_or_404(Npc.objects.active(), slug=slug)
