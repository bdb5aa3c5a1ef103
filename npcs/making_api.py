"""Characters made and changed by programs of those who may: the forms of the wizard read what is sent."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db.models import Model
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from npcs import permissions
from npcs.actions import making, rehearsal, retirement
from npcs.actions.drafting import make_draft
from npcs.actions.making import Change
from npcs.actions.rehearsal import Rehearsal
from npcs.making_forms import STEPS, RehearsalForm
from npcs.making_schemas import (
    ChangedDefinitionIn,
    DefinitionIn,
    DefinitionOut,
    MadeOut,
    NewDefinitionIn,
    PresetRef,
    SizeOut,
    WorkshopOut,
    definition_out,
    made_out,
)
from npcs.models import AiProvider, KnowledgePreset, Npc, NpcCategory
from npcs.queries import workshop as workshops
from npcs.queries.knowledge import documents_of
from npcs.queries.presets import texts_of, usable
from npcs.queries.revisions import current_revision
from padawanforge.kit import access
from padawanforge.kit.contents import from_base64
from padawanforge.kit.paging import MAX_CURSOR_LENGTH
from padawanforge.kit.uploads import forget_picture, keep_picture
from players.models import Player

router = Router(tags=["making characters"])
MAX_BASE64 = 1_900_000
CURSOR = Query("", max_length=MAX_CURSOR_LENGTH, description="`after` of the page before.")


class PictureIn(Schema):
    model_config = ConfigDict(extra="forbid")

    base64: str = Field(
        min_length=1, max_length=MAX_BASE64, description="JPEG, PNG or WebP; it is cut square."
    )


class RehearsalIn(Schema):
    """`changes` are tried without being saved; `rehearsal` goes on with an earlier try."""

    model_config = ConfigDict(extra="forbid")

    said: str = Field(min_length=1, max_length=1000)
    rehearsal: UUID | None = None
    changes: DefinitionIn | None = None


class TurnOut(Schema):
    role: str
    text: str


class RehearsalOut(Schema):
    """Ask again for the `key` while `is_speaking`; half an hour later nothing of it is left."""

    key: UUID
    is_speaking: bool
    partial: str
    turns: list[TurnOut]
    engine: str
    sources: list[str]
    fault: str


@router.get("/workshop", response={200: WorkshopOut}, summary="Characters that nobody meets")
@access.scope("workshop:read")
@access.requires(permissions.may_edit_npcs)
def workshop_list(
    request: HttpRequest,
    gone: bool = Query(False, description="Those that have retired or are to be deleted."),
    search: str = Query("", max_length=100),
    cursor: str = CURSOR,
) -> dict[str, object]:
    """Drafts and resting ones, by name; of all authors for those who may make characters."""
    author = None if permissions.may_create_npcs(request.user) else request.user.pk
    page = workshops.unseen(author_id=author, is_gone=gone, search=search, cursor=cursor)
    return {"characters": [made_out(npc) for npc in page.rows], "after": page.after}


@router.post("/workshop", response={201: DefinitionOut}, summary="Make a character")
@access.scope("workshop:write")
@access.requires(permissions.may_create_npcs)
def character_make(request: HttpRequest, data: NewDefinitionIn) -> Status:
    """A draft: nobody meets it before it is published."""
    npc = make_draft(player=request.user, wanted=_wanted(request.user, data, None))
    return Status(201, _definition(request.user, npc.slug))


@router.get("/workshop/{slug:slug}", response={200: DefinitionOut}, summary="What a character is made of")
@access.scope("workshop:read")
@access.requires(permissions.may_edit_npcs)
def character_definition(request: HttpRequest, slug: str) -> dict[str, object]:
    """With its prompt: for those who may change it. Also of one that has retired."""
    return _definition(request.user, slug)


@router.patch("/workshop/{slug:slug}", response={200: DefinitionOut}, summary="Change a character")
@access.scope("workshop:write")
@access.requires(permissions.may_edit_npcs)
def character_change(request: HttpRequest, slug: str, data: ChangedDefinitionIn) -> dict[str, object]:
    """Each change of a published character is a new revision."""
    npc = _npc(request.user, slug)
    wanted = replace(_wanted(request.user, data, npc), seen=data.seen)
    making.change(npc=npc, player=request.user, change=wanted)
    return _definition(request.user, slug)


@router.delete("/workshop/{slug:slug}", response={200: MadeOut}, summary="Delete a character")
@access.scope("workshop:write")
@access.requires(permissions.may_delete_npcs)
def character_delete(
    request: HttpRequest, slug: str, reason: str = Query("", max_length=200, description="For the audit.")
) -> dict[str, object]:
    """It retires at once and is gone at `purge_at`; until then it can be brought back."""
    npc = get_object_or_404(Npc, slug=slug, purged_at=None)
    retirement.delete(npc=npc, player=request.user, now=timezone.now(), reason=reason.strip())
    return made_out(Npc.objects.select_related("category").get(pk=npc.pk))


@router.put("/workshop/{slug:slug}/picture", response={200: DefinitionOut}, summary="Give it a picture")
@access.scope("workshop:write")
@access.requires(permissions.may_edit_npcs)
def character_picture(request: HttpRequest, slug: str, data: PictureIn) -> dict[str, object]:
    npc = _npc(request.user, slug)
    url = keep_picture(ContentFile(from_base64(data.base64)))
    try:
        making.change(npc=npc, player=request.user, change=Change({"avatar": url}, {}))
    except BaseException:
        forget_picture(url)
        raise
    return _definition(request.user, slug)


@router.delete(
    "/workshop/{slug:slug}/picture", response={200: DefinitionOut}, summary="Take its picture away"
)
@access.scope("workshop:write")
@access.requires(permissions.may_edit_npcs)
def character_picture_remove(request: HttpRequest, slug: str) -> dict[str, object]:
    making.change(npc=_npc(request.user, slug), player=request.user, change=Change({"avatar": ""}, {}))
    return _definition(request.user, slug)


@router.post("/workshop/{slug:slug}/rehearsals", response={202: RehearsalOut}, summary="Try it out")
@access.scope("workshop:write")
@access.requires(permissions.may_edit_npcs)
def character_rehearse(request: HttpRequest, slug: str, data: RehearsalIn) -> Status:
    """It answers in the background, as it would be with the changes; nothing of it is kept."""
    npc = _npc(request.user, slug)
    said = RehearsalForm({"said": data.said, "rehearsal": data.rehearsal})
    if not said.is_valid():
        raise ValidationError(said.errors.as_data())  # type: ignore[arg-type]  # lists of errors by field
    wanted = _wanted(request.user, data.changes, npc) if data.changes else Change({}, {})
    running = rehearsal.ask(
        npc=npc,
        player=request.user,
        changes=(wanted.values, wanted.teaching),
        said=said.cleaned_data["said"],
        key=data.rehearsal,
    )
    return Status(202, _rehearsal(running))


@router.get(
    "/workshop/{slug:slug}/rehearsals/{uuid:key}", response={200: RehearsalOut}, summary="How far a try is"
)
@access.scope("workshop:read")
@access.requires(permissions.may_edit_npcs)
def character_rehearsal(request: HttpRequest, slug: str, key: UUID) -> dict[str, object]:
    running = rehearsal.find(key=key, player=request.user, npc=_npc(request.user, slug))
    if running is None:
        raise Http404
    return _rehearsal(running)


def _npc(player: Player, slug: str, *, with_retired: bool = False) -> Npc:
    npc = permissions.npc_to_edit(player, slug, with_retired=with_retired)
    if npc is None:
        raise Http404
    return npc


def _wanted(player: Player, data: DefinitionIn, npc: Npc | None) -> Change:
    """What was sent, read by the forms of the wizard; what they refuse of it is refused by its name."""
    copied = [(ref.kind, _preset(player, ref)) for ref in data.presets]
    texts = {name: text for _, source in copied for name, text in texts_of(source).items()}
    given = _by_key({**texts, **data.given()})
    values: dict[str, Any] = {}
    teaching: dict[str, Any] = {}
    remembers: bool | None = None
    refused: dict[str, Any] = {}
    for step in STEPS.values():
        names = given.keys() & step.base_fields.keys()
        if not names:
            continue
        known = step.beginning(npc) if npc else {}
        form = step({name: _typed(value) for name, value in {**known, **given}.items()})
        form.is_valid()
        refused |= {name: found for name, found in form.errors.as_data().items() if name in names}
        wanted = names | ({"visual_style"} if names & {"accent", "mood"} else set())
        values |= {name: value for name, value in form.columns().items() if name in wanted}
        teaching |= {name: value for name, value in form.teaching_columns().items() if name in wanted}
        remembers = form.remembering() if "remembers" in names else remembers
    if refused:
        raise ValidationError(refused)
    if data.speaks_from is not None:
        values["speaks_from"] = _document(npc, data.speaks_from)
    return Change(values, teaching, None, copied, remembers)


def _document(npc: Npc | None, pk: int) -> KnowledgePreset | None:
    found = documents_of(npc).filter(pk=pk).first() if npc else None
    if pk and found is None:
        raise ValidationError({"speaks_from": f"It has no copy of a document with the id {pk}."})
    return found


def _preset(player: Player, ref: PresetRef) -> Any:
    found = usable(ref.kind, ref.id, player)
    if found is None:
        raise ValidationError({"presets": f"There is no {ref.kind} with the id {ref.id}."})
    return found


def _by_key(given: dict[str, Any]) -> dict[str, Any]:
    """Shelves and providers by their keys, as forms know them."""
    found = dict(given)
    for name, rows in (("category", NpcCategory.objects), ("provider", AiProvider.objects)):
        if given.get(name):
            row = rows.filter(name=given[name], is_active=True).first()
            if row is None:
                raise ValidationError({name: f"There is no {name} {given[name]!r} here."})
            found[name] = row
    return found


def _typed(value: Any) -> Any:
    """As somebody would have put it into the form."""
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return value.pk if isinstance(value, Model) else "" if value is None else value


def _definition(player: Player, slug: str) -> dict[str, object]:
    npc = _npc(player, slug, with_retired=True)
    current = current_revision(npc)
    size = rehearsal.size_of(npc, player)
    told = SizeOut(tokens=size.tokens, window=size.window, limit=size.limit)
    return definition_out(npc, current.number if current else None, told)


def _rehearsal(running: Rehearsal) -> dict[str, object]:
    return {
        "key": running.key,
        "is_speaking": running.is_busy,
        "partial": running.partial,
        "turns": [{"role": turn.role, "text": turn.text} for turn in running.turns],
        "engine": running.engine,
        "sources": running.sources,
        "fault": running.fault,
    }
