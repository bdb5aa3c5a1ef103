"""What a character was, and its end: revisions, rest, retirement, deletion and the way back."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from npcs import permissions
from npcs.actions import making, retirement
from npcs.actions.characters import deactivate
from npcs.making_forms import LibraryForm
from npcs.models import Npc
from npcs.queries import workshop as workshops
from npcs.queries.retirement import ties_of
from npcs.queries.revisions import definition_of, differences, revisions_of
from npcs.views.making import npc_to_edit
from padawanforge.kit import access
from padawanforge.kit.errors import DomainError
from padawanforge.kit.paging import Page


@access.requires(permissions.may_edit_npcs)
@require_safe
def workshop(request: HttpRequest) -> HttpResponse:
    """The characters that nobody meets: drafts, resting ones, and those that have left."""
    is_maker = permissions.may_create_npcs(request.user)
    is_gone = request.GET.get("show") == "gone"
    chosen = LibraryForm(request.GET).chosen()

    def page_of(cursor: str) -> Page:
        author = None if is_maker else request.user.pk
        return workshops.unseen(author_id=author, is_gone=is_gone, search=chosen["q"], cursor=cursor)

    context = {
        "page": page_or_first(page_of, chosen["after"]),
        "is_gone": is_gone,
        "chosen": chosen,
        "may_create": is_maker,
        "undo_days": retirement.UNDO_DAYS,
    }
    return render(request, "npcs/workshop.html", context)


@access.requires(permissions.may_edit_npcs)
@require_safe
def revision_list(request: HttpRequest, slug: str) -> HttpResponse:
    npc = npc_to_edit(request, slug, with_retired=True)
    page = page_or_first(lambda cursor: revisions_of(npc, cursor=cursor), request.GET.get("after", ""))
    return render(request, "npcs/revision_list.html", {"npc": npc, "page": page})


@access.requires(permissions.may_edit_npcs)
@require_safe
def revision_detail(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """What the revision changed, and what would change if it came back."""
    npc = npc_to_edit(request, slug, with_retired=True)
    revision = get_object_or_404(npc.revisions.select_related("created_by__profile"), number=number)
    before = npc.revisions.filter(number__lt=number).order_by("-number").first()
    with_now = request.GET.get("with") == "now"
    old, new = revision.definition, definition_of(npc)
    if not with_now:
        old, new = (before.definition if before else {}), revision.definition
    context = {
        "npc": npc,
        "revision": revision,
        "before": before,
        "with_now": with_now,
        "differences": differences(old, new),
    }
    return render(request, "npcs/revision_detail.html", context)


@access.requires(permissions.may_edit_npcs)
@require_POST
def revision_restore(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    npc = npc_to_edit(request, slug)
    revision = get_object_or_404(npc.revisions, number=number)
    try:
        lost = making.restore(revision=revision, player=request.user)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{npc.name} is again what it was in revision {number}.")
        for sentence in lost:
            messages.warning(request, sentence)
    return redirect("npcs:revisions", slug)


@access.requires(permissions.may_edit_npcs)
@require_POST
def npc_rest(request: HttpRequest, slug: str) -> HttpResponse:
    npc = npc_to_edit(request, slug)
    deactivate(npc=npc)
    messages.success(request, f"{npc.name} rests: nobody meets it until it is published again.")
    return redirect("npcs:step", slug, "finish")


@access.requires(permissions.may_edit_npcs)
@require_safe
def npc_leave(request: HttpRequest, slug: str) -> HttpResponse:
    """What hangs on the character, counted, before it is let go; and the way back afterwards."""
    npc = npc_to_edit(request, slug, with_retired=True)
    context = {
        "npc": npc,
        "ties": ties_of(npc),
        "undo_days": retirement.UNDO_DAYS,
        "may_delete": permissions.may_delete_npcs(request.user),
    }
    return render(request, "npcs/npc_leave.html", context)


@access.requires(permissions.may_edit_npcs)
@require_POST
def npc_retire(request: HttpRequest, slug: str) -> HttpResponse:
    npc = npc_to_edit(request, slug, with_retired=True)
    retirement.retire(npc=npc, player=request.user, now=timezone.now(), reason=_reason(request))
    messages.success(request, f"{npc.name} has retired.")
    return redirect("npcs:leave", slug)


@access.requires(permissions.may_delete_npcs)
@require_POST
def npc_delete(request: HttpRequest, slug: str) -> HttpResponse:
    """Only with its name written beside it, for what hangs on it goes along."""
    npc = _npc_to_delete(request, slug)
    if request.POST.get("name", "").strip().casefold() != npc.name.casefold():
        messages.error(
            request, f"Nothing was deleted: write {npc.name} into the field to say that you mean it."
        )
        return redirect("npcs:leave", slug)
    retirement.delete(npc=npc, player=request.user, now=timezone.now(), reason=_reason(request))
    messages.success(request, f"{npc.name} is gone and will be deleted in {retirement.UNDO_DAYS} days.")
    return redirect("npcs:leave", slug)


@access.requires(permissions.may_edit_npcs)
@require_POST
def npc_return(request: HttpRequest, slug: str) -> HttpResponse:
    npc = npc_to_edit(request, slug, with_retired=True)
    if npc.purge_at is not None and not permissions.may_delete_npcs(request.user):
        raise PermissionDenied
    retirement.bring_back(npc=npc, player=request.user)
    messages.success(request, f"{npc.name} is back.")
    return redirect("npcs:leave", slug)


def page_or_first(page_of: Callable[[str], Page], cursor: str) -> Page:
    """The page behind the cursor; the first one where the cursor is not one of ours."""
    try:
        return page_of(cursor)
    except ValidationError:
        return page_of("")


def _npc_to_delete(request: HttpRequest, slug: str) -> Npc:
    npc = Npc.objects.filter(slug=slug, purged_at=None).first()
    if npc is None:
        raise Http404
    return npc


def _reason(request: HttpRequest) -> str:
    return request.POST.get("reason", "").strip()[:200]
