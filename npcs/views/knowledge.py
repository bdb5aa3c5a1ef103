"""The notes of a character, for those who look after it: added, replaced, looked into, asked."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from npcs.actions import knowledge_uploads
from npcs.actions.embedding import retry_embedding
from npcs.actions.knowledge import (
    add_knowledge_file,
    clean_name,
    describe_file,
    narrow_knowledge,
    remove_file,
    replace_file,
    retry_file,
    set_file_active,
)
from npcs.forms import KnowledgeUploadForm
from npcs.knowledge_forms import AskForm, NoteForm, PasteForm, ReplaceForm, SpeaksFromForm
from npcs.models import KnowledgeDatum, KnowledgeFile, Npc
from npcs.permissions import may_edit_npc, may_edit_npcs
from npcs.places import places_of
from npcs.queries.directory import npcs_visible
from npcs.queries.knowledge import ask_notes, file_page, files_of, notes_page, shown_file
from padawanforge.kit import access, pieces
from padawanforge.kit.errors import DomainError
from padawanforge.kit.pieces import PIECE_MAX_BYTES
from players.models import Player


@require_GET
@access.requires(may_edit_npcs)
def notes(request: HttpRequest, slug: str) -> HttpResponse:
    return _notes(request, _editable(request, slug))


@require_POST
@access.requires(may_edit_npcs)
def notes_upload(request: HttpRequest, slug: str) -> HttpResponse:
    """Files as a form sends them."""
    npc = _editable(request, slug)
    form = KnowledgeUploadForm(request.POST, request.FILES)
    add_files(form, npc=npc, player=request.user)
    if form.errors:
        return _notes(request, npc, upload=form, status=422)
    return redirect("npcs:notes", npc.slug)


def add_files(form: KnowledgeUploadForm, *, npc: Npc, player: Player) -> None:
    """Take each file of the form by itself: one that is refused does not keep back the others."""
    if not form.is_valid():
        return
    for file in form.cleaned_data["files"]:
        try:
            add_knowledge_file(npc=npc, name=file.name, content=file, player=player)
        except DomainError as refusal:
            form.add_error("files", f"{clean_name(file.name)}: {refusal}")


@require_POST
@access.requires(may_edit_npcs)
def notes_paste(request: HttpRequest, slug: str) -> HttpResponse:
    npc = _editable(request, slug)
    form = PasteForm(request.POST)
    if form.is_valid():
        content = form.cleaned_data["text"].encode()
        try:
            add_knowledge_file(npc=npc, name=form.file_name(), content=content, player=request.user)
        except DomainError as refusal:
            form.add_error("text", str(refusal))
    if form.errors:
        return _notes(request, npc, paste=form, status=422)
    return redirect("npcs:notes", npc.slug)


@require_POST
@access.requires(may_edit_npcs)
def upload_begin(request: HttpRequest, slug: str) -> HttpResponse:
    """Announce a file (JSON: `name`, `size`, and `replaces` where it takes the place of another one)."""
    npc = _editable(request, slug)
    said = pieces.announced(request)
    replaces = _uuid(said.get("replaces"))
    former = get_object_or_404(files_of(npc), uuid=replaces) if replaces else None
    try:
        file = knowledge_uploads.begin_upload(
            npc=npc, name=said["name"], size=said["size"], player=request.user, now=timezone.now(),
            replaces=former,
        )  # fmt: skip
    except DomainError as refusal:
        return pieces.refused(refusal)
    return _state_of(file, status=201)


@require_http_methods(["GET", "HEAD", "PATCH", "DELETE"])
@access.requires(may_edit_npcs)
def upload_piece(request: HttpRequest, slug: str, uuid: UUID) -> HttpResponse:
    """How far the file is; PATCH adds the bytes at `Upload-Offset`, DELETE takes it back."""
    file = _file(_editable(request, slug), uuid)
    if request.method == "DELETE":
        remove_file(file=file)
        return HttpResponse(status=204)
    if request.method == "PATCH":
        return _receive(request, file)
    return _state_of(file)


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(may_edit_npcs)
def note_detail(request: HttpRequest, slug: str, uuid: UUID) -> HttpResponse:
    """One file: what was made of it, and its passages; POST changes what is said about it."""
    npc = _editable(request, slug)
    file = _file(npc, uuid)
    form = _about(request, file, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        describe_file(file=file, **form.cleaned_data)
        return redirect("npcs:note", npc.slug, file.uuid)
    return _note(request, npc, file, form=form, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(may_edit_npcs)
def notes_narrow(request: HttpRequest, slug: str) -> HttpResponse:
    """Let it answer from one document of the library only, or from everything again."""
    npc = _editable(request, slug)
    form = SpeaksFromForm(request.POST if request.method == "POST" else None, npc=npc)
    if form.is_valid():
        narrow_knowledge(npc=npc, preset=form.cleaned_data["preset"], player=request.user)
        if "making" in request.POST:
            messages.success(request, "Saved.")
            return redirect("npcs:step", npc.slug, "knowledge")
        return redirect("npcs:notes", npc.slug)
    status = 422 if form.is_bound else 200
    return render(request, "npcs/knowledge_narrow.html", {"npc": npc, "form": form}, status=status)


@require_POST
@access.requires(may_edit_npcs)
def note_replace(request: HttpRequest, slug: str, uuid: UUID) -> HttpResponse:
    npc = _editable(request, slug)
    file = _file(npc, uuid)
    form = ReplaceForm(request.POST, request.FILES)
    if form.is_valid():
        sent = form.cleaned_data["file"]
        try:
            replace_file(file=file, name=sent.name, content=sent, player=request.user)
        except DomainError as refusal:
            form.add_error("file", str(refusal))
    if form.errors:
        return _note(request, npc, file, replace=form, status=422)
    return redirect("npcs:notes", npc.slug)


@require_POST
@access.requires(may_edit_npcs)
def note_retry(request: HttpRequest, slug: str, uuid: UUID) -> HttpResponse:
    """Read the file again; of one that was read, only the vectors where just these have failed."""
    file = _file(_editable(request, slug), uuid)
    vectors = file.data.filter(content_type=KnowledgeDatum.Kind.EMBEDDINGS).first()
    error = ""
    try:
        if vectors is None or not retry_embedding(datum=vectors):
            retry_file(file=file)
    except DomainError as refusal:
        error = str(refusal)
    return _line(request, file, error=error)


@require_POST
@access.requires(may_edit_npcs)
def note_set_aside(request: HttpRequest, slug: str, uuid: UUID) -> HttpResponse:
    """Let the character use the file, or not (`active` is 1 or 0)."""
    file = _file(_editable(request, slug), uuid)
    set_file_active(file=file, is_active=request.POST.get("active") == "1")
    return _line(request, file)


@require_POST
@access.requires(may_edit_npcs)
def note_delete(request: HttpRequest, slug: str, uuid: UUID) -> HttpResponse:
    file = _file(_editable(request, slug), uuid)
    remove_file(file=file)
    if request.htmx:
        return _list(request, file.npc)
    return redirect("npcs:notes", slug)


@require_GET
@access.requires(may_edit_npcs)
def notes_ask(request: HttpRequest, slug: str) -> HttpResponse:
    """What the character would find for a question, and why."""
    npc = _editable(request, slug)
    form = AskForm(request.GET or None, npc=npc)
    answer = None
    if form.is_bound and form.is_valid():
        answer = ask_notes(npc, form.cleaned_data["q"], file=form.cleaned_data["file"])
    status = 422 if form.is_bound and form.errors else 200
    return render(
        request, "npcs/knowledge_ask.html", {"npc": npc, "form": form, "answer": answer}, status=status
    )


def _editable(request: HttpRequest, slug: str) -> Npc:
    # Who edits characters sees hidden ones, an author his own.
    seen = npcs_visible(with_hidden=True, author_id=request.user.pk)
    npc = get_object_or_404(seen, slug=slug)
    if not may_edit_npc(request.user, npc):
        if npcs_visible(with_hidden=False, author_id=request.user.pk).filter(pk=npc.pk).exists():
            raise PermissionDenied
        raise Http404
    return npc


def _file(npc: Npc, uuid: UUID) -> KnowledgeFile:
    return get_object_or_404(files_of(npc), uuid=uuid)


def _notes(
    request: HttpRequest,
    npc: Npc,
    *,
    upload: KnowledgeUploadForm | None = None,
    paste: PasteForm | None = None,
    status: int = 200,
) -> HttpResponse:
    if request.headers.get("HX-Target") == "notes":
        return _list(request, npc)
    context = {"upload": upload or KnowledgeUploadForm(), "paste": paste or PasteForm()}
    return render(request, "npcs/knowledge.html", {**_list_context(request, npc), **context}, status=status)


def _list(request: HttpRequest, npc: Npc) -> HttpResponse:
    return render(request, "npcs/_knowledge_notes.html", _list_context(request, npc))


def _list_context(request: HttpRequest, npc: Npc) -> dict[str, object]:
    after = request.GET.get("after", "")
    try:
        page = notes_page(npc, after=after)
    except ValidationError as error:
        raise Http404 from error
    return {"npc": npc, "page": page, "after": after}


def _note(
    request: HttpRequest,
    npc: Npc,
    file: KnowledgeFile,
    *,
    form: NoteForm | None = None,
    replace: ReplaceForm | None = None,
    status: int = 200,
) -> HttpResponse:
    try:
        page = file_page(npc, file.uuid, after=request.GET.get("after", ""))
    except ValidationError as error:
        raise Http404 from error
    context = {
        "npc": npc,
        "page": page,
        "shown": shown_file(file),
        "form": form or _about(request, file),
        "replace": replace or ReplaceForm(),
    }
    return render(request, "npcs/knowledge_file.html", context, status=status)


def _about(request: HttpRequest, file: KnowledgeFile, data: QueryDict | None = None) -> NoteForm:
    initial = {"description": file.description, "place": file.place}
    return NoteForm(data, initial=initial, places=places_of(file.npc_id, request.user))


def _line(request: HttpRequest, file: KnowledgeFile, *, error: str = "") -> HttpResponse:
    """The file's line as it is now; without htmx back to where one came from."""
    if not request.htmx and not error:
        return redirect("npcs:notes", file.npc.slug)
    file.refresh_from_db()
    context = {"npc": file.npc, "shown": shown_file(file), "error": error}
    return render(request, "npcs/_knowledge_note.html", context, status=422 if error else 200)


def _receive(request: HttpRequest, file: KnowledgeFile) -> HttpResponse:
    if problem := pieces.problem_with(request):
        return problem
    try:
        file = knowledge_uploads.receive_piece(
            file=file, offset=pieces.offset_of(request), piece=request.body, now=timezone.now()
        )
    except DomainError as refusal:
        return pieces.refused(refusal)
    return _state_of(file)


def _state_of(file: KnowledgeFile, *, status: int = 200) -> HttpResponse:
    told = {
        "uuid": str(file.uuid),
        "name": file.file_name,
        "offset": file.received,
        "size": file.file_size,
        "upload": file.upload_state,
        "piece": PIECE_MAX_BYTES,
    }
    return pieces.state(told, offset=file.received, size=file.file_size, status=status)


def _uuid(text: object) -> UUID | None:
    if not text:
        return None
    try:
        return UUID(str(text))
    except ValueError:
        raise Http404 from None
