"""Posts of characters, for programs: read by everybody, asked for and decided by those who look after them."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from npcs import permissions
from npcs.actions import post_schedules, posts
from npcs.models import Npc, NpcPost, PostSchedule
from npcs.models.post import POST_MAX_LENGTH, TOPIC_MAX_LENGTH
from npcs.queries.directory import npcs_visible
from npcs.queries.posts import PAGE_SIZE, post_of, posts_kept, posts_shown, schedule_of
from padawanforge.kit import access
from padawanforge.kit.paging import MAX_CURSOR_LENGTH
from players.models import Player

router = Router(tags=["posts of characters"])
CURSOR = Query("", max_length=MAX_CURSOR_LENGTH, description="`after` of the page before.")
LIMIT = Query(PAGE_SIZE, ge=1, le=50)


class PostSourceOut(Schema):
    """What [n] in the text stands for: a passage under `/characters/{slug}/sources/{uuid}`."""

    n: int
    uuid: UUID
    title: str


class PostOut(Schema):
    uuid: UUID
    topic: str
    text: str = Field(description="Markdown.")
    engine: str = Field(description="Which engine made it.")
    is_edited: bool = Field(description="Whether a person has changed what it wrote.")
    sources: list[PostSourceOut]
    published_at: datetime | None


class PostsOut(Schema):
    """`after` is the cursor of the next page; empty on the last one."""

    posts: list[PostOut]
    after: str


class KeptPostOut(PostOut):
    """`stage`: writing, failed, draft, published or hidden."""

    stage: str
    problem: str = Field(description="Why it failed.")
    edits: int = Field(description="How often a person has changed it.")
    written_text: str = Field(description="As the character wrote it; empty where nobody has changed it.")
    cost: float | None = Field(description="Empty where nobody has said what it costs.")
    tokens: int
    created_at: datetime


class KeptPostsOut(Schema):
    posts: list[KeptPostOut]
    after: str


class PostIn(Schema):
    model_config = ConfigDict(extra="forbid")

    topic: str = Field(min_length=1, max_length=TOPIC_MAX_LENGTH, description="What it is to write about.")


class PostTextIn(Schema):
    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=POST_MAX_LENGTH, description="Markdown.")
    seen: int = Field(ge=0, le=2**31 - 1, description="`edits` of the draft that was read.")


class ScheduleIn(Schema):
    model_config = ConfigDict(extra="forbid")

    every_days: Literal[1, 3, 7, 14, 30]
    topics: list[Annotated[str, Field(min_length=1, max_length=TOPIC_MAX_LENGTH)]] = Field(
        min_length=1, max_length=post_schedules.TOPICS, description="What about, in turn."
    )


class ScheduleOut(Schema):
    every_days: int
    topics: list[str]
    next_topic: str
    due_at: datetime
    note: str = Field(description="Why nothing was written the last time.")


@router.get("/characters/{slug:slug}/posts", response={200: PostsOut}, summary="What it has written")
@access.scope("characters:read")
@access.requires(permissions.may_see_npcs)
def post_list(request: HttpRequest, slug: str, cursor: str = CURSOR, limit: int = LIMIT) -> dict[str, object]:
    """The newest first."""
    is_maker = permissions.may_create_npcs(request.user)
    visible = npcs_visible(with_hidden=is_maker, author_id=request.user.pk)
    npc = visible.filter(slug=slug, retired_at=None).first()
    if npc is None:
        raise Http404
    page = posts_shown(npc, cursor=cursor, limit=limit)
    return {"posts": [_out(post) for post in page.rows], "after": page.after}


@router.get("/workshop/{slug:slug}/posts", response={200: KeptPostsOut}, summary="All its posts")
@access.scope("workshop:read")
@access.requires(permissions.may_edit_npcs)
def post_desk(request: HttpRequest, slug: str, cursor: str = CURSOR, limit: int = LIMIT) -> dict[str, object]:
    """Drafts, hidden and failed ones too, the newest first."""
    page = posts_kept(_npc(request.user, slug), cursor=cursor, limit=limit)
    return {"posts": [_kept(post) for post in page.rows], "after": page.after}


@router.post("/workshop/{slug:slug}/posts", response={202: KeptPostOut}, summary="Have a post written")
@access.scope("workshop:write")
@access.requires(permissions.may_edit_npcs)
def post_ask(request: HttpRequest, slug: str, data: PostIn) -> Status:
    """In the background, one at a time. A draft, unless the character publishes at once."""
    npc = _npc(request.user, slug)
    post = posts.ask_for_post(npc=npc, player=request.user, topic=data.topic, now=timezone.now())
    return Status(202, _kept(post))


@router.get("/workshop/{slug:slug}/posts/{uuid:uuid}", response={200: KeptPostOut}, summary="A post")
@access.scope("workshop:read")
@access.requires(permissions.may_edit_npcs)
def post_detail(request: HttpRequest, slug: str, uuid: UUID) -> dict[str, object]:
    return _kept(_post(request, slug, uuid))


@router.post(
    "/workshop/{slug:slug}/posts/{uuid:uuid}/again", response={202: KeptPostOut}, summary="Try a post again"
)
@access.scope("workshop:write")
@access.requires(permissions.may_edit_npcs)
def post_again(request: HttpRequest, slug: str, uuid: UUID) -> Status:
    """One that failed; `problem` says why. On the bill of who asks now."""
    posts.try_again(post=_post(request, slug, uuid), player=request.user, now=timezone.now())
    return Status(202, _kept(_post(request, slug, uuid)))


@router.post(
    "/workshop/{slug:slug}/posts/{uuid:uuid}/publish", response={200: KeptPostOut}, summary="Publish a post"
)
@access.scope("workshop:write")
@access.requires(permissions.may_edit_npcs)
def post_publish(request: HttpRequest, slug: str, uuid: UUID) -> dict[str, object]:
    """A draft, or one that was hidden."""
    posts.publish(post=_post(request, slug, uuid), player=request.user, now=timezone.now())
    return _kept(_post(request, slug, uuid))


@router.post(
    "/workshop/{slug:slug}/posts/{uuid:uuid}/hide", response={200: KeptPostOut}, summary="Hide a post"
)
@access.scope("workshop:write")
@access.requires(permissions.may_edit_npcs)
def post_hide(request: HttpRequest, slug: str, uuid: UUID) -> dict[str, object]:
    posts.hide(post=_post(request, slug, uuid), player=request.user, now=timezone.now())
    return _kept(_post(request, slug, uuid))


@router.delete("/workshop/{slug:slug}/posts/{uuid:uuid}", response={204: None}, summary="Delete a post")
@access.scope("workshop:write")
@access.requires(permissions.may_edit_npcs)
def post_remove(request: HttpRequest, slug: str, uuid: UUID) -> Status:
    """For good. One that is being written ends."""
    posts.delete(post=_post(request, slug, uuid), player=request.user)
    return Status(204, None)


@router.put(
    "/workshop/{slug:slug}/posts/{uuid:uuid}/text", response={200: KeptPostOut}, summary="Change a draft"
)
@access.scope("workshop:write")
@access.requires(permissions.may_edit_npcs)
def post_edit(request: HttpRequest, slug: str, uuid: UUID, data: PostTextIn) -> dict[str, object]:
    """Before it is published; readers are told that a person has changed it."""
    post, now = _post(request, slug, uuid), timezone.now()
    posts.edit(post=post, player=request.user, text=data.text, seen=data.seen, now=now)
    return _kept(_post(request, slug, uuid))


@router.get("/workshop/{slug:slug}/schedule", response={200: ScheduleOut}, summary="When it writes by itself")
@access.scope("workshop:read")
@access.requires(permissions.may_edit_npcs)
def schedule_detail(request: HttpRequest, slug: str) -> PostSchedule:
    """404 where it doesn't."""
    schedule = schedule_of(_npc(request.user, slug))
    if schedule is None:
        raise Http404
    return schedule


@router.put("/workshop/{slug:slug}/schedule", response={200: ScheduleOut}, summary="Let it write by itself")
@access.scope("workshop:write")
@access.requires(permissions.may_edit_npcs)
def schedule_set(request: HttpRequest, slug: str, data: ScheduleIn) -> PostSchedule:
    """On the bill of who sets it; the first time after one interval."""
    npc, now = _npc(request.user, slug), timezone.now()
    return post_schedules.set_schedule(
        npc=npc, player=request.user, every_days=data.every_days, topics=data.topics, now=now
    )


@router.delete(
    "/workshop/{slug:slug}/schedule", response={204: None}, summary="Let it write no more by itself"
)
@access.scope("workshop:write")
@access.requires(permissions.may_edit_npcs)
def schedule_stop(request: HttpRequest, slug: str) -> Status:
    post_schedules.stop_schedule(npc=_npc(request.user, slug), player=request.user)
    return Status(204, None)


def _npc(player: Player, slug: str) -> Npc:
    npc = permissions.npc_to_edit(player, slug)
    if npc is None:
        raise Http404
    return npc


def _post(request: HttpRequest, slug: str, uuid: UUID) -> NpcPost:
    post = post_of(_npc(request.user, slug), uuid)
    if post is None:
        raise Http404
    return post


def _out(post: NpcPost) -> dict[str, Any]:
    return {
        "uuid": post.uuid,
        "topic": post.topic,
        "text": post.text,
        "engine": post.engine,
        "is_edited": post.edits > 0,
        "sources": post.cited,
        "published_at": post.published_at,
    }


def _kept(post: NpcPost) -> dict[str, Any]:
    made = post.interaction
    return {
        **_out(post),
        "stage": post.stage,
        "problem": post.last_error,
        "edits": post.edits,
        "written_text": post.written_text,
        "cost": made.cost_estimate if made else None,
        "tokens": made.tokens_in + made.tokens_out if made else 0,
        "created_at": post.created_at,
    }
