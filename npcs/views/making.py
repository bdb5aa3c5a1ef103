"""The steps in which a character is made and changed; beside them stands what it says already."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from npcs import permissions
from npcs.actions import making, rehearsal
from npcs.actions.making import Change, ChangedMeanwhile
from npcs.actions.presets import use_document
from npcs.knowledge_forms import SpeaksFromForm
from npcs.making_forms import STEPS, IdentityForm, RehearsalForm, StepForm
from npcs.models import Npc, PresetUsage
from npcs.queries.knowledge import documents_of
from npcs.queries.presets import preset, preset_choices, template_choices, texts_of, usable
from npcs.queries.revisions import current_revision
from padawanforge.kit import access
from padawanforge.kit.errors import DomainError
from padawanforge.kit.uploads import PictureRefused, forget_picture, keep_picture


def npc_to_edit(request: HttpRequest, slug: str, *, with_retired: bool = False) -> Npc:
    npc = permissions.npc_to_edit(request.user, slug, with_retired=with_retired)
    if npc is None:
        raise Http404
    return npc


@access.requires(permissions.may_create_npcs)
@require_http_methods(["GET", "HEAD", "POST"])
def npc_create(request: HttpRequest) -> HttpResponse:
    """The first step of a new character; from then on it is a draft that can be left and taken up again."""
    form = IdentityForm(request.POST, request.FILES) if request.method == "POST" else IdentityForm()
    if form.is_valid():
        try:
            npc = _begun(request, form)
        except DomainError as refusal:
            form.add_error("picture" if isinstance(refusal, PictureRefused) else "name", str(refusal))
        else:
            messages.success(request, f"{npc.name} is a draft: nobody meets it before you finish.")
            return redirect("npcs:step", npc.slug, "costar")
    _ask_for_the_picture_again(form)
    context = {"form": form, "steps": STEPS.values(), "step": IdentityForm}
    return render(request, "npcs/making.html", context, status=422 if form.is_bound else 200)


@access.requires(permissions.may_edit_npcs)
@require_http_methods(["GET", "HEAD", "POST"])
def npc_step(request: HttpRequest, slug: str, step: str) -> HttpResponse:
    npc = npc_to_edit(request, slug)
    form_class = _step(step)
    if request.method != "POST":
        return _page(request, npc, form_class(initial=form_class.beginning(npc)))
    if "take" in request.POST:
        return _page(request, npc, _with_copy(request, form_class))
    form = form_class(request.POST, request.FILES)
    if not form.is_valid() or not _saved(request, npc, form):
        _ask_for_the_picture_again(form)
        return _page(request, npc, form, status=422)
    messages.success(request, "Saved.")
    follower = _follower(step) if "next" in request.POST else step
    return redirect("npcs:step", slug, follower)


@access.requires(permissions.may_edit_npcs)
@require_POST
def prompt_size(request: HttpRequest, slug: str, step: str) -> HttpResponse:
    """How large the permanent part of the prompt would be with what stands in the form."""
    npc = npc_to_edit(request, slug)
    draft = making.with_changes(npc, *_written(request, step))
    context = {"npc": npc, "step": _step(step), "size": rehearsal.size_of(draft, request.user)}
    return render(request, "npcs/_prompt_size.html", context)


@access.requires(permissions.may_edit_npcs)
@require_POST
def rehearsal_ask(request: HttpRequest, slug: str, step: str) -> HttpResponse:
    """Say something to the character as the form describes it. Without a script, the page comes again."""
    npc = npc_to_edit(request, slug)
    said = RehearsalForm(request.POST)
    running, error = None, ""
    if said.is_valid():
        key = said.cleaned_data["rehearsal"]
        changes = _written(request, step)
        try:
            running = rehearsal.ask(
                npc=npc, player=request.user, changes=changes, said=said.cleaned_data["said"], key=key
            )
        except DomainError as refusal:
            error = str(refusal)
            running = rehearsal.find(key=key, player=request.user, npc=npc) if key else None
    else:
        error = "Write something, at most 1,000 characters."
    shown = {"rehearsal": running, "rehearsal_error": error}
    status = 422 if error else 200
    if request.htmx:
        return render(request, "npcs/_rehearsal.html", {"npc": npc, **shown}, status=status)
    return _page(request, npc, _step(step)(initial=request.POST.dict()), status=status, **shown)


@access.requires(permissions.may_edit_npcs)
@require_safe
def rehearsal_show(request: HttpRequest, slug: str, key: UUID) -> HttpResponse:
    npc = npc_to_edit(request, slug)
    running = rehearsal.find(key=key, player=request.user, npc=npc)
    return render(request, "npcs/_rehearsal.html", {"npc": npc, "rehearsal": running})


@access.requires(permissions.may_edit_npcs)
@require_POST
def npc_publish(request: HttpRequest, slug: str) -> HttpResponse:
    npc = npc_to_edit(request, slug)
    try:
        making.publish(npc=npc, player=request.user)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("npcs:step", slug, "finish")
    messages.success(request, f"{npc.name} is in the directory.")
    return redirect(npc)


@access.requires(permissions.may_edit_npcs)
@require_POST
def document_use(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Give the character a copy of a document of the library."""
    npc = npc_to_edit(request, slug)
    document = preset(PresetUsage.Kind.KNOWLEDGE, pk)
    if document is None:
        raise Http404
    try:
        use_document(preset=document, npc=npc, player=request.user)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{npc.name} reads {document.file_name} now.")
    return redirect("npcs:step", slug, "knowledge")


def _step(key: str) -> type[StepForm]:
    if key not in STEPS:
        raise Http404
    return STEPS[key]


def _follower(step: str) -> str:
    keys = list(STEPS)
    return keys[min(keys.index(step) + 1, len(keys) - 1)]


def _begun(request: HttpRequest, form: IdentityForm) -> Npc:
    with_picture = _Picture(form)
    with with_picture:
        return making.begin(player=request.user, values={**form.columns(), **with_picture.columns})


def _saved(request: HttpRequest, npc: Npc, form: StepForm) -> bool:
    """False when it was refused; the form says why and keeps every word."""
    copied = [(kind, found) for kind, pk in form.copies() if (found := usable(kind, pk, request.user))]
    picture = _Picture(form)
    try:
        with picture:
            change = Change(
                {**form.columns(), **picture.columns},
                form.teaching_columns(),
                form.seen_at(),
                copied,
                form.remembering(),
            )
            making.change(npc=npc, player=request.user, change=change)
    except PictureRefused as refusal:
        form.add_error("picture", str(refusal))
    except ChangedMeanwhile as refusal:
        form.add_error(None, str(refusal))
        npc.refresh_from_db()
        # Saved again, it goes over the other change on purpose.
        form.data = form.data.copy()
        form.data["seen"] = npc.updated_at.isoformat()
    except making.NameTaken as refusal:
        form.add_error("name", str(refusal))
    else:
        return True
    return False


class _Picture:
    """The picture that was sent, stored for as long as the change it belongs to succeeds."""

    def __init__(self, form: StepForm) -> None:
        self._sent = form.cleaned_data.get("picture")
        self._is_removed = bool(form.cleaned_data.get("remove_picture"))
        self.columns: dict[str, Any] = {}

    def __enter__(self) -> None:
        if self._sent:
            self.columns = {"avatar": keep_picture(self._sent)}
        elif self._is_removed:
            self.columns = {"avatar": ""}

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        if kind is not None and self.columns.get("avatar"):
            forget_picture(self.columns["avatar"])


def _ask_for_the_picture_again(form: StepForm) -> None:
    """A form that comes back keeps every word, but no browser keeps the file."""
    if form.files.get("picture") and "picture" not in form.errors:
        form.add_error("picture", "Choose the picture once more: it was not kept with the words.")


def _with_copy(request: HttpRequest, form_class: type[StepForm]) -> StepForm:
    """What stands in the form, with the texts of the chosen preset in their places."""
    written: dict[str, Any] = request.POST.dict()
    kind, _, pk = request.POST.get("preset", "").partition(":")
    found = usable(kind, int(pk), request.user) if pk.isdigit() and len(pk) < 18 else None
    if found is None:
        messages.error(request, "Choose something to take over first.")
        return form_class(initial=written)
    texts = {name: text for name, text in texts_of(found).items() if name in form_class.base_fields}
    copied = ",".join(part for part in (written.get("copied", ""), f"{kind}:{found.pk}") if part)
    messages.info(request, f"The text of “{found.name}” stands in the form now. It is yours once you save.")
    return form_class(initial={**written, **texts, "copied": copied})


def _written(request: HttpRequest, step: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What of the form can be understood already."""
    form = _step(step)(request.POST)
    form.is_valid()
    return form.columns(), form.teaching_columns()


def _page(
    request: HttpRequest, npc: Npc, form: StepForm, *, status: int = 200, **more: object
) -> HttpResponse:
    step = type(form)
    context = {
        "npc": npc,
        "form": form,
        "step": step,
        "steps": STEPS.values(),
        "size": rehearsal.size_of(_as_written(request, npc, form), request.user),
        "rehearsal_form": RehearsalForm(),
        "choices": [choice for kind in step.libraries for choice in _choices(request, kind, step)],
        **_of_step(npc, step.key),
        **more,
    }
    return render(request, "npcs/making.html", context, status=status)


def _as_written(request: HttpRequest, npc: Npc, form: StepForm) -> Npc:
    """The character that the page is about to show: with a copied text, or with what was refused."""
    if request.method != "POST":
        return npc
    written = form if form.is_bound else type(form)(form.initial)
    written.is_valid()
    return making.with_changes(npc, written.columns(), written.teaching_columns())


def _choices(request: HttpRequest, kind: str, step: type[StepForm]) -> list[tuple[str, str, str]]:
    """What may be taken over in this step, as (group, value, name)."""
    is_own = kind == PresetUsage.Kind.INVENTORY
    rows = template_choices(request.user) if is_own else preset_choices(kind)
    label = str(PresetUsage.Kind(kind).label)
    return [
        (label, f"{kind}:{row.pk}", row.name)
        for row in rows
        if any(text and name in step.base_fields for name, text in texts_of(row).items())
    ]


def _of_step(npc: Npc, key: str) -> dict[str, object]:
    if key == "knowledge":
        files = npc.knowledge_files.order_by("-created_at")[:20]
        return {
            "files": files,
            "documents": preset_choices(PresetUsage.Kind.KNOWLEDGE),
            "narrowing": SpeaksFromForm(npc=npc) if documents_of(npc).exists() else None,
        }
    if key == "finish":
        return {"revision": current_revision(npc), "files_count": npc.knowledge_files.count()}
    return {}
