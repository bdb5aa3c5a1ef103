"""What a player is told: the list, opening, dismissing."""

import json
from collections.abc import Sequence
from itertools import groupby
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from messaging.actions import notifications as actions
from messaging.models import Notification
from messaging.queries.announcements import banners_for
from messaging.queries.notifications import STATES, notification_of, notifications_of, unread_count
from messaging.rules.notices import day_name
from padawanforge.kit import access
from players.choices import NotificationKind
from players.views.addresses import own_address

# What the list can be narrowed to.
CHOICES = {
    "kind": NotificationKind.values,
    "priority": Notification.Priority.values,
    "state": list(STATES),
}


@access.signed_in
@require_safe
@never_cache
def notification_list(request: HttpRequest) -> HttpResponse:
    chosen = {name: request.GET.get(name, "") for name in CHOICES}
    after = request.GET.get("after", "")
    if any(value and value not in CHOICES[name] for name, value in chosen.items()):
        raise Http404
    try:
        page = notifications_of(request.user, after=after, **chosen)
    except ValidationError:
        raise Http404 from None
    context = {
        "page": page,
        "days": _by_day(page.rows),
        **chosen,
        "kinds": NotificationKind.choices,
        "priorities": Notification.Priority.choices,
        "states": [("", "All that waits"), ("unread", "Unread"), ("dismissed", "Put away")],
        "filters": urlencode({name: value for name, value in chosen.items() if value}),
        "is_later_page": bool(after),
    }
    return render(request, "messaging/notifications.html", context)


@access.signed_in
@require_safe
@never_cache
def notification_count(request: HttpRequest) -> JsonResponse:
    """For the bell of pages without a socket, which hear of announcements by the way."""
    announced = [str(shown.announcement.uuid) for shown in banners_for(request.user, timezone.now())]
    return JsonResponse({"unread": unread_count(request.user), "announced": announced})


@access.signed_in
@require_POST
def notification_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Read it, and go where it leads."""
    notification = _own(request, pk)
    actions.read(notification=notification, now=timezone.now())
    # Only addresses of ours: what is told may have come from elsewhere.
    return redirect(own_address(request, notification.action_url) or "messaging:notifications")


@access.signed_in
@require_POST
def notification_dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    actions.dismiss(notification=_own(request, pk), now=timezone.now())
    if request.htmx:
        waiting = {"notification": {"unread": unread_count(request.user)}}
        return HttpResponse("", headers={"HX-Trigger": json.dumps(waiting)})
    return redirect("messaging:notifications")


@access.signed_in
@require_POST
def notifications_read(request: HttpRequest) -> HttpResponse:
    actions.read_all(player=request.user, now=timezone.now())
    return redirect("messaging:notifications")


def _by_day(rows: Sequence[Notification]) -> list[tuple[str, list[Notification]]]:
    """The rows under the names of their days, which begin and end by the reader's own clock."""
    today = timezone.localdate()
    days = groupby(rows, key=lambda row: timezone.localdate(row.told_at))
    return [(day_name(day, today), list(told)) for day, told in days]


def _own(request: HttpRequest, pk: int) -> Notification:
    notification = notification_of(request.user, pk)
    if notification is None:
        raise Http404
    return notification
