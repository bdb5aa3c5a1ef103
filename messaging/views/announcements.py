"""What is announced: the lines on top of pages, the list, and that somebody has read it."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from messaging.actions import announcements as actions
from messaging.queries.announcements import Shown, announcement_for, announcements_for
from padawanforge.kit import access
from players.views.addresses import own_address


@access.signed_in
@require_safe
@never_cache
def announcement_list(request: HttpRequest) -> HttpResponse:
    after = request.GET.get("after", "")
    try:
        page = announcements_for(request.user, timezone.now(), after=after)
    except ValidationError:
        raise Http404 from None
    return render(request, "messaging/announcements.html", {"page": page, "is_later_page": bool(after)})


@access.signed_in
@require_safe
@never_cache
def announcement_banners(request: HttpRequest) -> HttpResponse:
    """The lines alone, for a page that is open when something is announced."""
    return render(request, "messaging/_banners.html")


@access.signed_in
@require_safe
@never_cache
def announcement_detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    return render(request, "messaging/announcement.html", {"shown": _own(request, uuid)})


@access.signed_in
@require_POST
def announcement_read(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The reader says that he has read it."""
    announcement = _own(request, uuid).announcement
    actions.acknowledge(announcement=announcement, player=request.user, now=timezone.now())
    if request.htmx:
        return render(request, "messaging/_banners.html")
    messages.success(request, "Thank you. It is noted that you have read it.")
    return _back(request)


@access.signed_in
@require_POST
def announcement_dismiss(request: HttpRequest, uuid: UUID) -> HttpResponse:
    actions.put_away(announcement=_own(request, uuid).announcement, player=request.user, now=timezone.now())
    if request.htmx:
        return render(request, "messaging/_banners.html")
    return _back(request)


def _own(request: HttpRequest, uuid: UUID) -> Shown:
    """Only what is told to the reader; for everybody else there is none."""
    shown = announcement_for(request.user, uuid, timezone.now())
    if shown is None:
        raise Http404
    return shown


def _back(request: HttpRequest) -> HttpResponse:
    return redirect(own_address(request, request.headers.get("referer")) or "messaging:announcements")
