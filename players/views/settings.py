"""One page for each segment: shown, refused with what was typed, or saved and told."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from padawanforge.kit import access
from padawanforge.kit.errors import DomainError
from players.actions.avatars import remove_avatar, set_avatar
from players.actions.settings import (
    choose_theme,
    save_personal_info,
    save_preferences,
    save_privacy,
    save_profile,
)
from players.actions.usernames import change_username
from players.forms.personal import PersonalInfoForm
from players.forms.preferences import PreferencesForm, ThemeForm
from players.forms.privacy import PREVIEWS, PrivacyForm
from players.forms.profile import AvatarForm, ProfileForm, UsernameForm
from players.models import PlayerPersonalInfo, PlayerPreferences, PlayerProfile
from players.permissions import has_account, needs_guardian
from players.queries.progress import progress_of
from players.views.addresses import own_address

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@access.signed_in
@get_or_post
def settings_edit(request: HttpRequest) -> HttpResponse:
    # A row of its own: a refused form must not change the name that the header shows.
    profile = PlayerProfile.objects.get(player=request.user)
    form = ProfileForm(_sent(request), instance=profile)
    if accepted(form, lambda: save_profile(profile=profile)):
        return _told(request, "Your profile is saved.", "players:settings")
    return _profile_page(request, form=form)


@access.requires(has_account)
@require_POST
def username_change(request: HttpRequest) -> HttpResponse:
    form = UsernameForm(request.POST)
    now = timezone.now()
    if accepted(
        form,
        lambda: change_username(player=request.user, username=form.cleaned_data["username"], now=now),
        field="username",
    ):
        return _told(request, f"You are now @{request.user.username}.", "players:settings")
    return _profile_page(request, username=form)


@access.signed_in
@require_POST
def avatar_set(request: HttpRequest) -> HttpResponse:
    form = AvatarForm(request.POST, request.FILES)
    if accepted(
        form,
        lambda: set_avatar(player=request.user, picture=form.cleaned_data["picture"]),
        field="picture",
    ):
        return _told(request, "Your picture is saved.", "players:settings")
    return _profile_page(request, avatar=form)


@access.signed_in
@require_POST
def avatar_remove(request: HttpRequest) -> HttpResponse:
    remove_avatar(player=request.user)
    return _told(request, "Your picture is gone.", "players:settings")


@access.signed_in
@get_or_post
def preferences_edit(request: HttpRequest) -> HttpResponse:
    preferences = PlayerPreferences.objects.get(player=request.user)
    form = PreferencesForm(_sent(request), instance=preferences)
    if accepted(form, lambda: save_preferences(preferences=preferences)):
        return _told(request, "Your preferences are saved.", "players:preferences")
    return _page(request, "players/settings_preferences.html", form=form)


@access.requires(has_account)
@get_or_post
def privacy_edit(request: HttpRequest) -> HttpResponse:
    profile, preferences, info = (
        model.objects.get(player=request.user)
        for model in (PlayerProfile, PlayerPreferences, PlayerPersonalInfo)
    )
    form = PrivacyForm(_sent(request), profile=profile, preferences=preferences, info=info)
    if accepted(form, lambda: save_privacy(profile=profile, preferences=preferences, info=info)):
        return _told(request, "Your choices are saved.", "players:privacy")
    return _page(request, "players/settings_privacy.html", form=form, previews=PREVIEWS)


@access.requires(has_account)
@get_or_post
def personal_edit(request: HttpRequest) -> HttpResponse:
    info = PlayerPersonalInfo.objects.get(player=request.user)
    form = PersonalInfoForm(_sent(request), instance=info)
    if accepted(form, lambda: save_personal_info(info=info)):
        return _told(request, "Your information is saved.", "players:personal")
    return _page(request, "players/settings_personal.html", form=form)


@access.signed_in
@require_safe
def game_data(request: HttpRequest) -> HttpResponse:
    player = request.user
    context = {"progress": progress_of(player), "totals": player.game_data}
    return render(request, "players/settings_game.html", context)


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


def accepted(form: BaseForm, save: Callable[[], object], *, field: str | None = None) -> bool:
    """Whether the form was sent, is valid and its action took it; what the action refuses is told at `field`."""
    if not form.is_valid():
        return False
    try:
        save()
    except ValidationError as error:
        _refuse(form, error, field)
    except DomainError as error:
        form.add_error(field, str(error))
    return not form.errors


def _refuse(form: BaseForm, error: ValidationError, field: str | None) -> None:
    """Each complaint beside the field that stands for the column."""
    homes = getattr(form, "homes", {})
    for column, found in error.error_dict.items():
        home = homes.get(column, column)
        form.add_error(home if home in form.fields else field, found)


def _sent(request: HttpRequest) -> object:
    return request.POST if request.method == "POST" else None


def _told(request: HttpRequest, sentence: str, address: str) -> HttpResponse:
    messages.success(request, sentence)
    return redirect(address)


def _profile_page(request: HttpRequest, **refused: BaseForm) -> HttpResponse:
    """Three forms, each sent on its own; the refused one keeps what was typed."""
    player = request.user
    forms = {
        "form": ProfileForm(instance=PlayerProfile.objects.get(player=player)),
        "username": UsernameForm(initial={"username": player.username}),
        "avatar": AvatarForm(),
        **refused,
    }
    return _page(request, "players/settings_profile.html", **forms, needs_guardian=needs_guardian(player))


def _page(request: HttpRequest, template: str, **context: object) -> HttpResponse:
    is_refused = request.method == "POST"
    return render(request, template, context, status=422 if is_refused else 200)
