"""Settings, own language model: a player's key at a hosted provider; kept, tested, removed, never shown."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from npcs.actions.probing import begin_own_test
from npcs.actions.providers import KeyRefused, keep_own_key, remove_own_key
from npcs.forms import OwnKeyForm
from npcs.llm.presets import preset_of
from npcs.models import UserAiSettings
from npcs.queries.budgets import own_use
from padawanforge.kit import access
from players.models import Player
from players.permissions import has_account


@require_http_methods(["GET", "POST"])
@never_cache
@access.requires(has_account)
def own_key(request: HttpRequest) -> HttpResponse:
    own = _of(request.user)
    start = {"provider_type": own.provider_type, "ai_model": own.ai_model} if own else {}
    sent = request.POST if request.method == "POST" else None
    form = OwnKeyForm(sent, initial=start, has_key=own is not None)
    if form.is_valid():
        try:
            kept = keep_own_key(
                player=request.user,
                kind=form.cleaned_data["provider_type"],
                key=form.cleaned_data["new_key"],
                model=form.cleaned_data["ai_model"],
            )
        except KeyRefused as refusal:
            form.add_error("new_key", str(refusal))
        else:
            begin_own_test(own=kept)
            messages.success(request, "Your key is kept. It is being tested now.")
            return redirect("npcs:own-key")
    context = {**_context(request.user), "form": form, "use": own_use(request.user)}
    return render(request, "npcs/own_key.html", context, status=422 if form.errors else 200)


@require_safe
@never_cache
@access.requires(has_account)
def own_key_state(request: HttpRequest) -> HttpResponse:
    """The part of the page that changes while the key is tested."""
    return render(request, "npcs/_own_key.html", _context(request.user))


@require_POST
@access.requires(has_account)
def own_key_test(request: HttpRequest) -> HttpResponse:
    if own := _of(request.user):
        begin_own_test(own=own)
    return redirect("npcs:own-key")


@require_POST
@access.requires(has_account)
def own_key_remove(request: HttpRequest) -> HttpResponse:
    if remove_own_key(player=request.user):
        messages.success(request, "Your key is removed.")
    return redirect("npcs:own-key")


def _of(player: Player) -> UserAiSettings | None:
    return UserAiSettings.objects.filter(player=player).first()


def _context(player: Player) -> dict[str, object]:
    own = _of(player)
    label = preset_of(own.provider_type).label if own else ""
    return {"own": own, "label": label, "is_testing": own is not None and own.tested_at is None}
