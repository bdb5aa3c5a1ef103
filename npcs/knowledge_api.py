"""The notes of a character for programs of those who look after it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema, Status
from pydantic import Field

from npcs.actions.knowledge import (
    add_knowledge_file,
    describe_file,
    remove_file,
    replace_file,
    retry_file,
    set_file_active,
)
from npcs.models import KnowledgeFile, Npc
from npcs.permissions import may_edit_npc, may_edit_npcs
from npcs.queries.directory import npcs_visible
from npcs.queries.knowledge import (
    FilePage,
    Find,
    Shown,
    ask_notes,
    file_page,
    files_of,
    notes_page,
    passages_of,
    shown_file,
)
from padawanforge.kit import access
from padawanforge.kit.contents import from_base64
from padawanforge.kit.paging import MAX_CURSOR_LENGTH
from players.models import Player

router = Router(tags=["notes of characters"])
CURSOR = Query("", max_length=MAX_CURSOR_LENGTH, description="`after` of the page before.")
MAX_TEXT = 1_000_000
MAX_BASE64 = 1_900_000


class DocumentIn(Schema):
    """Either `text` or `base64` (for PDF and DOCX). Files above 1 MB are sent on the page, in pieces."""

    name: str = Field(min_length=1, max_length=200, description="With its ending, such as comets.md")
    text: str = Field("", max_length=MAX_TEXT)
    base64: str = Field("", max_length=MAX_BASE64)

    def content(self) -> bytes:
        return from_base64(self.base64) if self.base64 else self.text.encode()


class NoteChangeIn(Schema):
    """What isn't sent stays as it is."""

    description: str | None = Field(None, max_length=300, description="What this file is, for people.")
    is_active: bool | None = Field(None, description="Whether the character uses it.")


class NoteOut(Schema):
    uuid: UUID
    name: str
    type: str
    size: int
    upload: str
    state: str
    error: str
    description: str
    is_active: bool
    passages: int
    waits_for_vectors: bool
    warnings: list[str]
    created_at: datetime


class NotesOut(Schema):
    """`after` is the cursor of the next page; empty on the last one."""

    notes: list[NoteOut]
    count: int
    passages: int
    after: str


class NoteDetailOut(NoteOut):
    summary: str
    keywords: list[str]
    about: dict[str, Any]
    sha256: str


class PassageOut(Schema):
    """`start` and `end` are places in the text of the whole file."""

    uuid: UUID
    file: UUID
    position: int
    heading: str
    page: int | None
    start: int
    end: int
    text: str
    keywords: list[str]


class PassagesOut(Schema):
    passages: list[PassageOut]
    after: str


class FindOut(Schema):
    """A passage and why it was found; a rank of 0 says that this side did not find it."""

    uuid: UUID
    file: str
    heading: str
    page: int | None
    text: str
    rank: int
    score: float
    cosine: float
    cosine_rank: int
    lexical: float
    lexical_rank: int
    words: list[str]


class AnswerOut(Schema):
    found: list[FindOut]
    words: list[str]
    crowded_out: int
    is_meaning_missing: bool


@router.get("/characters/{slug:slug}/notes", response={200: NotesOut}, summary="Its files")
@access.scope("characters:write")
@access.requires(may_edit_npcs)
def list_notes(request: HttpRequest, slug: str, cursor: str = CURSOR) -> dict[str, object]:
    """The files of a character that one looks after, newest first, with how far each is."""
    page = notes_page(_editable(request.user, slug), after=cursor)
    notes = [_note(shown) for shown in page.files]
    return {"notes": notes, "count": page.count, "passages": page.passages, "after": page.after}


@router.post("/characters/{slug:slug}/notes", response={201: NoteOut}, summary="Add a file")
@access.scope("characters:write")
@access.requires(may_edit_npcs)
def add_note(request: HttpRequest, slug: str, document: DocumentIn) -> Status:
    """Keep a document; it is read in the background."""
    npc = _editable(request.user, slug)
    file = add_knowledge_file(npc=npc, name=document.name, content=document.content(), player=request.user)
    return Status(201, _note(shown_file(file)))


@router.get("/characters/{slug:slug}/notes/search", response={200: AnswerOut}, summary="Ask the notes")
@access.scope("characters:write")
@access.requires(may_edit_npcs)
def search_notes(
    request: HttpRequest, slug: str, q: str = Query(min_length=1, max_length=500), file: UUID | None = None
) -> dict[str, object]:
    """The passages that the character would be given for a question, and why."""
    npc = _editable(request.user, slug)
    chosen = get_object_or_404(files_of(npc), uuid=file) if file else None
    answer = ask_notes(npc, q, file=chosen)
    return {
        "found": [_find(find) for find in answer.finds],
        "words": list(answer.words),
        "crowded_out": answer.crowded_out,
        "is_meaning_missing": answer.is_meaning_missing,
    }


@router.get("/characters/{slug:slug}/passages", response={200: PassagesOut}, summary="Its passages")
@access.scope("characters:write")
@access.requires(may_edit_npcs)
def list_passages(
    request: HttpRequest, slug: str, file: UUID | None = None, cursor: str = CURSOR
) -> dict[str, object]:
    """All passages in use, file by file."""
    page = passages_of(_editable(request.user, slug), file=file, cursor=cursor)
    rows = [
        {
            "uuid": item.uuid,
            "file": item.file.uuid,
            "position": item.position,
            "heading": item.heading,
            "page": item.page,
            "start": item.start,
            "end": item.end,
            "text": item.text,
            "keywords": item.keywords,
        }
        for item in page.rows
    ]
    return {"passages": rows, "after": page.after}


@router.get("/characters/{slug:slug}/notes/{uuid:uuid}", response={200: NoteDetailOut}, summary="A file")
@access.scope("characters:write")
@access.requires(may_edit_npcs)
def read_note(request: HttpRequest, slug: str, uuid: UUID) -> dict[str, object]:
    """What was made of one file."""
    page = file_page(_editable(request.user, slug), uuid)
    if page is None:
        raise Http404
    return _detail(page)


@router.put("/characters/{slug:slug}/notes/{uuid:uuid}", response={201: NoteOut}, summary="Replace a file")
@access.scope("characters:write")
@access.requires(may_edit_npcs)
def put_note(request: HttpRequest, slug: str, uuid: UUID, document: DocumentIn) -> Status:
    """Have another document read in its place; the old one answers until that is done."""
    file = _file(request.user, slug, uuid)
    new = replace_file(file=file, name=document.name, content=document.content(), player=request.user)
    return Status(201, _note(shown_file(new)))


@router.patch(
    "/characters/{slug:slug}/notes/{uuid:uuid}",
    response={200: NoteOut},
    summary="Set a file aside",
)
@access.scope("characters:write")
@access.requires(may_edit_npcs)
def change_note(request: HttpRequest, slug: str, uuid: UUID, data: NoteChangeIn) -> dict[str, object]:
    """Say what it is, have it used or not."""
    file = _file(request.user, slug, uuid)
    if data.description is not None:
        describe_file(file=file, description=data.description, place=file.place)
    if data.is_active is not None:
        set_file_active(file=file, is_active=data.is_active)
    return _note(shown_file(_file(request.user, slug, uuid)))


@router.post(
    "/characters/{slug:slug}/notes/{uuid:uuid}/retry",
    response={204: None},
    summary="Read it again",
)
@access.scope("characters:write")
@access.requires(may_edit_npcs)
def retry_note(request: HttpRequest, slug: str, uuid: UUID) -> Status:
    retry_file(file=_file(request.user, slug, uuid))
    return Status(204, None)


@router.delete("/characters/{slug:slug}/notes/{uuid:uuid}", response={204: None}, summary="Delete a file")
@access.scope("characters:write")
@access.requires(may_edit_npcs)
def delete_note(request: HttpRequest, slug: str, uuid: UUID) -> Status:
    """With its passages and all that was made of it."""
    remove_file(file=_file(request.user, slug, uuid))
    return Status(204, None)


def _editable(player: Player, slug: str) -> Npc:
    npc = get_object_or_404(npcs_visible(with_hidden=True, author_id=player.pk), slug=slug)
    if not may_edit_npc(player, npc):
        if npcs_visible(with_hidden=False, author_id=player.pk).filter(pk=npc.pk).exists():
            raise PermissionDenied
        raise Http404
    return npc


def _file(player: Player, slug: str, uuid: UUID) -> KnowledgeFile:
    return get_object_or_404(files_of(_editable(player, slug)), uuid=uuid)


def _note(shown: Shown) -> dict[str, object]:
    file = shown.file
    return {
        "uuid": file.uuid,
        "name": file.file_name,
        "type": file.file_type,
        "size": file.file_size,
        "upload": file.upload_state,
        "state": file.state,
        "error": file.last_error,
        "description": file.description,
        "is_active": file.is_active,
        "passages": file.passages,  # type: ignore[attr-defined]  # counted by the query
        "waits_for_vectors": shown.waits_for_vectors,
        "warnings": shown.warnings,
        "created_at": file.created_at,
    }


def _detail(page: FilePage) -> dict[str, object]:
    summary = page.products.get("summary")
    return {
        **_note(shown_file(page.file)),
        "summary": summary.content_data if summary else "",
        "keywords": page.keywords,
        "about": page.about,
        "sha256": page.file.file_hash,
    }


def _find(find: Find) -> dict[str, object]:
    passage, hit = find.passage, find.hit
    return {
        "uuid": passage.uuid,
        "file": passage.file_name,
        "heading": passage.heading,
        "page": passage.page,
        "text": passage.text,
        "rank": find.rank,
        "score": hit.score,
        "cosine": hit.cosine,
        "cosine_rank": hit.cosine_rank,
        "lexical": hit.lexical,
        "lexical_rank": hit.lexical_rank,
        "words": list(hit.words),
    }
