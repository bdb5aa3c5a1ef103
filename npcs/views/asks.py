"""The cards on which a character asks before it does something: a page without script, and its part in the chat."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from npcs.actions import tools
from npcs.models import ToolUse
from npcs.permissions import may_see_npcs
from npcs.queries.tools import is_open, may_be_undone, use_for
from padawanforge.kit import access
from padawanforge.kit.errors import DomainError


@require_safe
@never_cache
@access.requires(may_see_npcs)
def ask_detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    return render(request, "npcs/ask_detail.html", _context(_own(request, uuid)))


@require_safe
@never_cache
@access.requires(may_see_npcs)
def ask_card(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """As it stands under the message; who was not asked reads nothing of what it is about."""
    use = use_for(request.user, uuid)
    return render(request, "npcs/_ask.html", _context(use) if use else {"use": None})


@require_POST
@access.requires(may_see_npcs)
def ask_decide(request: HttpRequest, uuid: UUID) -> HttpResponse:
    use = _own(request, uuid)
    try:
        use = tools.decide(use=use, player=request.user, is_allowed=request.POST.get("answer") == "yes")
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return _answered(request, use)


@require_POST
@access.requires(may_see_npcs)
def ask_undo(request: HttpRequest, uuid: UUID) -> HttpResponse:
    use = _own(request, uuid)
    try:
        tools.undo(use=use)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return _answered(request, use)


def _answered(request: HttpRequest, use: ToolUse) -> HttpResponse:
    if not request.htmx:
        return redirect("npcs:ask", use.uuid)
    use.refresh_from_db()
    return render(request, "npcs/_ask.html", _context(use))


def _own(request: HttpRequest, uuid: UUID) -> ToolUse:
    use = use_for(request.user, uuid)
    if use is None:
        raise Http404
    return use


def _context(use: ToolUse) -> dict[str, object]:
    return {
        "use": use,
        "is_open": is_open(use),
        "is_too_late": use.state == ToolUse.State.ASKED and not is_open(use),
        "may_undo": may_be_undone(use),
    }
