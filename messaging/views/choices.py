"""By which ways a player hears of what, and the doors of those ways: the letter's link, the browser's push."""

import json

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from messaging.actions.mails import NoSuchLetter, stop_letters, what_stops
from messaging.actions.push import server_key, subscribe, unsubscribe
from messaging.queries.notifications import browsers_of
from padawanforge.kit import access
from padawanforge.kit.errors import DomainError
from players.actions.settings import save_notifications
from players.browsers import browser_of
from players.forms.notifications import COLUMNS, NotificationsForm
from players.models import PlayerPreferences
from players.queries.addresses import confirmed_address
from players.rules.devices import device_of
from players.views.settings import accepted

WORKER = "text/javascript; charset=utf-8"


@access.signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def notification_settings(request: HttpRequest) -> HttpResponse:
    preferences = PlayerPreferences.objects.get(player=request.user)
    form = NotificationsForm(request.POST if request.method == "POST" else None, instance=preferences)
    if accepted(form, lambda: save_notifications(preferences=preferences)):
        messages.success(request, "Your choices are saved.")
        return redirect("messaging:notification-settings")
    context = {
        "form": form,
        "columns": COLUMNS.values(),
        "address": confirmed_address(request.user),
        "browsers": browsers_of(request.user),
        "server_key": server_key(),
        "site_zone": settings.TIME_ZONE,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "messaging/notification_settings.html", context, status=status)


@access.signed_in
@require_POST
def push_subscribe(request: HttpRequest) -> JsonResponse:
    """What the browser's Push API gave, as JSON."""
    given = _subscription(request)
    try:
        subscribe(
            player=request.user,
            **given,
            browser=device_of(browser_of(request).agent).name,
            now=timezone.now(),
        )
    except DomainError as error:
        return JsonResponse({"detail": str(error), "code": error.code}, status=422)
    return JsonResponse({"state": "on"})


@access.signed_in
@require_POST
def push_unsubscribe(request: HttpRequest) -> JsonResponse:
    unsubscribe(player=request.user, endpoint=_subscription(request)["endpoint"])
    return JsonResponse({"state": "off"})


# Mail programs follow the link without a cookie and without our token; the signature says who it is.
@csrf_exempt
@access.public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def letters_stop(request: HttpRequest, token: str) -> HttpResponse:
    """Looking changes nothing, for mail programs look at every link; pressing the button does."""
    try:
        if request.method == "POST":
            return render(request, "messaging/letters_stopped.html", {"label": stop_letters(token=token)})
        _, _, label = what_stops(token)
    except NoSuchLetter as error:
        return render(request, "messaging/letters_stop.html", {"problem": str(error)}, status=404)
    return render(request, "messaging/letters_stop.html", {"label": label})


@access.public
@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """From the root, because a worker sees only what lies beneath its own address."""
    response = render(request, "messaging/sw.js", content_type=WORKER)
    response["Cache-Control"] = "no-cache"
    return response


def _subscription(request: HttpRequest) -> dict[str, str]:
    """Whatever is no such thing becomes empty, and is refused as that."""
    try:
        sent = json.loads(request.body)
        found = {"endpoint": sent["endpoint"], **{name: sent["keys"][name] for name in ("p256dh", "auth")}}
    except (ValueError, KeyError, TypeError):
        found = {}
    return {name: str(found.get(name, "")) for name in ("endpoint", "p256dh", "auth")}
