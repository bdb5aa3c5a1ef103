"""The posts of a character: what everybody reads, and the desk of those who look after it."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from npcs.actions import post_schedules, posts
from npcs.making_forms import PostForm, PostScheduleForm, PostTextForm
from npcs.models import Npc, NpcPost, PostSchedule
from npcs.permissions import may_create_npcs, may_edit_npc, may_edit_npcs, may_see_npcs
from npcs.queries.directory import npcs_visible
from npcs.queries.posts import post_of, posts_apart, posts_shown, schedule_of
from npcs.views.making import npc_to_edit
from padawanforge.kit import access
from padawanforge.kit.errors import DomainError


@require_safe
@never_cache
@access.requires(may_see_npcs)
def post_list(request: HttpRequest, slug: str) -> HttpResponse:
    visible = npcs_visible(with_hidden=may_create_npcs(request.user), author_id=request.user.pk)
    npc = visible.filter(slug=slug, retired_at=None).first()
    if npc is None:
        raise Http404
    return _page(request, npc, form=PostForm())


@require_safe
@never_cache
@access.requires(may_edit_npcs)
def post_desk(request: HttpRequest, slug: str) -> HttpResponse:
    """What nobody else reads yet; asked for again and again while the character writes."""
    return render(request, "npcs/_post_desk.html", _desk(npc_to_edit(request, slug)))


@require_POST
@access.requires(may_edit_npcs)
def post_ask(request: HttpRequest, slug: str) -> HttpResponse:
    npc = npc_to_edit(request, slug)
    form = PostForm(request.POST)
    if form.is_valid():
        topic = form.cleaned_data["topic"]
        try:
            posts.ask_for_post(npc=npc, player=request.user, topic=topic, now=timezone.now())
        except DomainError as refusal:
            form.add_error("topic", str(refusal))
        else:
            messages.success(request, f"{npc.name} begins to write.")
            return redirect("npcs:posts", npc.slug)
    return _page(request, npc, form=form, status=422)


@require_POST
@access.requires(may_edit_npcs)
def post_again(request: HttpRequest, slug: str, uuid: UUID) -> HttpResponse:
    post = _post(request, slug, uuid)
    return _do(
        request,
        post,
        lambda: posts.try_again(post=post, player=request.user, now=timezone.now()),
        said=f"{post.npc.name} tries again.",
    )


@require_POST
@access.requires(may_edit_npcs)
def post_publish(request: HttpRequest, slug: str, uuid: UUID) -> HttpResponse:
    post = _post(request, slug, uuid)
    return _do(
        request,
        post,
        lambda: posts.publish(post=post, player=request.user, now=timezone.now()),
        said="Everybody can read it now.",
    )


@require_POST
@access.requires(may_edit_npcs)
def post_hide(request: HttpRequest, slug: str, uuid: UUID) -> HttpResponse:
    post = _post(request, slug, uuid)
    return _do(
        request,
        post,
        lambda: posts.hide(post=post, player=request.user, now=timezone.now()),
        said="It is hidden.",
    )


@require_POST
@access.requires(may_edit_npcs)
def post_remove(request: HttpRequest, slug: str, uuid: UUID) -> HttpResponse:
    post = _post(request, slug, uuid)
    return _do(request, post, lambda: posts.delete(post=post, player=request.user), said="It is deleted.")


@require_http_methods(["GET", "POST"])
@never_cache
@access.requires(may_edit_npcs)
def post_edit(request: HttpRequest, slug: str, uuid: UUID) -> HttpResponse:
    """The text of a draft, before anybody else reads it. A refusal keeps what was written."""
    post = _post(request, slug, uuid)
    start = {"text": post.text, "seen": post.edits}
    form = PostTextForm(request.POST if request.method == "POST" else None, initial=start)
    if form.is_valid():
        try:
            posts.edit(post=post, player=request.user, now=timezone.now(), **form.cleaned_data)
        except DomainError as refusal:
            form.add_error("text", str(refusal))
        else:
            messages.success(request, "The draft is changed.")
            return redirect("npcs:posts", post.npc.slug)
    context = {"npc": post.npc, "post": post, "form": form}
    return render(request, "npcs/post_edit.html", context, status=422 if form.errors else 200)


@require_POST
@access.requires(may_edit_npcs)
def schedule_set(request: HttpRequest, slug: str) -> HttpResponse:
    npc = npc_to_edit(request, slug)
    form = PostScheduleForm(request.POST)
    if form.is_valid():
        try:
            post_schedules.set_schedule(npc=npc, player=request.user, now=timezone.now(), **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{npc.name} writes by itself from now on.")
            return redirect("npcs:posts", npc.slug)
    return _page(request, npc, form=PostForm(), schedule_form=form, status=422)


@require_POST
@access.requires(may_edit_npcs)
def schedule_stop(request: HttpRequest, slug: str) -> HttpResponse:
    npc = npc_to_edit(request, slug)
    post_schedules.stop_schedule(npc=npc, player=request.user)
    messages.success(request, f"{npc.name} writes only when somebody asks for it.")
    return redirect("npcs:posts", npc.slug)


def _post(request: HttpRequest, slug: str, uuid: UUID) -> NpcPost:
    post = post_of(npc_to_edit(request, slug), uuid)
    if post is None:
        raise Http404
    return post


def _do(request: HttpRequest, post: NpcPost, act: Callable[[], object], *, said: str) -> HttpResponse:
    try:
        act()
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)
    return redirect("npcs:posts", post.npc.slug)


def _desk(npc: Npc) -> dict[str, object]:
    apart = posts_apart(npc)
    return {"npc": npc, "apart": apart, "is_writing": any(post.stage == "writing" for post in apart)}


def _page(
    request: HttpRequest,
    npc: Npc,
    *,
    form: PostForm,
    schedule_form: PostScheduleForm | None = None,
    status: int = 200,
) -> HttpResponse:
    cursor = request.GET.get("after", "")
    try:
        page = posts_shown(npc, cursor=cursor)
    except ValidationError as error:
        raise Http404 from error
    may_edit = may_edit_npc(request.user, npc)
    context = {"npc": npc, "page": page, "is_later_page": bool(cursor), "may_edit": may_edit, "form": form}
    if may_edit:
        schedule = schedule_of(npc)
        schedule_form = schedule_form or PostScheduleForm(initial=_start_of(schedule))
        context |= _desk(npc) | {"schedule": schedule, "schedule_form": schedule_form}
    return render(request, "npcs/post_list.html", context, status=status)


def _start_of(schedule: PostSchedule | None) -> dict[str, object]:
    if schedule is None:
        return {"every_days": PostSchedule.Every.WEEK}
    return {"every_days": schedule.every_days, "topics": "\n".join(schedule.topics)}
