"""Settings, Signed in: in which browsers, and an end to each of them."""

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from padawanforge.kit import access
from players.actions.sessions import end_other_sessions, end_session
from players.permissions import has_account
from players.queries.sessions import sessions_of


@access.requires(has_account)
@require_safe
def session_list(request: HttpRequest) -> HttpResponse:
    key = request.session.session_key or ""
    return render(request, "players/sessions.html", {"sessions": sessions_of(request.user, key)})


@access.requires(has_account)
@require_POST
def session_end(request: HttpRequest, pk: int) -> HttpResponse:
    session = get_object_or_404(UserSession, pk=pk, user=request.user)
    end_session(session=session)
    messages.success(request, "That browser is signed out.")
    return redirect("players:sessions")


@access.requires(has_account)
@require_POST
def sessions_end_others(request: HttpRequest) -> HttpResponse:
    ended = end_other_sessions(player=request.user, session_key=request.session.session_key or "")
    messages.success(request, f"Signed out in {ended} other {'browser' if ended == 1 else 'browsers'}.")
    return redirect("players:sessions")
