from urllib.parse import urlencode
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from npcs import queries
from npcs.actions.knowledge import remove_file, retry_file
from npcs.choices import Difficulty
from npcs.forms import DirectoryForm, KnowledgeUploadForm
from npcs.models import KnowledgeFile, Npc
from npcs.permissions import may_create_npcs, may_edit_npc, may_edit_npcs, may_read_file, may_see_npcs
from npcs.queries import Filters, NpcPage
from npcs.queries.directory import describe
from npcs.queries.posts import posts_shown
from npcs.showcase import shown
from npcs.views.knowledge import add_files
from padawanforge.kit import access
from padawanforge.kit.errors import DomainError

POSTS_SHOWN = 3


@require_GET
@access.requires(may_see_npcs)
def npc_list(request: HttpRequest) -> HttpResponse:
    """The directory; a filter that changes asks for the cards only."""
    chosen = DirectoryForm(request.GET).chosen()
    page = queries.directory(
        Filters(
            search=chosen["q"],
            category=chosen["category"],
            expertise=chosen["expertise"],
            difficulty=chosen["difficulty"],
            is_featured=bool(chosen["featured"]),
            rating=int(chosen["rating"] or 0),
            order=chosen["order"],
        ),
        after=chosen["after"],
    )
    filters = {name: value for name, value in chosen.items() if value and name != "after"}
    context = {
        "page": page,
        "chosen": chosen,
        "has_filters": bool(filters),
        "first_url": f"?{urlencode(filters)}" if chosen["after"] else "",
        "next_url": f"?{urlencode({**filters, 'after': page.after})}" if page.after else "",
    }
    if request.headers.get("HX-Target") == "characters":
        return render(request, "npcs/_npc_cards.html", context)
    context |= {
        "categories": queries.categories(),
        "areas": queries.expertise_areas(),
        "form": DirectoryForm,
        "difficulties": Difficulty.choices,
        "may_create": may_create_npcs(request.user),
        "may_edit": may_edit_npcs(request.user),
    }
    return render(request, "npcs/npc_list.html", context)


@require_GET
@access.requires(may_see_npcs)
def npc_detail(request: HttpRequest, slug: str) -> HttpResponse:
    retired = Npc.objects.filter(slug=slug, retired_at__isnull=False).first()
    if retired is not None:
        # Its messages still lead here.
        may_edit = retired.purged_at is None and may_edit_npc(request.user, retired)
        return render(request, "npcs/npc_retired.html", {"npc": retired, "may_edit": may_edit}, status=410)
    return _page(request, _found(request, slug), form=KnowledgeUploadForm())


@require_GET
@access.requires(may_see_npcs)
def source_detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    is_maker = may_create_npcs(request.user)
    page = queries.source_page(uuid, with_hidden=is_maker, author_id=request.user.pk)
    if page is None or not may_read_file(request.user, page.item.file):
        raise Http404
    return render(request, "npcs/source_detail.html", {"page": page})


@require_GET
@access.requires(may_see_npcs)
def knowledge_panel(request: HttpRequest, slug: str) -> HttpResponse:
    return _panel(request, slug)


@require_POST
@access.requires(may_edit_npcs)
def knowledge_upload(request: HttpRequest, slug: str) -> HttpResponse:
    npc = _editable(request, slug)
    form = KnowledgeUploadForm(request.POST, request.FILES)
    add_files(form, npc=npc, player=request.user)
    status = 422 if form.errors else 200
    page = _found(request, slug)
    if not request.htmx:
        return _page(request, page, form=form, status=status) if form.errors else redirect(npc)
    # The form that comes back is empty: what was accepted must not be sent again.
    context = {**_panel_context(request, page), "form": form, "is_answer": True}
    return render(request, "npcs/_knowledge_upload.html", context, status=status)


@require_POST
@access.requires(may_edit_npcs)
def knowledge_retry(request: HttpRequest, slug: str, uuid: UUID) -> HttpResponse:
    file = _file(_editable(request, slug), uuid)
    try:
        retry_file(file=file)
    except DomainError as refusal:
        return _panel(request, slug, error=str(refusal), status=422)
    return _panel(request, slug)


@require_POST
@access.requires(may_edit_npcs)
def knowledge_delete(request: HttpRequest, slug: str, uuid: UUID) -> HttpResponse:
    remove_file(file=_file(_editable(request, slug), uuid))
    return _panel(request, slug)


def _found(request: HttpRequest, slug: str) -> NpcPage:
    is_maker = may_create_npcs(request.user)
    page = queries.npc_page(slug=slug, with_hidden=is_maker, author_id=request.user.pk)
    if page is None:
        raise Http404
    return page


def _editable(request: HttpRequest, slug: str) -> Npc:
    npc = _found(request, slug).npc
    if not may_edit_npc(request.user, npc):
        raise PermissionDenied
    return npc


def _file(npc: Npc, uuid: UUID) -> KnowledgeFile:
    return get_object_or_404(KnowledgeFile, uuid=uuid, npc=npc)


def _panel_context(request: HttpRequest, page: NpcPage) -> dict[str, object]:
    return {"page": page, "npc": page.npc, "may_create": may_edit_npc(request.user, page.npc)}


def _panel(request: HttpRequest, slug: str, *, error: str = "", status: int = 200) -> HttpResponse:
    if not request.htmx and request.method == "POST" and not error:
        return redirect("npcs:detail", slug)
    context = {**_panel_context(request, _found(request, slug)), "error": error}
    return render(request, "npcs/_knowledge.html", context, status=status)


def _page(
    request: HttpRequest, page: NpcPage, *, form: KnowledgeUploadForm, status: int = 200
) -> HttpResponse:
    describe([page.npc])
    parts = shown(page.npc.pk, request.user)
    posts = posts_shown(page.npc, limit=POSTS_SHOWN).rows
    context = {**_panel_context(request, page), "form": form, "parts": parts, "posts": posts}
    return render(request, "npcs/npc_detail.html", context, status=status)
