"""The page on which a player's roles are changed: the primary one, and those given besides."""

from typing import TYPE_CHECKING

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from padawanforge.kit.errors import DomainError
from players.actions.roles import set_roles
from players.models import Player, Role
from players.permissions import may_give_roles
from players.queries.roles import further_of, level_of

if TYPE_CHECKING:
    from players.admin.players import PlayerAdmin


class RolesForm(forms.Form):
    primary = forms.ChoiceField(label="Primary role", widget=forms.RadioSelect)
    further = forms.MultipleChoiceField(
        label="Further roles",
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="What a role brings comes by itself: a game master is a padawan, too.",
    )
    reason = forms.CharField(
        max_length=300,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text="Written into the audit log. Name no people in it.",
    )

    def __init__(self, *args: object, level: int, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        roles = Role.objects.filter(level__gt=0, level__lte=level).order_by("level")
        choices = [(role.name, f"{role.display_name}: {role.description}") for role in roles]
        for name in ("primary", "further"):
            self.fields[name].choices = choices


def player_roles(console: "PlayerAdmin", request: HttpRequest, player: Player) -> HttpResponse:
    if not may_give_roles(request.user):
        raise PermissionDenied
    back = redirect("admin:players_player_change", player.pk)
    if player.is_guest or player.primary_role is None:
        console.message_user(request, "Guests stay guests, and nobody else becomes one.", messages.ERROR)
        return back
    initial = {"primary": player.primary_role.name, "further": sorted(further_of(player))}
    form = RolesForm(request.POST or None, initial=initial, level=level_of(request.user))
    if form.is_valid():
        try:
            set_roles(player=player, by=request.user, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            console.log_change(request, player, "Roles changed.")
            console.message_user(request, f"The roles of {player} are changed.", messages.SUCCESS)
            return back
    context = {
        **console.admin_site.each_context(request),
        "title": f"Roles of {player}",
        "opts": console.opts,
        "player": player,
        "form": form,
    }
    status = 422 if form.errors else 200
    return TemplateResponse(request, "admin/players/player_roles.html", context, status=status)
