"""What characters remember: for the prompt, for the player himself, for the work on it in the background."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Exists, F, Q, QuerySet

from npcs.builtin import embedder
from npcs.builtin.text import token_estimate
from npcs.models import Memory, MemoryChoice, MemoryPolicy, MemoryProfile, Npc
from npcs.rules.memory.ranking import Candidate
from npcs.rules.memory.scenes import Reach, Scene
from padawanforge.kit import vectors
from padawanforge.kit.markdown import clean_text
from padawanforge.kit.paging import Page, page_of
from padawanforge.kit.prepared import prepared

# The caps of a pair keep it below this; what nobody in particular is remembered for comes on top.
CANDIDATES = 700
PAGE_SIZE = 30
OVERVIEW_SIZE = 24
MAX_WORDS = 6


@dataclass(frozen=True, slots=True)
class Remembering:
    """A character on the player's overview: how much it remembers, and whether it may."""

    npc: Npc
    is_on: bool
    memories: int
    profile_id: int


@dataclass(frozen=True, slots=True)
class OverviewPage:
    rows: Sequence[Remembering]
    after: str
    # The player's own switch for all of them.
    is_on: bool


def remembers(*, npc_id: int, player_id: int | None) -> bool:
    """Whether the character, the player, and the player for this character all say yes."""
    return player_id is not None and bool(_willing(npc_id, player_id))


@prepared
def _willing(npc_id: int, player_id: int) -> QuerySet[MemoryPolicy, int]:
    refused = MemoryChoice.objects.filter(player_id=player_id, is_on=False)
    refused_here = MemoryProfile.objects.filter(npc_id=npc_id, player_id=player_id, is_on=False)
    policy = MemoryPolicy.objects.filter(npc_id=npc_id, is_on=True)
    return policy.exclude(Exists(refused) | Exists(refused_here)).values_list("pk", flat=True)


def may_be_remembered(player_id: int) -> bool:
    return not MemoryChoice.objects.filter(player_id=player_id, is_on=False).exists()


def policy_of(npc: Npc) -> MemoryPolicy:
    """What is chosen for the character; what holds without a choice where there is none."""
    found = MemoryPolicy.objects.filter(npc=npc.pk).first() if npc.pk else None
    return found or MemoryPolicy()


def is_remembering(npc_id: int) -> bool:
    """Whether the character remembers people at all."""
    return MemoryPolicy.objects.filter(npc_id=npc_id, is_on=True).exists()


def acquaintances(player_id: int) -> QuerySet[Npc]:
    """The characters of whose memory the player may know: those in the directory, and those that know him."""
    known = MemoryProfile.objects.filter(player=player_id).values("npc")
    return Npc.objects.filter(Q(is_active=True) | Q(pk__in=known))


def candidates(
    *, npc_id: int, player_id: int | None, scene: Scene, with_outdated: bool = False
) -> list[Memory]:
    """Whatever may come to mind in the scene: pinned first, then the newest. One query."""
    is_open = scene.reach == Reach.PRIVATE and player_id is not None
    return _candidates(npc_id, player_id, None if is_open else scene.place, is_open, with_outdated)


@prepared
def _candidates(
    npc_id: int, player_id: int | None, place: UUID | None, is_open: bool, with_outdated: bool
) -> QuerySet[Memory]:
    scene = Scene(place=place, reach=Reach.PRIVATE if is_open else Reach.ROOM)
    rows = Memory.objects.recallable(npc_id=npc_id, player_id=player_id, scene=scene)
    rows = rows if with_outdated else rows.valid()
    return rows.order_by("-is_pinned", F("player").desc(nulls_last=True), "-created_at", "-pk")[:CANDIDATES]


def as_candidate(memory: Memory, *, with_vector: bool) -> Candidate:
    """As ranking knows it. Vectors of another model mean something else; words must do then."""
    is_usable = with_vector and memory.embedding_model == embedder.MODEL_NAME
    stored = memory.embedding if is_usable else None
    return Candidate(
        id=memory.pk,
        words=frozenset(memory.keywords.split()),
        importance=memory.importance,
        created_at=memory.created_at,
        tokens=token_estimate(memory.text),
        access_count=memory.access_count,
        last_access=memory.last_access,
        vector=vectors.unpack(bytes(stored), dimension=embedder.DIMENSION) if stored else None,
        is_pinned=memory.is_pinned,
    )


def memories_of(*, player_id: int, npc_id: int, kind: str = "", search: str = "") -> QuerySet[Memory]:
    """What the player sees of it on his page: all that is about him, also what is forgotten or outdated."""
    rows = Memory.objects.about(npc_id=npc_id, player_id=player_id).defer("embedding")
    if kind:
        rows = rows.filter(kind=kind)
    for word in clean_text(search).split()[:MAX_WORDS]:
        rows = rows.filter(text__icontains=word)
    return rows


def memory_page(rows: QuerySet[Memory], *, cursor: str = "", limit: int = PAGE_SIZE) -> Page:
    return page_of(rows, order=("-is_pinned", "-created_at", "-pk"), cursor=cursor, limit=limit)


def overview(player_id: int, *, cursor: str = "", limit: int = OVERVIEW_SIZE) -> OverviewPage:
    """The characters that have met the player and remember people, the latest acquaintance first."""
    known = Q(npc__memories__player=player_id)
    profiles = (
        MemoryProfile.objects.filter(player=player_id)
        .select_related("npc")
        .defer("context_embedding")
        .annotate(memories=Count("npc__memories", filter=known, distinct=True))
    )
    page = page_of(profiles, order=("-pk",), cursor=cursor, limit=limit)
    rows = [
        Remembering(npc=it.npc, is_on=it.is_on, memories=it.memories, profile_id=it.pk) for it in page.rows
    ]
    return OverviewPage(rows, page.after, may_be_remembered(player_id))


def profile_of(*, npc_id: int, player_id: int) -> MemoryProfile | None:
    return MemoryProfile.objects.filter(npc_id=npc_id, player_id=player_id).first()


def of_message(message: UUID, *, player_id: int) -> QuerySet[Memory]:
    """What characters have kept of one message of the player."""
    mine = Memory.objects.filter(player_id=player_id)
    return mine.filter(source_message=message).select_related("npc").defer("embedding").order_by("pk")


def in_place(place: UUID, *, npc_id: int, player_id: int) -> QuerySet[Memory]:
    """What the character has kept of what the player said there, or had it remember there."""
    return Memory.objects.about(npc_id=npc_id, player_id=player_id).filter(place=place)


def is_remembered(message: UUID, *, player_id: int) -> bool:
    return Memory.objects.filter(player_id=player_id, source_message=message).exists()
