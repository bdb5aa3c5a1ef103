"""Posts of characters: what everybody reads, and what is kept for those who look after them."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from npcs.models import Interaction, Npc, NpcPost, PostSchedule
from padawanforge.kit.paging import Page, page_of
from padawanforge.kit.work import WorkState

PAGE_SIZE = 10
UNREAD_SHOWN = 20


def posts_shown(npc: Npc, *, cursor: str = "", limit: int = PAGE_SIZE) -> Page:
    """What was published, the newest first."""
    return page_of(npc.posts.shown(), order=("-published_at", "-pk"), cursor=cursor, limit=limit)


def posts_kept(npc: Npc, *, cursor: str = "", limit: int = PAGE_SIZE) -> Page:
    """All of them, whatever became of them, the newest first."""
    return page_of(npc.posts.select_related("interaction"), order=("-pk",), cursor=cursor, limit=limit)


def posts_apart(npc: Npc) -> list[NpcPost]:
    """What nobody else reads: being written, failed, drafts and hidden ones."""
    shown = npc.posts.shown().values("pk")
    return list(npc.posts.exclude(pk__in=shown).order_by("-pk")[:UNREAD_SHOWN])


def post_of(npc: Npc, uuid: UUID) -> NpcPost | None:
    return npc.posts.select_related("npc", "interaction").filter(uuid=uuid).first()


def unread(npc: Npc) -> QuerySet[NpcPost]:
    """Drafts and failed ones: what somebody should look at."""
    return npc.posts.filter(state__in=[WorkState.DONE, WorkState.FAILED], published_at=None)


def tries_since(npc: Npc, moment: datetime) -> int:
    """How often it has set about writing a post, whatever became of them: tried again, or deleted since.

    What is written for nobody and stands in no channel is a post; what has not come so far has no record of it yet.
    """
    said = Interaction.objects.filter(npc=npc, player=None, place=None, created_at__gt=moment)
    unsaid = npc.posts.filter(interaction=None, queued_at__gt=moment)
    return said.count() + unsaid.count()


def schedule_of(npc: Npc) -> PostSchedule | None:
    return PostSchedule.objects.filter(npc=npc).select_related("set_by").first()
