"""Where letters may go that somebody has asked for."""

from allauth.account.models import EmailAddress

from players.models import Player


def confirmed_address(player: Player) -> str:
    """The address that its owner has confirmed; empty without one: nobody gets mail that others ordered."""
    confirmed = EmailAddress.objects.filter(user=player, verified=True).order_by("-primary", "pk")
    return confirmed.values_list("email", flat=True).first() or ""
