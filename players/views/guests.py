from allauth.account.adapter import get_adapter
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from padawanforge.kit import access
from players.actions.guests import HOUR_SECONDS, TooManyGuests, enter_as_guest
from players.views.addresses import own_address

GUEST_BACKEND = "players.backends.PlayerBackend"


@access.public
@require_POST
def guest_enter(request: HttpRequest) -> HttpResponse:
    """Play without an account; who is signed in already simply goes on."""
    if not request.user.is_authenticated:
        address = get_adapter(request).get_client_ip(request)
        try:
            guest = enter_as_guest(now=timezone.now(), address=address)
        except TooManyGuests as error:
            response = render(request, "players/guest_refused.html", {"error": error}, status=429)
            response["Retry-After"] = str(HOUR_SECONDS)
            return response
        login(request, guest, backend=GUEST_BACKEND)
    return redirect(own_address(request, request.POST.get("next")) or "rooms:list")


@access.signed_in
@require_safe
@never_cache
def guest_left(request: HttpRequest) -> HttpResponse:
    """What is left of the demo, for a page that is open while it gets less; nothing for who is no guest."""
    return render(request, "_demo_banner.html")
