"""The private talks with a character: which there are, their names and branches, taking them along, deleting them."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from messaging.models import Message
from npcs.models import Npc
from npcs.queries.memory import in_place
from padawanforge.kit import access
from padawanforge.kit.errors import DomainError
from rooms import permissions
from rooms.actions.branches import branch
from rooms.actions.talks import begin_talk, delete_talk, put_aside, rename_talk
from rooms.models import Talk
from rooms.queries.talks import page_of_talks
from rooms.queries.transcripts import FORMATS, file_name_of
from rooms.views.deeds import attempt
from rooms.views.talks import npc_to_talk_with, own_talk


@access.requires(permissions.may_talk_with_npcs)
@require_safe
@never_cache
def talk_list(request: HttpRequest, slug: str) -> HttpResponse:
    # Also of a character that rests: what was said with it stays readable.
    npc = get_object_or_404(Npc, slug=slug)
    is_archived = "aside" in request.GET
    try:
        page = page_of_talks(request.user, npc, is_archived=is_archived, cursor=request.GET.get("after", ""))
    except ValidationError as error:
        raise Http404 from error
    context = {"npc": npc, "page": page, "is_archived": is_archived, "is_later_page": "after" in request.GET}
    return render(request, "rooms/talk_list.html", context)


@access.requires(permissions.may_talk_with_npcs)
@require_POST
def talk_new(request: HttpRequest, slug: str) -> HttpResponse:
    npc = npc_to_talk_with(slug)
    try:
        return redirect(begin_talk(player=request.user, npc=npc))
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("rooms:talks", slug)


@access.requires(permissions.may_talk_with_npcs)
@require_POST
def talk_rename(request: HttpRequest, uuid: UUID) -> HttpResponse:
    talk = own_talk(request, uuid)
    return _change(request, talk, lambda: rename_talk(talk=talk, title=request.POST.get("title", "")))


@access.requires(permissions.may_talk_with_npcs)
@require_POST
def talk_aside(request: HttpRequest, uuid: UUID) -> HttpResponse:
    talk = own_talk(request, uuid)
    return _change(request, talk, lambda: put_aside(talk=talk, is_archived="back" not in request.POST))


@access.requires(permissions.may_talk_with_npcs)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def talk_delete(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Asks first: it can't be brought back. What the character has noted of it goes only if the player wants that."""
    talk = own_talk(request, uuid)
    if request.method == "POST":
        count = delete_talk(talk=talk, with_memories="memories" in request.POST)
        forgotten = f" {count} of its memories went with it." if count else ""
        messages.success(request, f"The talk is deleted.{forgotten}")
        return redirect("rooms:talks", talk.npc.slug)
    memories = in_place(talk.channel.uuid, npc_id=talk.npc_id, player_id=talk.player_id).count()
    return render(request, "rooms/talk_delete.html", {"talk": talk, "memories": memories})


@access.requires(permissions.may_talk_with_npcs)
@require_safe
@never_cache
def talk_export(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """`?as=jsonl` or `?as=md`: the player's own talk, as a file."""
    talk = own_talk(request, uuid)
    name = request.GET.get("as", "md")
    if name not in FORMATS:
        raise Http404
    write, content_type = FORMATS[name]
    response = StreamingHttpResponse(write(talk), content_type=f"{content_type}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{file_name_of(talk, name)}"'
    return response


@access.requires(permissions.may_talk_with_npcs)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def talk_branch(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Say one's own message of a private talk differently; the talk branches off there."""
    said = Message.objects.filter(player=request.user, channel__talk__player=request.user, deleted_at=None)
    message = get_object_or_404(said.select_related("channel__talk"), uuid=uuid)
    talk = own_talk(request, message.channel.talk.uuid)
    text, refusal = message.text, ""
    if request.method == "POST":
        text = request.POST.get("text", "")
        try:
            return redirect(branch(talk=talk, message=message, text=text))
        except DomainError as refused:
            refusal = str(refused)
    context = {"talk": talk, "message": message, "text": text, "refusal": refusal}
    return render(request, "rooms/talk_branch.html", context, status=422 if refusal else 200)


def _change(request: HttpRequest, talk: Talk, change: Callable[[], object]) -> HttpResponse:
    attempt(request, change, said="")
    return redirect("rooms:talks", talk.npc.slug)
