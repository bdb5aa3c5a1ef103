"""Facts are drawn from what was said: later, in a job, by patterns or by a model within its budget.

No transaction is open while a model or the embedder works. What it found is stored only for those sayings that
are still there afterwards: the player may have deleted one, or switched the memory off, meanwhile.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet

from npcs import queries
from npcs.actions.memory import AT_MOST_EVERY, Note, known, new_memory
from npcs.actions.memory_model import model_facts
from npcs.builtin import embedder
from npcs.builtin.sentences import sentences
from npcs.models import Memory, MemoryProfile
from npcs.queries import memory as memories
from npcs.rules.memory.digest import Said, core_block, preferences, summary
from npcs.rules.memory.importance import importance_of
from npcs.rules.memory.patterns import Fact, facts_in
from npcs.rules.memory.ranking import SAME_COSINE
from npcs.rules.memory.scenes import Reach, Scene
from padawanforge.kit import vectors
from padawanforge.kit.jobs import enqueue

LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 3
EPISODES = 20
DUE_AT_ONCE = 50
LAST_MESSAGES = 10
SUMMARISED = 60
WIDER = {
    Memory.Visibility.PRIVATE: (Memory.Visibility.PRIVATE, Memory.Visibility.PUBLIC),
    Memory.Visibility.ROOM: (Memory.Visibility.ROOM, Memory.Visibility.PUBLIC),
    Memory.Visibility.PUBLIC: (Memory.Visibility.PUBLIC,),
}


@dataclass(frozen=True, slots=True)
class Found:
    """A fact, and the saying that it comes from."""

    episode_id: int
    fact: Fact


def enqueue_due(*, now: datetime) -> int:
    """Ask for the work on every pair whose time has come; how many there are."""
    due = MemoryProfile.objects.filter(due_at__lte=now).order_by("due_at").values_list("pk", flat=True)
    pks = list(due[:DUE_AT_ONCE])
    for pk in pks:
        enqueue("npcs.extract_memories", pk=pk)
    return len(pks)


def extract(*, pk: int, now: datetime) -> int:
    """Look through what was said since the last time; how many facts are new."""
    due = MemoryProfile.objects.filter(pk=pk, due_at__lte=now)
    # Whoever moves the date has the work; after a crash it is due again.
    if not due.update(due_at=now + LEASE, attempts=F("attempts") + 1):
        return 0
    profile = MemoryProfile.objects.select_related("npc", "player").get(pk=pk)
    episodes = _waiting(profile)
    gave_up = profile.attempts > MAX_ATTEMPTS
    may = memories.remembers(npc_id=profile.npc_id, player_id=profile.player_id)
    found = facts_of(profile, episodes) if may and not gave_up else []
    new = _store(profile, [it.pk for it in episodes], found, now=now)
    embed_missing(profile)
    return new


def facts_of(profile: MemoryProfile, episodes: Sequence[Memory]) -> list[Found]:
    """By a model where one may be asked, else by patterns; what the player asked to be kept, always."""
    by_patterns = [Found(it.pk, fact) for it in episodes for fact in facts_in(sentences(it.text))]
    by_model = model_facts(profile, episodes)
    if by_model is None:
        return by_patterns
    asked_for = [it for it in by_patterns if it.fact.is_asked_for]
    return [*asked_for, *(Found(pk, fact) for pk, fact in by_model)]


def _waiting(profile: MemoryProfile) -> list[Memory]:
    rows = Memory.objects.about(npc_id=profile.npc_id, player_id=profile.player_id).active()
    unread = rows.filter(kind=Memory.Kind.EPISODE, extracted_at=None)
    return list(unread.defer("embedding").order_by("created_at", "pk")[:EPISODES])


@transaction.atomic
def _store(profile: MemoryProfile, seen: Sequence[int], found: Sequence[Found], *, now: datetime) -> int:
    locked = MemoryProfile.objects.select_for_update().filter(pk=profile.pk).first()
    if locked is None:
        return 0
    may = memories.remembers(npc_id=locked.npc_id, player_id=locked.player_id)
    episodes = Memory.objects.about(npc_id=locked.npc_id, player_id=locked.player_id).active()
    still_there = {it.pk: it for it in episodes.filter(pk__in=seen)}
    new = 0
    if may:
        new = sum(
            store_fact(still_there[it.episode_id], it.fact, now=now)
            for it in found
            if it.episode_id in still_there
        )
    episodes.filter(pk__in=seen).update(extracted_at=now)
    locked.pending = len(_waiting(locked))
    locked.due_at = now + AT_MOST_EVERY if locked.pending else None
    locked.attempts, locked.extracted_at = 0, now
    locked.save(update_fields=["pending", "due_at", "attempts", "extracted_at", "updated_at"])
    refresh_profile(locked)
    return new


def store_fact(episode: Memory, fact: Fact, *, now: datetime) -> bool:
    """Keep the fact unless it is known; what it contradicts is over from now on. True when it is new."""
    scene = Scene(place=episode.place, reach=_reach(episode), message=episode.source_message)
    weight = max(fact.importance, importance_of(fact.text))
    note = Note(fact.text, kind=fact.kind, importance=weight, attribute=fact.attribute, value=fact.value)
    memory = new_memory(note, npc=episode.npc, player=episode.player, scene=scene, now=now)
    facts = Memory.objects.about(npc_id=episode.npc_id, player_id=episode.player_id).active().valid()
    facts = facts.exclude(kind=Memory.Kind.EPISODE)
    if (same := _same(facts, memory)) is not None:
        Memory.objects.filter(pk=same.pk).update(access_count=F("access_count") + 1)
        same.sources.add(episode)
        return False
    memory.created_at = memory.valid_from = episode.created_at
    memory.save(force_insert=True)
    memory.sources.add(episode)
    if fact.attribute:
        contradict(memory, now=now)
    return True


def contradict(memory: Memory, *, now: datetime) -> int:
    """What said something else of the same matter is over; it stays, for "what did I say before?"."""
    facts = Memory.objects.about(npc_id=memory.npc_id, player_id=memory.player_id).active().valid()
    others = facts.filter(attribute=memory.attribute).exclude(kind=Memory.Kind.EPISODE)
    return others.exclude(pk=memory.pk).exclude(value=memory.value).update(valid_to=now, superseded_by=memory)


def _same(facts: QuerySet[Memory], memory: Memory) -> Memory | None:
    """What says the same and may be said wherever this may: a secret repeats what is public, not the reverse."""
    reach = Q(visibility__in=WIDER[Memory.Visibility(memory.visibility)])
    if memory.visibility == Memory.Visibility.ROOM:
        reach &= Q(visibility=Memory.Visibility.PUBLIC) | Q(place=memory.place)
    says = Q(fingerprint=memory.fingerprint)
    if memory.attribute:
        says |= Q(attribute=memory.attribute, value=memory.value)
    return facts.filter(says & reach).first() or _same_meaning(facts.filter(reach), memory)


def _same_meaning(facts: QuerySet[Memory], memory: Memory) -> Memory | None:
    """By vectors, where there are any: what says the same with other words."""
    if memory.embedding is None:
        return None
    others = facts.filter(embedding_model=memory.embedding_model, attribute=memory.attribute)
    rows = [row for row in others.exclude(embedding=None)[:500]]
    if not rows:
        return None
    matrix = vectors.stack([bytes(row.embedding or b"") for row in rows], dimension=embedder.DIMENSION)
    wanted = vectors.unpack(bytes(memory.embedding), dimension=embedder.DIMENSION)
    scores = vectors.cosine_scores(matrix, wanted)
    nearest = int(scores.argmax())
    return rows[nearest] if scores[nearest] > SAME_COSINE else None


def _reach(memory: Memory) -> Reach:
    if memory.visibility == Memory.Visibility.PUBLIC:
        return Reach.PUBLIC
    return Reach.ROOM if memory.visibility == Memory.Visibility.ROOM else Reach.PRIVATE


# --- What is derived -------------------------------------------------------------------------------------


def refresh_profile(profile: MemoryProfile) -> None:
    """Make the core, the summary and the rest anew from what is remembered now, so that nothing else is in them."""
    rows = (
        Memory.objects.about(npc_id=profile.npc_id, player_id=profile.player_id).active().defer("embedding")
    )
    facts = known(list(rows.valid().exclude(attribute="").order_by("pk")))
    episodes = list(rows.filter(kind=Memory.Kind.EPISODE).order_by("-created_at", "-pk")[:SUMMARISED])
    said = [Said(it.pk, it.text, frozenset(it.keywords.split())) for it in episodes if it.importance > 1]
    profile.core = core_block(facts)
    profile.learned_preferences = preferences(facts)
    profile.conversation_summary = summary(said)
    profile.last_messages = [
        {"text": it.text, "at": it.created_at.isoformat(), "message": str(it.source_message or "")}
        for it in reversed(episodes[:LAST_MESSAGES])
    ]
    # The vector belongs to a summary that may be another one now.
    profile.context_embedding, profile.embedding_model = None, ""
    profile.save(
        update_fields=[
            "core", "learned_preferences", "conversation_summary", "last_messages", "context_embedding",
            "embedding_model", "updated_at",
        ]
    )  # fmt: skip


def embed_missing(profile: MemoryProfile, *, limit: int = 100) -> int:
    """Give a vector to what has none yet, where an embedder is installed; how many got one."""
    embed = queries.working_embedder()
    if embed is None:
        return 0
    rows = Memory.objects.about(npc_id=profile.npc_id, player_id=profile.player_id).active()
    waiting = list(
        rows.filter(embedding=None).exclude(text="").order_by("-pk").values_list("pk", "text")[:limit]
    )
    for pk, text in waiting:
        # Unless the text was corrected meanwhile.
        Memory.objects.filter(pk=pk, text=text).update(
            embedding=vectors.pack(embed([text])[0]), embedding_model=embedder.MODEL_NAME
        )
    if profile.conversation_summary:
        MemoryProfile.objects.filter(pk=profile.pk, conversation_summary=profile.conversation_summary).update(
            context_embedding=vectors.pack(embed([profile.conversation_summary])[0]),
            embedding_model=embedder.MODEL_NAME,
        )
    return len(waiting)
