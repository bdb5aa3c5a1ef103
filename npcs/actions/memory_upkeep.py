"""At night: conclusions are drawn, the weak is forgotten, and nobody's memory grows without end."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, QuerySet, Sum, Value

from npcs.actions.memory import Note, new_memory
from npcs.actions.memory_extraction import embed_missing, refresh_profile
from npcs.actions.memory_insights import model_insights
from npcs.models import Memory, MemoryProfile
from npcs.queries import memory as memories
from npcs.rules.memory.digest import Insight, Said, insights
from npcs.rules.memory.ranking import FORGOTTEN_BELOW, strength
from npcs.rules.memory.scenes import Reach, Scene
from padawanforge.kit.jobs import enqueue

ACTIVE_CAP, REFLECTION_CAP = 500, 50
KEPT_AFTER_FORGETTING = timedelta(days=90)
# So much importance must have come together since the last conclusions.
REFLECT_AT = 50
REFLECTION_IMPORTANCE = 6
AT_MOST_EVERY = timedelta(days=1)
REFLECTED_ON = 200
BATCH = 500


def due_to_reflect(*, now: datetime) -> list[int]:
    """The pairs of which conclusions may be drawn again: the character reflects, and both sides remember."""
    pairs = MemoryProfile.objects.filter(
        is_on=True, npc__memory_policy__is_on=True, npc__memory_policy__reflects=True, npc__is_active=True
    ).exclude(reflected_at__gt=now - AT_MOST_EVERY)
    pairs = pairs.exclude(player__memory_choice__is_on=False).order_by("pk")
    return list(pairs.values_list("pk", flat=True))


def reflect_all(*, now: datetime) -> int:
    """Have every character that reflects do so about each player; by jobs, for a model takes its time. How many."""
    due = due_to_reflect(now=now)
    for pk in due:
        enqueue("npcs.reflect", pk=pk)
    return len(due)


def reflect(*, pk: int, now: datetime) -> int:
    """Up to three conclusions from what was said between the two alone or in public; how many are new.

    By a model where one may be asked, which takes its time: no transaction is open meanwhile. What was said in
    rooms behind doors is left out: a conclusion from several places would have no place.
    """
    profile, recent = _claimed(pk, now=now)
    if profile is None:
        return 0
    by_model = model_insights(profile, recent)
    return _keep(pk, recent, insights(_said(recent)) if by_model is None else by_model, now=now)


@transaction.atomic
def _claimed(pk: int, *, now: datetime) -> tuple[MemoryProfile | None, list[Memory]]:
    """What there is to draw conclusions from. Whoever moves the date has the work, so no model is asked twice."""
    profile = _locked(pk)
    if profile is None or not memories.remembers(npc_id=profile.npc_id, player_id=profile.player_id):
        return None, []
    if profile.reflected_at is not None and profile.reflected_at > now - AT_MOST_EVERY:
        return None, []
    rows = Memory.objects.about(npc_id=profile.npc_id, player_id=profile.player_id).active()
    rows = rows.exclude(kind=Memory.Kind.REFLECTION).exclude(visibility=Memory.Visibility.ROOM)
    since = rows.filter(created_at__gt=profile.reflected_at) if profile.reflected_at else rows
    if (since.aggregate(total=Sum("importance"))["total"] or 0) < REFLECT_AT:
        return None, []
    profile.reflected_at = now
    profile.save(update_fields=["reflected_at", "updated_at"])
    return profile, list(rows.defer("embedding").order_by("-created_at", "-pk")[:REFLECTED_ON])


@transaction.atomic
def _keep(pk: int, recent: Sequence[Memory], found: Sequence[Insight], *, now: datetime) -> int:
    """Those that stand on what is still remembered, word for word: the player may have deleted some meanwhile."""
    profile = _locked(pk)
    if profile is None or not memories.remembers(npc_id=profile.npc_id, player_id=profile.player_id):
        return 0
    rows = Memory.objects.about(npc_id=profile.npc_id, player_id=profile.player_id).active()
    read = {it.pk: it.text for it in recent}
    locked = rows.filter(pk__in=read).order_by("pk").select_for_update().values_list("pk", "text")
    there = {pk for pk, text in locked if text == read[pk]}
    return sum(
        _conclude(profile, it.text, it.sources, now=now) for it in found if there.issuperset(it.sources)
    )


def _locked(pk: int) -> MemoryProfile | None:
    """Its row alone: character and player may be in use."""
    rows = MemoryProfile.objects.select_for_update(of=("self",)).select_related("npc", "player")
    return rows.filter(pk=pk).first()


def _said(rows: Iterable[Memory]) -> list[Said]:
    return [Said(it.pk, it.text, frozenset(it.keywords.split())) for it in rows]


def _conclude(profile: MemoryProfile, text: str, sources: tuple[int, ...], *, now: datetime) -> bool:
    """It stays between the two, whatever it stands on: who adds things up may say more than each of them."""
    note = Note(text, kind=Memory.Kind.REFLECTION, importance=REFLECTION_IMPORTANCE)
    scene = Scene(reach=Reach.PRIVATE)
    memory = new_memory(note, npc=profile.npc, player=profile.player, scene=scene, now=now)
    known = Memory.objects.about(npc_id=profile.npc_id, player_id=profile.player_id).active()
    if known.filter(fingerprint=memory.fingerprint).exists():
        return False
    memory.save(force_insert=True)
    memory.sources.set(sources)
    return True


def forget_weak(*, now: datetime) -> int:
    """Archive what has faded and is not pinned; what a conclusion covers goes first. How many rows."""
    covered = Memory.sources.through.objects.filter(
        to_memory=OuterRef("pk"), from_memory__kind=Memory.Kind.REFLECTION
    )
    rows = Memory.objects.active().filter(is_pinned=False).annotate(is_covered=Exists(covered)).order_by("pk")
    faded = [
        it["pk"] for it in _figures(rows) if _strength(it, now) < FORGOTTEN_BELOW * (1 + it["is_covered"])
    ]
    return _archive(faded, now)


def keep_caps(*, now: datetime) -> int:
    """Archive the weakest beyond the caps of a pair; how many rows."""
    count = 0
    for kinds, cap in ((Memory.Kind.values, ACTIVE_CAP), ([Memory.Kind.REFLECTION], REFLECTION_CAP)):
        rows = Memory.objects.active().filter(kind__in=kinds)
        full = rows.values("npc_id", "player_id").order_by().annotate(many=Count("pk")).filter(many__gt=cap)
        for pair in list(full):
            of_pair = rows.filter(npc_id=pair["npc_id"], player_id=pair["player_id"], is_pinned=False)
            found = list(_figures(of_pair.annotate(is_covered=Value(False))))
            weakest = sorted(found, key=lambda it: (_strength(it, now), it["pk"]))
            count += _archive([it["pk"] for it in weakest[: pair["many"] - cap]], now)
    return count


def delete_forgotten(*, now: datetime) -> int:
    """Delete what was archived long ago; how many rows."""
    rows = Memory.objects.filter(state=Memory.State.ARCHIVED, archived_at__lt=now - KEPT_AFTER_FORGETTING)
    _, counts = rows.delete()
    return counts.get(Memory._meta.label, 0)


def refresh_stale(*, since: datetime) -> int:
    """Make anew what is derived for those of whom something was archived; how many pairs."""
    gone = Memory.objects.filter(
        archived_at__gte=since, npc=OuterRef("npc"), player=OuterRef("player"), state=Memory.State.ARCHIVED
    )
    profiles = MemoryProfile.objects.filter(Exists(gone)).order_by("pk")
    for profile in profiles:
        refresh_profile(profile)
        embed_missing(profile)
    return len(profiles)


def _figures(rows: QuerySet[Memory]) -> Iterator[dict[str, Any]]:
    columns = ("pk", "kind", "importance", "access_count", "last_access", "created_at", "is_covered")
    yield from rows.values(*columns).iterator(BATCH)


def _strength(row: dict[str, Any], now: datetime) -> float:
    return strength(
        kind=row["kind"],
        importance=row["importance"],
        access_count=row["access_count"],
        since=row["last_access"] or row["created_at"],
        now=now,
    )


def _archive(ids: Sequence[int], now: datetime) -> int:
    """Unless the player has pinned it meanwhile."""
    rows = Memory.objects.active().filter(is_pinned=False)
    return sum(
        rows.filter(pk__in=ids[start : start + BATCH]).update(state=Memory.State.ARCHIVED, archived_at=now)
        for start in range(0, len(ids), BATCH)
    )
