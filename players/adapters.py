"""How allauth makes players and keeps them out: through our actions, with our words."""

import time
from functools import cached_property

from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from encrypted_fields.fields import EncryptedTextField

from players.actions.accounts import free_username, register
from players.actions.connections import note_connection
from players.actions.guests import keep_guest
from players.models import Player
from players.queries.bans import ban_of
from players.queries.usernames import is_taken
from players.rules.devices import device_of
from players.rules.names import problem_of_username

GUEST = "guest"


class AccountAdapter(DefaultAccountAdapter):
    def clean_username(self, username: str, shallow: bool = False) -> str:
        username = super().clean_username(username.lower(), shallow=shallow)
        if problem := problem_of_username(username):
            raise ValidationError(problem)
        if not shallow and is_taken(username, now=timezone.now()):
            raise self.validation_error("username_taken")
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

    def pre_login(self, request: HttpRequest, user: Player, **kwargs: object) -> HttpResponse | None:
        """However somebody proved who he is: a ban keeps him out."""
        if ban_of(user.pk, timezone.now()):
            return self.respond_user_inactive(request, user)
        return super().pre_login(request, user, **kwargs)

    def respond_user_inactive(self, request: HttpRequest, user: Player) -> HttpResponse:
        """Why, and until when: for somebody who has just proved to be that player."""
        context = {"player": user, "ban": ban_of(user.pk, timezone.now())}
        return render(request, "account/account_inactive.html", context, status=403)

    def is_reauthentication_required(self, *, app: str, **kwargs: object) -> bool:
        """A sign-in of the last minutes is as good a proof as another password prompt."""
        return super().is_reauthentication_required(app=app, **kwargs) and not self._has_just_signed_in()

    def _has_just_signed_in(self) -> bool:
        records = get_authentication_records(self.request, self.request.user)
        newest = max((record["at"] for record in records), default=0)
        return time.time() - newest < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    def new_user(self, request: HttpRequest, sociallogin: SocialLogin) -> Player:
        # Never the guest's own row yet: he may turn out to have an account.
        return Player()

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """A guest is signed out on the way; what he has must find its way to the new account."""
        if request.user.is_authenticated and request.user.is_guest:
            # A guest connects nothing to a row that vanishes: he signs up.
            sociallogin.state["process"] = "login"
            sociallogin.state[GUEST] = request.user.pk

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict) -> Player:
        # allauth checks what clean_username returns but keeps what the provider sent.
        username = str(data.get("username") or "").lower()
        if username == str(data.get("email") or "").partition("@")[0].lower():
            username = ""
        return super().populate_user(request, sociallogin, {**data, "username": username})

    @transaction.atomic
    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Form | None = None) -> Player:
        player = sociallogin.user = _guest_or_new(sociallogin)
        accounts = get_adapter(request)
        if form is not None:
            accounts.save_user(request, player, form)
        elif player.is_guest:
            accounts.populate_username(request, player)
            keep_guest(player=player, now=timezone.now())
        else:
            accounts.populate_username(request, player)
            register(player=player)
        player.default_provider = sociallogin.account.provider
        sociallogin.save(request)
        note_connection(account=sociallogin.account, now=timezone.now())
        return player


class FactorAdapter(DefaultMFAAdapter):
    """Secrets of second factors are kept encrypted, by the same key as other secrets."""

    @cached_property
    def _field(self) -> EncryptedTextField:
        return EncryptedTextField()

    def encrypt(self, text: str) -> str:
        return self._field.f.encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return self._field.f.decrypt(encrypted_text.encode()).decode()

    def generate_authenticator_name(self, user: Player, type: Authenticator.Type) -> str:
        """Where it was made, which is mostly where it is."""
        return device_of(context.request.META.get("HTTP_USER_AGENT", "")).name

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": "PadawanForge"}


def _guest_or_new(sociallogin: SocialLogin) -> Player:
    """The row of the guest who came, with what the provider told; else the new one."""
    new = sociallogin.user
    guest = Player.objects.guests().active().filter(pk=sociallogin.state.get(GUEST)).first()
    if guest is None:
        new.set_unusable_password()
        return new
    guest.email, guest.username = new.email, new.username or guest.username
    return guest
