"""What a player may do with the memories about him: correct, pin, delete, switch off. All of it acts at once."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from npcs.actions.memory import profile_for, set_text
from npcs.actions.memory_extraction import contradict, refresh_profile
from npcs.builtin.text import one_line
from npcs.models import (
    Interaction,
    Memory,
    MemoryChoice,
    MemoryPolicy,
    MemoryProfile,
    Npc,
    ToolUse,
)
from npcs.models.memory import TEXT_MAX_LENGTH
from npcs.queries.memory import in_place
from npcs.rules.memory.digest import Said, concluded
from npcs.rules.memory.patterns import fact_in
from padawanforge.kit.errors import DomainError
from padawanforge.kit.markdown import clean_text
from players.models import Player


class MemoryEmpty(DomainError):
    code = "invalid"


class MemoryTooLong(DomainError):
    code = "too_long"


class AlreadyRemembered(DomainError):
    pass


@transaction.atomic
def correct_memory(*, memory: Memory, text: str, now: datetime) -> Memory:
    """Put it as the player wants it; the words that it was drawn from don't come to mind any more."""
    text = one_line(clean_text(text))
    if not text:
        raise MemoryEmpty("Write what should be remembered, or delete the memory.")
    if len(text) > TEXT_MAX_LENGTH:
        raise MemoryTooLong(f"A memory has at most {TEXT_MAX_LENGTH} characters.")
    memory = Memory.objects.select_for_update().get(pk=memory.pk)
    set_text(memory, text)
    if _has_twin(memory):
        raise AlreadyRemembered("That is remembered already.")
    fact = fact_in(text)
    is_fact = memory.kind in (Memory.Kind.FACT, Memory.Kind.PROMISE)
    memory.attribute, memory.value = (fact.attribute, fact.value) if fact and is_fact else ("", "")
    memory.origin = Memory.Origin.PLAYER
    memory.save()
    memory.sources.filter(kind=Memory.Kind.EPISODE).update(state=Memory.State.ARCHIVED, archived_at=now)
    _refresh(memory.npc_id, memory.player_id)
    return memory


def pin_memory(*, memory: Memory, is_pinned: bool) -> None:
    """A pinned memory always comes to mind, and is never forgotten."""
    Memory.objects.filter(pk=memory.pk).update(is_pinned=is_pinned)


@transaction.atomic
def delete_memory(*, memory: Memory) -> int:
    """Delete it with the sayings that it was drawn from; how many rows that were.

    Otherwise it would come back from them. What was drawn from a deleted saying goes too, when it stands on
    nothing else.
    """
    return _delete(Memory.objects.filter(pk=memory.pk), npc_id=memory.npc_id, player_id=memory.player_id)


@transaction.atomic
def forget_kept(*, memory: UUID, npc_id: int, player_id: int | None) -> int:
    """Take back one thing that was kept of the player; how many rows that were."""
    return _delete(
        Memory.objects.filter(uuid=memory, npc=npc_id, player=player_id), npc_id=npc_id, player_id=player_id
    )


@transaction.atomic
def forget_message(*, message: UUID, player_id: int) -> int:
    """Delete all that characters have kept of one message of the player; how many rows that were."""
    rows = Memory.objects.filter(player=player_id, source_message=message)
    npcs = rows.order_by("npc_id").values_list("npc_id", flat=True).distinct()
    return sum(_delete(rows.filter(npc=npc_id), npc_id=npc_id, player_id=player_id) for npc_id in list(npcs))


@transaction.atomic
def forget_talk(*, place: UUID, player: Player, npc: Npc) -> int:
    """Delete what the character has kept of a private talk, by the id of its channel; how many rows that were."""
    rows = in_place(place, npc_id=npc.pk, player_id=player.pk)
    return _delete(rows, npc_id=npc.pk, player_id=player.pk)


def forget_words(*, place: UUID, player: Player) -> int:
    """What was said there and what tools did there is told by no row any more; how many answers it were.

    The figures of use and cost stay.
    """
    ToolUse.objects.filter(place=place, player=player).delete()
    said = Interaction.objects.filter(place=place, player=player)
    return said.update(message="", response="", interaction_context={}, error_info={}, manifest=[])


@transaction.atomic
def forget_everything(*, player: Player, npc: Npc) -> int:
    """Delete all that the character remembers of the player; how many rows that were."""
    if MemoryProfile.objects.filter(npc=npc, player=player).exists():
        profile = profile_for(npc=npc, player=player)
        _, counts = Memory.objects.about(npc_id=npc.pk, player_id=player.pk).delete()
        profile.pending, profile.due_at, profile.interaction_count = 0, None, 0
        profile.save(update_fields=["pending", "due_at", "interaction_count"])
        refresh_profile(profile)
    else:
        _, counts = Memory.objects.about(npc_id=npc.pk, player_id=player.pk).delete()
    return counts.get(Memory._meta.label, 0)


@transaction.atomic
def switch_memory(*, player: Player, npc: Npc, is_on: bool) -> None:
    """For one character: nothing is kept and nothing comes to mind while it is off; what there is stays."""
    profile = profile_for(npc=npc, player=player)
    profile.is_on = is_on
    profile.save(update_fields=["is_on", "updated_at"])


def switch_all_memory(*, player: Player, is_on: bool) -> None:
    """The same for all characters, also those that the player hasn't met."""
    MemoryChoice.objects.update_or_create(player=player, defaults={"is_on": is_on})


def set_policy(*, npc: Npc, is_on: bool, reflects: bool = False) -> MemoryPolicy:
    """Whether the character remembers people at all, as its makers decide."""
    policy, _ = MemoryPolicy.objects.update_or_create(
        npc=npc, defaults={"is_on": is_on, "reflects": reflects and is_on}
    )
    return policy


# --- Branches of a talk ----------------------------------------------------------------------------------


@transaction.atomic
def put_aside(*, messages: Collection[UUID], player_id: int) -> int:
    """What was said on a branch that the player has left doesn't come to mind; how many rows that are.

    What it had contradicted is true again.
    """
    rows = _of_messages(messages, player_id).filter(state=Memory.State.ACTIVE)
    left = list(rows)
    rows.update(state=Memory.State.ASIDE)
    for memory in Memory.objects.active().filter(superseded_by__in=left):
        if not _has_twin(memory):
            Memory.objects.filter(pk=memory.pk).update(valid_to=None, superseded_by=None)
    return _turned(left, player_id)


@transaction.atomic
def bring_back(*, messages: Collection[UUID], player_id: int) -> int:
    """The player is on that branch again; how many rows that are."""
    back = [
        it for it in _of_messages(messages, player_id).filter(state=Memory.State.ASIDE) if not _has_twin(it)
    ]
    for memory in back:
        Memory.objects.filter(pk=memory.pk).update(state=Memory.State.ACTIVE)
        if memory.attribute and not memory.is_over:
            contradict(memory, now=memory.created_at)
    return _turned(back, player_id)


def _of_messages(messages: Collection[UUID], player_id: int) -> QuerySet[Memory]:
    return Memory.objects.filter(player=player_id, source_message__in=messages).order_by("pk")


def _has_twin(memory: Memory) -> bool:
    """Whether the same is remembered from elsewhere: one of the two is enough."""
    if memory.kind == Memory.Kind.EPISODE:
        return False
    same = Memory.objects.active().valid().filter(npc=memory.npc_id, player=memory.player_id)
    return same.filter(fingerprint=memory.fingerprint).exclude(pk=memory.pk).exists()


def _turned(rows: Sequence[Memory], player_id: int) -> int:
    for npc_id in sorted({it.npc_id for it in rows}):
        _refresh(npc_id, player_id)
    return len(rows)


# --- Deleting --------------------------------------------------------------------------------------------


def _delete(rows: QuerySet[Memory], *, npc_id: int, player_id: int | None) -> int:
    """With the sayings below, and with what stands on nothing else above."""
    pair = Memory.objects.filter(npc=npc_id, player=player_id)
    gone = set(rows.values_list("pk", flat=True))
    drawn = pair.filter(pk__in=gone).exclude(kind=Memory.Kind.REFLECTION)
    gone |= set(pair.filter(derived__in=drawn, kind=Memory.Kind.EPISODE).values_list("pk", flat=True))
    above = list(pair.filter(sources__in=gone).exclude(pk__in=gone).distinct().prefetch_related("sources"))
    rest = {it.pk: [source for source in it.sources.all() if source.pk not in gone] for it in above}
    gone |= {it.pk for it in above if not rest[it.pk]}
    # What it had put an end to stays outdated: the player did say something newer.
    _, counts = pair.filter(pk__in=gone).delete()
    for memory in above:
        if rest[memory.pk] and memory.kind == Memory.Kind.REFLECTION:
            _conclude_again(memory, rest[memory.pk])
    if player_id is not None:
        _refresh(npc_id, player_id)
    return counts.get(Memory._meta.label, 0)


def _conclude_again(memory: Memory, sources: list[Memory]) -> None:
    """From what is left: the old words may still have told what was deleted."""
    said = [Said(it.pk, it.text, frozenset(it.keywords.split())) for it in sources]
    set_text(memory, concluded(said).text)
    memory.save()


def _refresh(npc_id: int, player_id: int | None) -> None:
    profile = MemoryProfile.objects.filter(npc=npc_id, player=player_id).first()
    if profile is not None:
        refresh_profile(profile)
