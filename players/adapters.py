"""How allauth makes players: through our action, so that the segments and the role come with them."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.db import transaction
from django.forms import Form
from django.http import HttpRequest

from players.actions.accounts import free_username, register
from players.models import Player


class AccountAdapter(DefaultAccountAdapter):
    def clean_username(self, username: str, shallow: bool = False) -> str:
        return super().clean_username(username.lower(), shallow=shallow)

    def populate_username(self, request: HttpRequest, user: Player) -> None:
        # Never derived from the address or the real name, which would give them away.
        if not user.username:
            user.username = free_username()

    @transaction.atomic
    def save_user(self, request: HttpRequest, user: Player, form: Form, commit: bool = True) -> Player:
        super().save_user(request, user, form, commit=False)
        if commit:
            register(player=user)
        return user


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    @transaction.atomic
    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Form | None = None) -> Player:
        user = sociallogin.user
        user.default_provider = sociallogin.account.provider
        if not user.username:
            user.username = free_username()
        register(player=user, display_name=user_name_of(sociallogin))
        return super().save_user(request, sociallogin, form)


def user_name_of(sociallogin: SocialLogin) -> str:
    """The name that the provider tells, cut to fit."""
    return str(sociallogin.account.extra_data.get("name") or "")[:50]
