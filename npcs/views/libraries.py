"""The libraries of presets and the player's own inventory of templates."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from npcs import permissions
from npcs.actions import inventory
from npcs.actions.making import NameTaken
from npcs.making_forms import LibraryForm, NewFromTemplateForm, TemplateChangeForm, TemplateForm
from npcs.models import InventoryEntry, PresetUsage
from npcs.queries.presets import (
    LIBRARIES,
    presets,
    published_templates,
    templates_for,
    templates_of,
    texts_of,
)
from npcs.views.lifecycle import page_or_first
from npcs.views.making import npc_to_edit
from padawanforge.kit import access
from padawanforge.kit.errors import DomainError

KINDS = {
    "prompts": PresetUsage.Kind.SYSTEM_PROMPT,
    "audiences": PresetUsage.Kind.AUDIENCE,
    "documents": PresetUsage.Kind.KNOWLEDGE,
}
TITLES = {"prompts": "Prompts", "audiences": "Audiences", "documents": "Documents"}


@access.requires(permissions.may_edit_npcs)
@require_safe
def preset_list(request: HttpRequest, library: str) -> HttpResponse:
    if library not in KINDS:
        raise Http404
    chosen = LibraryForm(request.GET).chosen()
    kind = KINDS[library]
    page = page_or_first(lambda cursor: presets(kind, search=chosen["q"], cursor=cursor), chosen["after"])
    context = {
        "page": page,
        "rows": [(row, texts_of(row)) for row in page.rows],
        "library": library,
        "titles": TITLES.items(),
        "chosen": chosen,
        "model": LIBRARIES[kind]._meta.model_name,
    }
    return render(request, "npcs/preset_list.html", context)


@access.requires(permissions.may_edit_npcs)
@require_safe
def template_list(request: HttpRequest) -> HttpResponse:
    """One's own templates, or those that others have published."""
    is_public = request.GET.get("show") == "public"
    cursor = request.GET.get("after", "")
    page = page_or_first(
        lambda after: (
            published_templates(cursor=after) if is_public else templates_of(request.user, cursor=after)
        ),
        cursor,
    )
    context = {"page": page, "is_public": is_public, "is_first": not cursor}
    return render(request, "npcs/template_list.html", context)


@access.requires(permissions.may_edit_npcs)
@require_http_methods(["GET", "HEAD", "POST"])
def template_keep(request: HttpRequest, slug: str) -> HttpResponse:
    npc = npc_to_edit(request, slug)
    form = TemplateForm(
        request.POST if request.method == "POST" else None, npc=npc, initial={"name": npc.name}
    )
    if form.is_valid():
        try:
            entry = inventory.keep_template(npc=npc, player=request.user, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, f"“{entry.name}” lies in your inventory.")
            return redirect("npcs:templates")
    context = {"npc": npc, "form": form}
    return render(request, "npcs/template_keep.html", context, status=422 if form.is_bound else 200)


@access.requires(permissions.may_create_npcs)
@require_http_methods(["GET", "HEAD", "POST"])
def template_use(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Make a draft from the template."""
    entry = get_object_or_404(templates_for(request.user), uuid=uuid)
    form = NewFromTemplateForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            npc = inventory.make_from_template(
                entry=entry, player=request.user, name=form.cleaned_data["name"]
            )
        except NameTaken as refusal:
            form.add_error("name", str(refusal))
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{npc.name} is a draft: nobody meets it before you finish.")
            return redirect("npcs:step", npc.slug, "identity")
    context = {"entry": entry, "form": form}
    return render(request, "npcs/template_use.html", context, status=422 if form.is_bound else 200)


@access.requires(permissions.may_edit_npcs)
@require_http_methods(["GET", "HEAD", "POST"])
def template_change(request: HttpRequest, uuid: UUID) -> HttpResponse:
    entry = _own(request, uuid)
    first = {"name": entry.name, "description": entry.description, "is_public": entry.is_public}
    form = TemplateChangeForm(request.POST if request.method == "POST" else None, initial=first)
    if form.is_valid():
        try:
            inventory.change_template(entry=entry, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, f"“{entry.name}” is changed.")
            return redirect("npcs:templates")
    context = {"entry": entry, "form": form}
    return render(request, "npcs/template_change.html", context, status=422 if form.is_bound else 200)


@access.requires(permissions.may_edit_npcs)
@require_POST
def template_delete(request: HttpRequest, uuid: UUID) -> HttpResponse:
    entry = _own(request, uuid)
    inventory.remove_template(entry=entry)
    messages.success(request, f"“{entry.name}” is deleted. Characters made from it stay.")
    return redirect("npcs:templates")


def _own(request: HttpRequest, uuid: UUID) -> InventoryEntry:
    return get_object_or_404(InventoryEntry, uuid=uuid, player=request.user)
