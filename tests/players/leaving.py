"""A player who wants to go."""

from django.utils import timezone

from players.actions.deletions import ask_deletion

LEAVING = "/leaving/"


def ask(player):
    deletion = ask_deletion(player=player, now=timezone.now())
    player.refresh_from_db()
    return deletion
