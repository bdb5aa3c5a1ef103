from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.core.cache import cache
from django.db import transaction

from padawanforge.kit.errors import DomainError
from players.actions.access import cut_access, shut_out_guest
from players.actions.accounts import free_username, register
from players.actions.demo import begin_demo, note_activity, note_conversion
from players.actions.roles import groups_of
from players.choices import Provider, RoleName
from players.models import DemoActivity, Player, PlayerProfile, Role
from players.queries.guests import expired_guests

HOUR_SECONDS = 3600


class TooManyGuests(DomainError):
    code = "rate_limited"


def enter_as_guest(*, now: datetime, address: str) -> Player:
    """A new guest with a demo session that ends by itself; the address is where the request came from."""
    if _count_guest(address) > settings.GUESTS_PER_HOUR:
        raise TooManyGuests("Too many guests have come from your address in the last hour.")
    return _make_guest(now)


@transaction.atomic
def keep_guest(*, player: Player, now: datetime, provider: str = Provider.PASSWORD) -> Player:
    """Save a guest who has signed up as a padawan: what he earned and wrote stays his."""
    role = Role.objects.get(name=RoleName.PADAWAN)
    player.is_guest, player.default_provider, player.primary_role = False, provider, role
    player.save()
    player.groups.set(groups_of(role))
    # The display name was made up for the guest; from now on the chosen username is read.
    PlayerProfile.objects.filter(player=player).update(display_name="")
    note_conversion(player, now=now)
    cut_access(player)
    return player


def expire_demo_sessions(*, now: datetime) -> list[str]:
    """Delete the guests whose demo has ended, with all they wrote; the usernames of those who went.

    What the demo was used for stays, as figures that belong to nobody.
    """
    removed = []
    for guest in expired_guests(now).select_related("demo_session"):
        # In a transaction of its own and before the row goes: afterwards no socket could tell whose it was.
        shut_out_guest(guest)
        if _remove(guest):
            removed.append(guest.username)
    return removed


@transaction.atomic
def _remove(guest: Player) -> bool:
    session = guest.demo_session
    _, rows = Player.objects.guests().filter(pk=guest.pk).delete()
    # Another process may sweep at the same time, and a guest may have become a player; each goes once.
    if not rows.get(Player._meta.label):
        return False
    note_activity(session, DemoActivity.Kind.EXPIRED)
    return True


@transaction.atomic
def _make_guest(now: datetime) -> Player:
    username = free_username()
    guest = Player(username=username, is_guest=True, default_provider=Provider.DEMO)
    display_name = username.rsplit("-", 1)[0].replace("-", " ").title()
    register(player=guest, role=RoleName.GUEST, display_name=display_name)
    begin_demo(player=guest, expires_at=now + timedelta(hours=settings.DEMO_SESSION_HOURS))
    return guest


def _count_guest(address: str) -> int:
    """The how many-th guest of this hour from the network."""
    key = f"players.guests.{_network_of(address)}"
    if cache.add(key, 1, timeout=HOUR_SECONDS):
        return 1
    try:
        return cache.incr(key)
    except ValueError:  # the hour ended between the two calls
        cache.set(key, 1, timeout=HOUR_SECONDS)
        return 1


def _network_of(address: str) -> str:
    # Somebody with IPv6 has 2^64 addresses and may take a new one for each guest.
    ip = ip_address(address)
    if isinstance(ip, IPv6Address):
        return ip_network((ip, 64), strict=False).network_address.exploded.replace(":", "")
    return str(ip)
