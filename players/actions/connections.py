"""Accounts at providers by which a player signs in: noted, made the first one, taken away."""

from datetime import datetime

from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from padawanforge.kit.errors import DomainError
from padawanforge.kit.jobs import enqueue
from players.actions.audit import record
from players.choices import Provider
from players.models import ConnectedAccount, Player, PlayerProfile
from players.queries.connections import told_by, ways_in


class LastWayIn(DomainError):
    pass


@transaction.atomic
def note_connection(*, account: SocialAccount, now: datetime, is_used: bool = True) -> ConnectedAccount:
    """Keep what the provider tells now; the first account of a player is the primary one."""
    player = Player.objects.select_for_update().get(pk=account.user_id)
    told = told_by(account)
    connection, is_new = ConnectedAccount.objects.update_or_create(
        account=account,
        defaults={
            "player": player,
            "provider_email": told.email,
            "provider_username": told.username,
            "provider_avatar": told.picture,
            **({"last_used": now} if is_used else {}),
        },
    )
    _keep_one_primary(player)
    # What somebody wrote about himself is never written over, and neither is the name that others read.
    PlayerProfile.objects.filter(player=player, name="").update(name=told.name)
    # Once only: who has taken the picture off his profile is not given it again.
    if is_new and told.picture:
        enqueue("players.take_over_picture", account_id=account.pk)
    connection.refresh_from_db()
    return connection


@transaction.atomic
def make_primary(*, connection: ConnectedAccount) -> None:
    player = Player.objects.select_for_update().get(pk=connection.player_id)
    player.connected_accounts.update(is_primary=False)
    player.connected_accounts.filter(pk=connection.pk).update(is_primary=True)
    _set_default(player, connection.account.provider)


@transaction.atomic
def disconnect(*, connection: ConnectedAccount) -> None:
    """Take the account away, unless it is the last way in; the most recently used one takes its place."""
    player = Player.objects.select_for_update().get(pk=connection.player_id)
    if ways_in(player) <= {f"account {connection.pk}"}:
        raise LastWayIn("This is your only way in. Set a password or add a passkey first.")
    provider = connection.account.provider
    connection.account.delete()
    _keep_one_primary(player)
    primary = player.connected_accounts.select_related("account").filter(is_primary=True).first()
    _set_default(player, primary.account.provider if primary else Provider.PASSWORD)
    record(actor=player, verb="connection.removed", subject=player, before={"provider": provider})


def _keep_one_primary(player: Player) -> None:
    mine = player.connected_accounts
    if not mine.filter(is_primary=True).exists():
        first = mine.order_by("-last_used", "pk").first()
        mine.filter(pk=getattr(first, "pk", None)).update(is_primary=True)


def _set_default(player: Player, provider: str) -> None:
    if provider in Provider.values:
        Player.objects.filter(pk=player.pk).update(default_provider=provider)
