"""How allauth makes players: through our action, so that the segments and the role come with them."""

from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.db import transaction
from django.forms import Form
from django.http import HttpRequest
from django.utils import timezone

from players.actions.accounts import free_username, register
from players.actions.guests import keep_guest
from players.models import Player, PlayerProfile
from players.rules import is_reserved


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_blacklisted": "This name is reserved. Please choose another.",
    }

    def clean_username(self, username: str, shallow: bool = False) -> str:
        username = super().clean_username(username.lower(), shallow=shallow)
        if is_reserved(username):
            raise self.validation_error("username_blacklisted")
        return username

    def new_user(self, request: HttpRequest) -> Player:
        """The row to fill in: a guest's own one, so that his progress comes along."""
        if request.user.is_authenticated and request.user.is_guest:
            return Player.objects.get(pk=request.user.pk)
        return super().new_user(request)

    def populate_username(self, request: HttpRequest, user: Player) -> None:
        # Never derived from the address or the real name, which would give them away.
        if not user.username:
            user.username = free_username()

    @transaction.atomic
    def save_user(self, request: HttpRequest, user: Player, form: Form, commit: bool = True) -> Player:
        super().save_user(request, user, form, commit=False)
        if commit and user.is_guest:
            keep_guest(player=user, now=timezone.now())
        elif commit:
            register(player=user)
        return user


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict) -> Player:
        # allauth checks what clean_username returns but keeps what the provider sent.
        username = str(data.get("username") or "").lower()
        return super().populate_user(request, sociallogin, {**data, "username": username})

    @transaction.atomic
    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Form | None = None) -> Player:
        player = sociallogin.user
        player.default_provider = sociallogin.account.provider
        accounts = get_adapter(request)
        if form is None:
            accounts.populate_username(request, player)
            register(player=player)
        else:
            accounts.save_user(request, player, form)
        # The name at the provider is often the real one: it is kept, but others read the username.
        PlayerProfile.objects.filter(player=player).update(name=name_at_provider(sociallogin))
        sociallogin.save(request)
        return player


def name_at_provider(sociallogin: SocialLogin) -> str:
    return str(sociallogin.account.extra_data.get("name") or "")[:100]
