"""Fills an empty, migrated database with signed-in players in rooms, and prints how to be them, as JSON.

Run by the benchmark under the settings of the server: `python -m bench.chat.people 20 200 1000`.
"""

import json
import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "padawanforge.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.base import SessionBase  # noqa: E402
from django.utils.module_loading import import_string  # noqa: E402

from messaging.rules.levels import NONE  # noqa: E402
from players.actions.accounts import register  # noqa: E402
from players.choices import RoleName  # noqa: E402
from players.models import Player, PlayerPreferences  # noqa: E402
from rooms.actions.rooms import enter_room, open_room  # noqa: E402
from rooms.models import Room  # noqa: E402


def main(sizes: list[int]) -> None:
    players = [make_player(number) for number in range(max(*sizes, sum(s for s in sizes if s <= 10)))]
    keys = [signed_in(player) for player in players]
    taken = 0
    rooms = []
    for number, size in enumerate(sizes):
        # Small rooms have their own people, as in real life; large ones share them.
        first = taken if size <= 10 else 0
        taken += size if size <= 10 else 0
        mine = slice(first, first + size)
        room = make_room(f"Hall {number} of {size}", players[mine])
        rooms.append(
            {"room": str(room.channel.uuid), "slug": room.slug, "size": size, "sessions": keys[mine]}
        )
    json.dump({"cookie": settings.SESSION_COOKIE_NAME, "rooms": rooms}, sys.stdout)


def make_player(number: int) -> Player:
    player = Player(username=f"bench-{number}", email=f"bench-{number}@example.org")
    player.set_unusable_password()
    register(player=player, role=RoleName.PADAWAN)
    PlayerPreferences.objects.filter(player=player).update(registration_completed=True)
    return player


def signed_in(player: Player) -> str:
    """The key of a session under which the player is signed in."""
    session: SessionBase = import_string(f"{settings.SESSION_ENGINE}.SessionStore")()
    session[SESSION_KEY] = str(player.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = player.get_session_auth_hash()
    session.save()
    return session.session_key


def make_room(name: str, people: list[Player]) -> Room:
    """Without moderation, so that what is measured is the way of a message, not the checks of its words."""
    choices = {"moderation_level": NONE, "messages_per_minute": 600}
    room = open_room(owner=people[0], name=name, max_players=max(2, len(people)), settings=choices)
    for player in people[1:]:
        enter_room(room=room, player=player)
    return room


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]])
