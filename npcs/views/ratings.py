"""How good an answer was: by a form on the message, without a script too."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from npcs.actions.ratings import NoSuchRating, NotRateable, rate_answer
from npcs.permissions import may_see_npcs
from npcs.rules.ratings import THUMBS
from padawanforge.kit import access


@require_POST
@access.requires(may_see_npcs)
def answer_rate(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """`stars` 1 to 5, `thumb` up or down, or nothing to take it back. A script gets JSON."""
    wants_json = request.headers.get("Accept") == "application/json"
    try:
        stars = rate_answer(message=uuid, player=request.user, stars=_given(request), now=timezone.now())
    except NotRateable as refusal:
        if wants_json:
            return JsonResponse({"detail": str(refusal)}, status=404)
        raise Http404 from refusal
    except NoSuchRating as refusal:
        if wants_json:
            return JsonResponse({"detail": str(refusal)}, status=422)
        messages.error(request, str(refusal))
        return redirect(_back(request))
    if wants_json:
        return JsonResponse({"stars": stars})
    messages.success(request, "Thank you for the rating." if stars else "Your rating is taken back.")
    return redirect(_back(request))


def _given(request: HttpRequest) -> int | None:
    if thumb := request.POST.get("thumb"):
        return THUMBS.get(thumb, 0)
    stars = request.POST.get("stars", "")
    if not stars:
        return None
    return int(stars) if stars.isascii() and stars.isdigit() and len(stars) < 3 else 0


def _back(request: HttpRequest) -> str:
    """Where the form stood, if that is one of our pages."""
    before = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(
        before, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return before if is_ours else "npcs:list"
