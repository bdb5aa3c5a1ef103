from players.models import Player


def names_of(player_id: int) -> list[str]:
    """Under which others know the player: the username first."""
    player = Player.objects.select_related("profile").get(pk=player_id)
    return list(dict.fromkeys(name for name in (player.username, player.profile.display_name) if name))
