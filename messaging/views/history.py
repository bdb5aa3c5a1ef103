"""Finding one's way back: permalinks, what is unread, and the search."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from messaging import kinds
from messaging.actions.presence import note_read
from messaging.actions.reading import mark_unread
from messaging.queries.history import shown_count, unread_total
from messaging.queries.search import MAX_LENGTH, Hits, SearchUnclear, find
from messaging.rules.search import HAS, IS
from messaging.views.lookups import channel_of, message_of
from padawanforge.kit import access


@access.signed_in
@require_safe
@never_cache
def permalink(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The channel at this message; whoever may not read it learns nothing."""
    message = message_of(request, uuid)
    page = kinds.get(message.channel.kind).addresses([message.channel_id]).get(message.channel_id)
    if not page:
        return redirect("messaging:message", uuid=uuid)
    return redirect(f"{page}?at={uuid}#message-{uuid}")


@access.signed_in
@require_POST
def message_unread(request: HttpRequest, uuid: UUID) -> HttpResponse:
    message = message_of(request, uuid)
    mark_unread(message=message, player=request.user)
    messages.success(request, "From this message on, all is marked as unread.")
    return redirect("messaging:message", uuid=uuid)


@access.signed_in
@require_POST
def channel_read(request: HttpRequest, room: UUID) -> HttpResponse:
    """All of it; for pages without a script, which can't tell what was looked at."""
    channel = channel_of(request, room)
    note_read(channel=channel, player=request.user, seq=channel.last_seq)
    return redirect(kinds.get(channel.kind).addresses([channel.pk]).get(channel.pk, "/"))


@access.signed_in
@require_safe
@never_cache
def unread(request: HttpRequest) -> HttpResponse:
    """For the badge in the header."""
    number = unread_total(request.user)
    return JsonResponse({"unread": number, "shown": shown_count(number) if number else ""})


@access.signed_in
@require_safe
@never_cache
def search(request: HttpRequest) -> HttpResponse:
    text, cursor = request.GET.get("q", "").strip()[:MAX_LENGTH], request.GET.get("after", "")
    problems: tuple[str, ...] = ()
    hits = Hits([], "")
    try:
        hits = find(request.user, text, cursor=cursor)
    except SearchUnclear as refusal:
        problems = refusal.problems
    except ValidationError:
        raise Http404 from None
    context = {
        "q": text,
        "query": urlencode({"q": text}),
        "hits": hits,
        "problems": problems,
        "is_later_page": bool(cursor),
        "max_length": MAX_LENGTH,
        "today": timezone.localdate(),
        "has": HAS,
        "only": IS,
    }
    return render(request, "messaging/search.html", context, status=422 if problems else 200)
