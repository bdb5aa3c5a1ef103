from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from padawanforge.kit import access
from players.actions.guests import HOUR_SECONDS, TooManyGuests, enter_as_guest
from players.actions.settings import choose_theme, save_settings
from players.forms import PreferencesForm, ProfileForm, ThemeForm
from players.models import PlayerPreferences, PlayerProfile
from players.permissions import may_see_players
from players.queries import profile_card

GUEST_BACKEND = "django.contrib.auth.backends.ModelBackend"


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
def settings_edit(request: HttpRequest) -> HttpResponse:
    sent = request.POST if request.method == "POST" else None
    # Rows of their own: a refused form must not change the name that the header shows.
    profile = ProfileForm(sent, instance=PlayerProfile.objects.get(player=request.user))
    preferences = PreferencesForm(sent, instance=PlayerPreferences.objects.get(player=request.user))
    # Not "and": both forms shall tell what is wrong with them.
    if sent is not None and profile.is_valid() & preferences.is_valid():
        save_settings(profile=profile.instance, preferences=preferences.instance)
        messages.success(request, "Your settings are saved.")
        return redirect("players:settings")
    context = {"profile": profile, "preferences": preferences}
    return render(request, "players/settings_edit.html", context, status=200 if sent is None else 422)


@access.signed_in
@require_POST
def theme_set(request: HttpRequest) -> HttpResponse:
    """The header's menu: by htmx the page stays, without scripts it is loaded again."""
    form = ThemeForm(request.POST)
    if not form.is_valid():
        return HttpResponse("There is no such theme.", status=422, content_type="text/plain")
    choose_theme(player=request.user, theme=form.cleaned_data["theme"])
    if request.htmx:
        return HttpResponse(status=204)
    return redirect(own_address(request, request.headers.get("referer")) or "site:home")


@access.requires(may_see_players)
@require_safe
def player_detail(request: HttpRequest, username: str) -> HttpResponse:
    card = profile_card(request.user, username)
    if card is None:
        raise Http404
    return render(request, "players/player_detail.html", {"card": card})


def own_address(request: HttpRequest, address: str | None) -> str | None:
    """The address when it is one of ours, None when it would lead elsewhere."""
    is_ours = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if is_ours else None
