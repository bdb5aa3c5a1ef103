"""What follows when allauth or Django itself has done something: neither knows our actions."""

from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as factors
from allauth.socialaccount import signals as providers
from allauth.socialaccount.models import SocialLogin
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from players.actions.access import cut_access
from players.actions.achievements import ensure_achievements
from players.actions.connections import note_connection
from players.actions.roles import ensure_roles
from players.actions.sessions import note_session
from players.browsers import browser_of, is_noted
from players.models import Player


def make_roles(**kwargs: object) -> None:
    """After each migrate: the roles need the permissions, which Django itself makes after the migrations."""
    ensure_roles()


@receiver(user_logged_in, dispatch_uid="players.note_sign_in")
def note_sign_in(*, request: HttpRequest, user: Player, **kwargs: object) -> None:
    """Each browser stands in the player's list from the beginning."""
    if not is_noted(request.session):
        note_session(player=user, browser=browser_of(request), now=timezone.now())


@receiver(account.user_logged_in, dispatch_uid="players.note_provider")
def note_provider(*, sociallogin: SocialLogin | None = None, **kwargs: object) -> None:
    if sociallogin is not None:
        note_connection(account=sociallogin.account, now=timezone.now())


@receiver(providers.social_account_added, dispatch_uid="players.note_connected")
def note_connected(*, sociallogin: SocialLogin, **kwargs: object) -> None:
    note_connection(account=sociallogin.account, now=timezone.now(), is_used=False)


@receiver(account.password_changed, dispatch_uid="players.close_other_sockets")
@receiver(account.password_set, dispatch_uid="players.close_other_sockets")
@receiver(account.password_reset, dispatch_uid="players.close_other_sockets")
@receiver(factors.authenticator_reset, dispatch_uid="players.close_other_sockets")
def close_other_sockets(*, user: Player, **kwargs: Any) -> None:
    """A new password ends the sessions in other browsers; the sockets that hung on them close."""
    cut_access(user)


def make_achievements(**kwargs: object) -> None:
    """After each migrate: the achievements of the file, and newer versions of those that are there."""
    ensure_achievements()
