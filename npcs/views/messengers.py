"""Settings, other messengers: who the player is there, by his own proof, and what becomes of what he said there."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from npcs.actions import linking
from npcs.models import OutsideIdentity
from npcs.queries.linking import bots_to_write_to, identities_of, identity_of
from padawanforge.kit import access
from padawanforge.kit.errors import DomainError
from players.permissions import has_account


@require_safe
@never_cache
@access.requires(has_account)
def overview(request: HttpRequest) -> HttpResponse:
    return _page(request)


@require_POST
@never_cache
@access.requires(has_account)
def code_show(request: HttpRequest) -> HttpResponse:
    """The page with a code, which no other page shows again; so there is no redirect to one."""
    try:
        code = linking.make_code(player=request.user, now=timezone.now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("npcs:messengers")
    return _page(request, code=code)


@require_POST
@access.requires(has_account)
def words_decide(request: HttpRequest, uuid: UUID) -> HttpResponse:
    identity = _own(request, uuid)
    name, now = identity.bot.npc.name, timezone.now()
    try:
        match request.POST.get("words"):
            case "join":
                count = linking.join_words(identity=identity, now=now)
                said = f"{name} remembers of you what you say there. Sayings taken over: {count}."
            case "apart":
                linking.keep_apart(identity=identity, now=now)
                said = "From now on it stays apart."
            case "delete":
                count = linking.delete_words(identity=identity, now=now)
                said = f"Messages deleted: {count}. What comes from now on stays apart."
            case _:
                raise Http404
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)
    return redirect("npcs:messengers")


@require_POST
@access.requires(has_account)
def identity_unlink(request: HttpRequest, uuid: UUID) -> HttpResponse:
    linking.unlink(identity=_own(request, uuid))
    messages.success(request, "The link is gone. Whoever speaks there is nobody here again.")
    return redirect("npcs:messengers")


def _own(request: HttpRequest, uuid: UUID) -> OutsideIdentity:
    identity = identity_of(request.user.pk, uuid)
    if identity is None:
        raise Http404
    return identity


def _page(request: HttpRequest, *, code: linking.MadeCode | None = None) -> HttpResponse:
    cursor = request.GET.get("after", "")
    try:
        page = identities_of(request.user.pk, cursor=cursor)
    except ValidationError as error:
        raise Http404 from error
    context = {
        "page": page,
        "is_later_page": bool(cursor),
        "code": code,
        "minutes": linking.CODE_MINUTES,
        "bots": bots_to_write_to(),
    }
    return render(request, "npcs/messengers.html", context)
