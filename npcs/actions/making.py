"""Making and changing a character: every change under the row's lock, none over another's, each kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, transaction
from django.utils.text import slugify

from npcs.actions.memory_keeping import set_policy
from npcs.actions.presets import count_use
from npcs.actions.revisions import keep_change, take_revision
from npcs.models import AiProvider, Npc, NpcCategory, NpcConfiguration, NpcRevision
from npcs.queries.knowledge import documents_of
from npcs.queries.memory import policy_of
from npcs.queries.presets import COSTAR
from npcs.queries.revisions import defining_fields
from padawanforge.kit.errors import DomainError
from players.models import Player

SLUG_LENGTH = 50
# Addresses that begin like the ones of characters.
RESERVED_SLUGS = frozenset({"sources"})


class NameTaken(DomainError):
    pass


class ChangedMeanwhile(DomainError):
    pass


class NotReady(DomainError):
    pass


@dataclass(frozen=True, slots=True)
class Change:
    """New values by column, of the character and of its CoSTAR configuration.

    `seen` is the moment of the last change that the author knew of; None when it does not matter.
    `copied` are the presets whose text is in it, as (kind, preset). `remembers` turns its memory of people on or off;
    None leaves it as it is.
    """

    values: Mapping[str, Any]
    teaching: Mapping[str, Any]
    seen: datetime | None = None
    copied: Sequence[tuple[str, Any]] = ()
    remembers: bool | None = None


@transaction.atomic
def begin(*, player: Player, values: Mapping[str, Any]) -> Npc:
    """A draft: it rests until it is published, and has no revisions before."""
    name = str(values["name"])
    _refuse_taken(name)
    npc = Npc(is_active=False, created_by=player, slug=_free_slug(name), **values)
    _save(npc)
    return npc


@transaction.atomic
def change(*, npc: Npc, player: Player, change: Change) -> Npc:
    """Save the change and keep the revision, once there are any; refused when somebody else was faster."""
    stored = Npc.objects.select_for_update().get(pk=npc.pk)
    if change.seen is not None and stored.updated_at != change.seen:
        raise ChangedMeanwhile(
            "Somebody changed this character while you wrote. Your text is still here: compare it with the "
            "revisions and save it again to put it over the other one."
        )
    if "name" in change.values:
        _refuse_taken(str(change.values["name"]), but=stored)
    _apply(stored, change.values, change.teaching)
    policy = policy_of(stored)
    if change.remembers is not None and change.remembers != policy.is_on:
        set_policy(npc=stored, is_on=change.remembers, reflects=policy.reflects)
    for kind, preset in change.copied:
        count_use(kind=kind, preset=preset, npc=stored, player=player)
    keep_change(npc=stored, player=player)
    return stored


@transaction.atomic
def publish(*, npc: Npc, player: Player) -> NpcRevision:
    """Let the character into the directory; who made it stays its author."""
    stored = Npc.objects.select_for_update().get(pk=npc.pk)
    if stored.retired_at is not None:
        raise NotReady(f"{stored.name} has retired; bring it back first.")
    if not stored.system_prompt.strip():
        raise NotReady("Without a prompt nobody knows who speaks: write one under Voice.")
    stored.is_active = True
    stored.save(update_fields=["is_active"])
    return take_revision(npc=stored, player=player, note="Published")


@transaction.atomic
def restore(*, revision: NpcRevision, player: Player) -> list[str]:
    """Make the character what it was; what could not be put back, in words."""
    npc = Npc.objects.select_for_update().get(pk=revision.npc_id)
    values, lost = _restorable(npc, revision.definition)
    _refuse_taken(str(values.get("name", npc.name)), but=npc)
    teaching = revision.definition.get("configuration")
    if teaching is None:
        NpcConfiguration.objects.filter(npc=npc).delete()
    _apply(npc, values, _columns(NpcConfiguration, teaching or {}))
    stored = Npc.objects.get(pk=npc.pk)
    note = f"As in revision {revision.number}"
    take_revision(npc=stored, player=player, note=note, restored_from=revision)
    return lost


def with_changes(npc: Npc, values: Mapping[str, Any], teaching: Mapping[str, Any]) -> Npc:
    """The character as it would be, without anything being stored: to measure it and to hear it."""
    draft = Npc.objects.select_related("category", "provider", "configuration").get(pk=npc.pk)
    for name, value in values.items():
        setattr(draft, name, value)
    try:
        configuration = draft.configuration
    except ObjectDoesNotExist:
        configuration = NpcConfiguration(npc=draft)
        draft.configuration = configuration
    for name, value in teaching.items():
        setattr(configuration, name, value)
    return draft


def _apply(npc: Npc, values: Mapping[str, Any], teaching: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(npc, name, value)
    if values or teaching:
        # Also when only the configuration changes: the row's moment is what others look at.
        _save(npc, [*values, "updated_at"])
    if teaching:
        known = {"name": npc.name[:100], **dict.fromkeys(COSTAR, "")}
        NpcConfiguration.objects.update_or_create(
            npc=npc, defaults=teaching, create_defaults={**known, **teaching}
        )


def _save(npc: Npc, columns: Sequence[str] | None = None) -> None:
    try:
        with transaction.atomic():
            npc.save(update_fields=columns)
    except IntegrityError as error:
        raise NameTaken(f"There is a character called {npc.name} already.") from error


def _refuse_taken(name: str, *, but: Npc | None = None) -> None:
    same = Npc.objects.filter(name__iexact=name)
    if (same.exclude(pk=but.pk) if but else same).exists():
        raise NameTaken(f"There is a character called {name} already.")


def _free_slug(name: str) -> str:
    wanted = slugify(name)[: SLUG_LENGTH - 4] or "character"
    taken = set(Npc.objects.filter(slug__startswith=wanted).values_list("slug", flat=True)) | RESERVED_SLUGS
    free = wanted
    number = 2
    while free in taken:
        free, number = f"{wanted}-{number}", number + 1
    return free


def _restorable(npc: Npc, definition: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The columns of today with their values of then; shelves, providers and documents may be gone."""
    values = _columns(Npc, definition)
    lost = []
    for name, model in (("category", NpcCategory), ("provider", AiProvider)):
        pk = values.pop(name, None)
        found = model.objects.filter(pk=pk).first() if pk is not None else None
        values[name] = found
        if pk is not None and found is None:
            lost.append(f"The {name} of that time does not exist any more.")
    # Revisions from before it was kept leave it as it is.
    if "speaks_from" in values:
        pk = values["speaks_from"]
        values["speaks_from"] = documents_of(npc).filter(pk=pk).first()
        if pk is not None and values["speaks_from"] is None:
            lost.append(
                "It has no copy of the document that it spoke from; now it speaks from all its notes."
            )
    return values, lost


def _columns(model: type, definition: Mapping[str, Any]) -> dict[str, Any]:
    names = {field.name for field in defining_fields(model)} - {"npc"}
    return {name: value for name, value in definition.items() if name in names}
