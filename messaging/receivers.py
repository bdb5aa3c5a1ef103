from django.dispatch import receiver

from messaging import events
from players.models import Player
from players.signals import access_changed


@receiver(access_changed, dispatch_uid="messaging.recheck_sockets")
def recheck_sockets(*, player_id: int, **kwargs: object) -> None:
    """Rights or sign-in changed: the player's open sockets look again at once."""
    player = Player.objects.filter(pk=player_id).first()
    if player is not None:
        events.access_changed(player, reason="access_changed")
