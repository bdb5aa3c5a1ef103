"""Settings, API tokens: the list, a new one (shown once), the end of one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from padawanforge.kit import access
from players.actions.tokens import TokenRefused, create_token, revoke_all_tokens, revoke_token
from players.forms.tokens import TokenForm
from players.models import ApiToken
from players.permissions import may_have_tokens
from players.queries.tokens import tokens_of
from players.rules.scopes import MAX_TOKENS
from players.views.reauthentication import reauthenticated


@access.requires(may_have_tokens)
@require_safe
def token_list(request: HttpRequest) -> HttpResponse:
    context = {"tokens": tokens_of(request.user, timezone.now()), "limit": MAX_TOKENS}
    return render(request, "players/tokens.html", context)


@access.requires(may_have_tokens)
@require_http_methods(["GET", "POST"])
@reauthenticated
@never_cache
def token_create(request: HttpRequest) -> HttpResponse:
    """The token is in the answer to the form itself: it isn't kept anywhere that could be read later."""
    form = TokenForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = create_token(player=request.user, now=timezone.now(), **form.cleaned_data)
        except TokenRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            return render(request, "players/token_made.html", {"made": made}, status=201)
    return render(request, "players/token_form.html", {"form": form}, status=422 if form.errors else 200)


@access.requires(may_have_tokens)
@require_POST
def token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(ApiToken, pk=pk, player=request.user)
    if revoke_token(token=token, by=request.user, now=timezone.now()):
        messages.success(request, f"“{token.name}” no longer works.")
    return redirect("players:tokens")


@access.requires(may_have_tokens)
@require_POST
def tokens_revoke_all(request: HttpRequest) -> HttpResponse:
    ended = revoke_all_tokens(player=request.user, by=request.user, now=timezone.now())
    messages.success(request, f"{ended} tokens no longer work.")
    return redirect("players:tokens")
