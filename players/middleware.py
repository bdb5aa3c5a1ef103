"""What holds for every page: who is signed in since when, the own time zone and language, and the ways that
are closed to guests and to those who leave.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.socialaccount.models import SocialApp
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone, translation
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.deprecation import MiddlewareMixin
from django.utils.http import urlencode
from django.views.defaults import page_not_found
from requests import RequestException

from players.actions.sessions import look_again, note_session
from players.browsers import browser_of, is_noted
from players.rules.sessions import is_idle, is_over

logger = logging.getLogger(__name__)

CONSOLE_SEEN = "console_seen_at"
# Addresses of allauth (and of ours in their place) that are about an account; nothing for guests.
ACCOUNT_PAGES = frozenset(
    {
        "account_email",
        "account_change_password",
        "account_set_password",
        "account_reauthenticate",
        "socialaccount_connections",
        "usersessions_list",
        "sessions",
        "connections",
    }
)
OPEN_TO_GUESTS = frozenset({"mfa_authenticate", "mfa_login_webauthn", "mfa_signup_webauthn", "mfa_trust"})


class KnownSessions(MiddlewareMixin):
    """Notes that a session was used, ends it when its time is over, and closes its sockets when it ends."""

    def process_request(self, request: HttpRequest) -> None:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
            return
        request.came_as = request.user.pk, request.session.session_key
        if is_noted(request.session):
            return
        now = timezone.now()
        started = note_session(player=request.user, browser=browser_of(request), now=now)
        if is_over(started, now, days=settings.SESSION_DAYS):
            logout(request)
            messages.info(request, f"You had been signed in for {settings.SESSION_DAYS} days. Sign in again.")

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        player_id, session_key = getattr(request, "came_as", (None, None))
        if player_id and session_key != request.session.session_key:
            look_again(player_id)
        return response


class FreshConsole(MiddlewareMixin):
    """The console opens to a fresh sign-in or proof, and closes when it isn't used for a while."""

    def process_view(
        self, request: HttpRequest, view: Callable, args: tuple, kwargs: dict
    ) -> HttpResponse | None:
        match = request.resolver_match
        if match.app_name != "admin" or match.url_name == "logout" or not request.user.is_authenticated:
            return None
        now, seen = timezone.now(), _console_seen(request)
        if is_idle(seen, now, minutes=settings.CONSOLE_IDLE_MINUTES):
            return _prove(request)
        if is_idle(seen, now, minutes=1):
            request.session[CONSOLE_SEEN] = now.timestamp()
        return None


class ProviderAway(MiddlewareMixin):
    """A provider that doesn't answer is no fault of ours: allauth lets some of its silence through."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        name = (request.resolver_match and request.resolver_match.url_name) or ""
        if isinstance(exception, SocialApp.DoesNotExist):
            # A provider that is not set up here.
            return page_not_found(request, exception)
        if not isinstance(exception, RequestException) or not name.endswith(("_login", "_callback")):
            return None
        logger.warning("A sign-in provider did not answer: %s", exception)
        return render(request, "socialaccount/authentication_error.html", status=502)


class GuestsSignUpFirst(MiddlewareMixin):
    """Guests have no address, password or second factor to manage; they are asked to make an account."""

    def process_view(
        self, request: HttpRequest, view: Callable, args: tuple, kwargs: dict
    ) -> HttpResponse | None:
        name = request.resolver_match.url_name or ""
        is_about_account = name in ACCOUNT_PAGES or (name.startswith("mfa_") and name not in OPEN_TO_GUESTS)
        if not is_about_account or not request.user.is_authenticated or not request.user.is_guest:
            return None
        messages.info(
            request, "Guests have nothing to set up there. Make an account: what you have comes along."
        )
        return redirect("account_signup")


class OwnTimeAndLanguage(MiddlewareMixin):
    def process_request(self, request: HttpRequest) -> None:
        # Without a session nobody is signed in, and nothing has to be asked of the database.
        is_known = settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated
        if is_known and request.user.preferences.timezone:
            timezone.activate(request.user.preferences.timezone)
        else:
            timezone.deactivate()
        language = request.user.preferences.language if is_known else ""
        translation.activate(language or translation.get_language_from_request(request))

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response.headers.setdefault("Content-Language", translation.get_language() or settings.LANGUAGE_CODE)
        if not response.has_header("Cache-Control"):
            patch_vary_headers(response, ("Cookie", "Accept-Language"))
            # What one player sees is kept neither for others nor for after he has signed out.
            patch_cache_control(response, private=True, no_cache=True)
        return response


class OnlyTheWayBack(MiddlewareMixin):
    """Somebody whose account waits for its deletion reaches the page where it can be kept, and the exit."""

    OPEN = ("players:leaving", "players:leaving-keep", "account_logout")

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
            return None
        if request.user.leaves_at is None or request.path in map(resolve_url, self.OPEN):
            return None
        if request.path.startswith("/api/"):
            refusal = {"detail": "This account is about to be deleted.", "code": "forbidden"}
            return JsonResponse(refusal, status=403)
        if request.headers.get("HX-Request"):
            return HttpResponse(status=204, headers={"HX-Redirect": resolve_url("players:leaving")})
        return redirect("players:leaving")


def _console_seen(request: HttpRequest) -> datetime | None:
    """When the console was last used, or somebody last proved to be the player."""
    stamps = [record["at"] for record in get_authentication_records(request, request.user)]
    stamps.append(request.session.get(CONSOLE_SEEN, 0))
    # A session that allauth did not begin knows only that it began.
    last = datetime.fromtimestamp(max(stamps), UTC)
    return last if len(stamps) > 1 or stamps[0] else request.user.last_login


def _prove(request: HttpRequest) -> HttpResponse:
    """Ask for the password or a second factor; who has neither signs in by the provider again."""
    methods = get_adapter().get_reauthentication_methods(request.user)
    if methods:
        return redirect(f"{methods[0]['url']}?{urlencode({'next': request.get_full_path()})}")
    logout(request)
    return redirect_to_login(request.get_full_path())
