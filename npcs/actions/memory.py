"""A character remembers: each exchange is kept as it was, and comes to mind when it matters again.

What is kept of a player are his own words only. The answer isn't: in a room it may take up what others said.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from npcs import queries
from npcs.builtin.sentences import sentences
from npcs.builtin.smalltalk import kind_of
from npcs.builtin.text import clean, one_line, token_estimate
from npcs.builtin.words import stems
from npcs.models import Interaction, Memory, MemoryProfile, Npc
from npcs.models.memory import TEXT_MAX_LENGTH
from npcs.queries import memory as memories
from npcs.rules.memory.digest import Known, core_block, in_core
from npcs.rules.memory.importance import clamped, importance_of
from npcs.rules.memory.likeness import fingerprint, normalised
from npcs.rules.memory.patterns import facts_in
from npcs.rules.memory.ranking import TOKENS, Question, best
from npcs.rules.memory.scenes import Reach, Scene
from players.models import Player

# So many exchanges, or so long a silence, and what was said is looked through for facts.
EXCHANGES, SILENCE = 8, timedelta(minutes=10)
AT_MOST_EVERY = timedelta(minutes=5)
_BEFORE = re.compile(
    r"\b(?:before|earlier|previously|formerly|used to|back then|first time)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Note:
    """What is to be remembered, before it has a row."""

    text: str
    kind: str = Memory.Kind.FACT
    importance: int = 7
    origin: str = Memory.Origin.TALK
    attribute: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks which character what, and where; `heard` is what stands in the prompt anyway."""

    npc: Npc
    player: Player | None
    scene: Scene
    question: str
    heard: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Recalled:
    """What comes to mind: the core first (without a memory of its own), then memories, the best first."""

    core: str
    memories: list[Memory]


# --- Keeping ---------------------------------------------------------------------------------------------


@transaction.atomic
def remember_exchange(
    *, interaction: Interaction, player: Player | None, scene: Scene, now: datetime
) -> Memory | None:
    """Keep what the player said, in the transaction of the answer; None where nothing may be remembered."""
    npc = interaction.npc
    text = one_line(interaction.message)[:TEXT_MAX_LENGTH]
    if player is None or not text or not memories.remembers(npc_id=npc.pk, player_id=player.pk):
        return None
    known = Memory.objects.about(npc_id=npc.pk, player_id=player.pk).filter(
        kind=Memory.Kind.EPISODE, source_message=scene.message
    )
    if scene.message is not None and known.exists():
        return None
    weight = importance_of(text, is_greeting=kind_of(text, name=npc.name) != "")
    note = Note(text, kind=Memory.Kind.EPISODE, importance=weight)
    episode = new_memory(note, npc=npc, player=player, scene=scene, now=now)
    episode.interaction = interaction
    episode.save(force_insert=True)
    is_asked_for = any(fact.is_asked_for for fact in facts_in(sentences(text)))
    _note_exchange(npc=npc, player=player, now=now, is_urgent=is_asked_for)
    return episode


@transaction.atomic
def remember(
    note: Note, *, npc: Npc, player: Player | None, now: datetime, scene: Scene | None = None
) -> Memory | None:
    """Keep one thing on purpose: for tools, for gifts, for staff. None where nothing may be remembered.

    The same thing again is no second memory. Without a player it is about nobody, and open to all.
    """
    if player is not None and not memories.remembers(npc_id=npc.pk, player_id=player.pk):
        return None
    scene = scene or Scene(reach=Reach.PUBLIC if player is None else Reach.PRIVATE)
    memory = new_memory(note, npc=npc, player=player, scene=scene, now=now)
    if not memory.text:
        return None
    if player is not None:
        # The row of the two is the lock: the same thing at the same moment is one memory.
        profile_for(npc=npc, player=player)
    same = Memory.objects.active().valid().filter(npc=npc, player=player, fingerprint=memory.fingerprint)
    if same.update(access_count=F("access_count") + 1):
        return same.first()
    memory.save(force_insert=True)
    return memory


def new_memory(note: Note, *, npc: Npc, player: Player | None, scene: Scene, now: datetime) -> Memory:
    """An unsaved row with all that is derived from its text and its scene."""
    memory = Memory(
        npc=npc,
        player=player,
        kind=note.kind,
        visibility=Memory.Visibility.PUBLIC if player is None else scene.visibility,
        place=scene.place,
        source_message=scene.message,
        importance=clamped(note.importance),
        origin=note.origin,
        attribute=note.attribute,
        value=note.value,
        valid_from=now,
        created_at=now,
    )
    set_text(memory, note.text)
    return memory


def set_text(memory: Memory, text: str) -> None:
    """The text with what is derived from it; a vector of the old text goes."""
    memory.text = one_line(clean(text))[:TEXT_MAX_LENGTH]
    memory.keywords = " ".join(dict.fromkeys(stems(memory.text)))
    memory.fingerprint = fingerprint(
        memory.text, kind=memory.kind, visibility=memory.visibility, place=memory.place or ""
    )
    memory.embedding, memory.embedding_model = None, ""


def profile_for(*, npc: Npc, player: Player) -> MemoryProfile:
    """The row of the two, locked until the transaction ends."""
    MemoryProfile.objects.get_or_create(npc=npc, player=player)
    return MemoryProfile.objects.select_for_update().get(npc=npc, player=player)


def _note_exchange(*, npc: Npc, player: Player, now: datetime, is_urgent: bool) -> None:
    profile = profile_for(npc=npc, player=player)
    profile.interaction_count += 1
    profile.pending += 1
    profile.last_exchange_at = now
    due = now if is_urgent or profile.pending >= EXCHANGES else now + SILENCE
    if profile.extracted_at is not None:
        due = max(due, profile.extracted_at + AT_MOST_EVERY)
    profile.due_at = due
    profile.save(update_fields=["interaction_count", "pending", "last_exchange_at", "due_at", "updated_at"])


# --- Recalling -------------------------------------------------------------------------------------------


def recall(asking: Asking, *, tokens: int = TOKENS) -> Recalled:
    """What comes to mind, of the asking player and of nobody else; nothing of him where memory is off."""
    npc, player = asking.npc, asking.player
    may = player is not None and memories.remembers(npc_id=npc.pk, player_id=player.pk)
    found = memories.candidates(
        npc_id=npc.pk,
        player_id=player.pk if player is not None and may else None,
        scene=asking.scene,
        with_outdated=bool(_BEFORE.search(asking.question)),
    )
    # Made of what may be said here, so that no line of it tells in public what was told in private.
    own = [memory for memory in found if memory.player_id is not None]
    core = core_block(known(own), name=one_line(player.name)) if player is not None and may else ""
    return Recalled(core, _chosen(asking, found, tokens=tokens - token_estimate(core)))


def known(rows: Sequence[Memory]) -> list[Known]:
    """The valid facts among the rows, the oldest first."""
    facts = [row for row in rows if row.attribute and not row.is_over]
    return [Known(row.attribute, row.value, row.text) for row in sorted(facts, key=lambda row: row.pk)]


def _chosen(asking: Asking, found: Sequence[Memory], *, tokens: int) -> list[Memory]:
    if not found:
        return []
    heard = normalised(asking.heard)
    # What stands in the history, or in the core, need not be said a second time.
    fresh = {
        memory.pk: memory
        for memory in found
        if not in_core(memory.attribute)
        and not (memory.kind == Memory.Kind.EPISODE and normalised(memory.text) in heard)
    }
    embed = queries.working_embedder() if any(memory.embedding for memory in fresh.values()) else None
    question = Question(
        words=frozenset(stems(asking.question)),
        vector=embed([asking.question])[0] if embed and asking.question.strip() else None,
    )
    candidates = [memories.as_candidate(memory, with_vector=embed is not None) for memory in fresh.values()]
    return [fresh[pk] for pk in best(candidates, question, now=asking.now, tokens=tokens)]


def note_recalled(*, npc: Npc, ids: Collection[int], now: datetime) -> None:
    """Only what really stood in a prompt has come to mind."""
    Memory.objects.filter(npc=npc, pk__in=ids).update(access_count=F("access_count") + 1, last_access=now)
