"""What characters remember about the one who looks: see, correct, pin, delete, switch off, take along."""

import json
from collections.abc import Iterator
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from npcs.actions import memory_keeping
from npcs.forms import MemoryFilterForm
from npcs.models import Memory, Npc
from npcs.permissions import may_see_npcs
from npcs.queries import memory as memories
from npcs.queries.memory_export import export_rows
from padawanforge.kit import access
from padawanforge.kit.errors import DomainError


@require_safe
@never_cache
@access.requires(may_see_npcs)
def overview(request: HttpRequest) -> HttpResponse:
    """All characters that know the player."""
    cursor = request.GET.get("after", "")
    try:
        page = memories.overview(request.user.pk, cursor=cursor)
    except ValidationError as error:
        raise Http404 from error
    return render(request, "npcs/memory_overview.html", {"page": page, "is_later_page": bool(cursor)})


@require_safe
@never_cache
@access.requires(may_see_npcs)
def memory_list(request: HttpRequest, slug: str) -> HttpResponse:
    return _list(request, _npc(request, slug))


@require_POST
@access.requires(may_see_npcs)
def memory_correct(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """A refusal shows the page again with what was written."""
    memory = _own(request, uuid)
    text = request.POST.get("text", "")
    try:
        memory_keeping.correct_memory(memory=memory, text=text, now=timezone.now())
    except DomainError as refusal:
        refused = {"uuid": uuid, "text": text, "reason": str(refusal)}
        return _list(request, memory.npc, refused=refused, status=422)
    messages.success(request, "It is remembered as you put it.")
    return redirect("npcs:memory", memory.npc.slug)


@require_POST
@access.requires(may_see_npcs)
def memory_pin(request: HttpRequest, uuid: UUID) -> HttpResponse:
    memory = _own(request, uuid)
    memory_keeping.pin_memory(memory=memory, is_pinned="down" not in request.POST)
    return redirect("npcs:memory", memory.npc.slug)


@require_POST
@access.requires(may_see_npcs)
def memory_delete(request: HttpRequest, uuid: UUID) -> HttpResponse:
    memory = _own(request, uuid)
    count = memory_keeping.delete_memory(memory=memory)
    with_it = f", with {count - 1} more that hung on it" if count > 1 else ""
    messages.success(request, f"The memory is deleted{with_it}.")
    return redirect("npcs:memory", memory.npc.slug)


@require_POST
@access.requires(may_see_npcs)
def memory_switch(request: HttpRequest, slug: str) -> HttpResponse:
    npc = _npc(request, slug)
    is_on = "on" in request.POST
    memory_keeping.switch_memory(player=request.user, npc=npc, is_on=is_on)
    state = "remembers you again" if is_on else "no longer remembers you"
    messages.success(request, f"{npc.name} {state}.")
    return redirect("npcs:memory", npc.slug)


@require_POST
@access.requires(may_see_npcs)
def memory_forget(request: HttpRequest, slug: str) -> HttpResponse:
    npc = _npc(request, slug)
    count = memory_keeping.forget_everything(player=request.user, npc=npc)
    messages.success(request, f"{npc.name} has forgotten you: {count} memories are deleted.")
    return redirect("npcs:memory", npc.slug)


@require_POST
@access.requires(may_see_npcs)
def switch_all(request: HttpRequest) -> HttpResponse:
    is_on = "on" in request.POST
    memory_keeping.switch_all_memory(player=request.user, is_on=is_on)
    state = "Characters may remember you" if is_on else "No character remembers you"
    messages.success(request, f"{state} from now on.")
    return redirect("npcs:memories")


@require_safe
@never_cache
@access.requires(may_see_npcs)
def export(request: HttpRequest) -> HttpResponse:
    """All memories about the player as a JSON document, written while it is read."""
    npc = _npc(request, request.GET["character"]) if request.GET.get("character") else None
    rows = export_rows(request.user.pk, npc_id=npc.pk if npc else None)
    response = StreamingHttpResponse(_document(rows), content_type="application/json")
    name = f"memories-{npc.slug}" if npc else "memories"
    response["Content-Disposition"] = f'attachment; filename="{name}.json"'
    return response


@never_cache
@access.requires(may_see_npcs)
def of_message(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What was kept of one message, which may be deleted already; a POST deletes it."""
    if request.method == "POST":
        count = memory_keeping.forget_message(message=uuid, player_id=request.user.pk)
        messages.success(request, f"{count} memories are deleted." if count else "There was nothing left.")
        return redirect("npcs:memories")
    rows = memories.of_message(uuid, player_id=request.user.pk)
    return render(request, "npcs/memory_of_message.html", {"rows": rows[:50], "message_uuid": uuid})


def _list(
    request: HttpRequest, npc: Npc, *, refused: dict[str, object] | None = None, status: int = 200
) -> HttpResponse:
    chosen = MemoryFilterForm(request.GET).chosen()
    rows = memories.memories_of(
        player_id=request.user.pk, npc_id=npc.pk, kind=chosen["kind"], search=chosen["q"]
    )
    try:
        page = memories.memory_page(rows, cursor=chosen["after"])
    except ValidationError as error:
        raise Http404 from error
    profile = memories.profile_of(npc_id=npc.pk, player_id=request.user.pk)
    context = {
        "npc": npc,
        "page": page,
        "chosen": chosen,
        "kinds": Memory.Kind.choices,
        "has_filters": bool(chosen["kind"] or chosen["q"]),
        "is_later_page": bool(chosen["after"]),
        "profile": profile,
        "is_on": profile is None or profile.is_on,
        "is_on_for_all": memories.may_be_remembered(request.user.pk),
        "is_remembering": memories.is_remembering(npc.pk),
        "refused": refused,
    }
    return render(request, "npcs/memory_list.html", context, status=status)


def _npc(request: HttpRequest, slug: str) -> Npc:
    """Also one that rests by now: what it remembers is still the player's."""
    return get_object_or_404(memories.acquaintances(request.user.pk), slug=slug)


def _own(request: HttpRequest, uuid: UUID) -> Memory:
    rows = Memory.objects.filter(player=request.user.pk).select_related("npc").defer("embedding")
    return get_object_or_404(rows, uuid=uuid)


def _document(rows: Iterator[dict[str, object]]) -> Iterator[str]:
    yield "[\n"
    for number, row in enumerate(rows):
        yield (",\n" if number else "") + json.dumps(row, ensure_ascii=False, default=str)
    yield "\n]\n"
