"""Fills an empty, migrated database: a talk, and a room with five characters and ten players; prints it as JSON.

Run by the benchmark under the settings of the server: `python -m bench.npcs_speaking.people <model url>`.
"""

import json
import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "padawanforge.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402

from bench.chat.people import make_player, signed_in  # noqa: E402
from npcs.models import AiProvider, Budget, Npc, NpcCategory  # noqa: E402
from players.choices import RoleName  # noqa: E402
from rooms.actions.places import add_npc  # noqa: E402
from rooms.actions.rooms import enter_room, open_room  # noqa: E402
from rooms.actions.talks import open_talk  # noqa: E402
from rooms.models import RoomNpc, RoomSettings  # noqa: E402

NAMES = ["Vega", "Rigel", "Deneb", "Mira", "Altair"]


def main(url: str) -> None:
    provider = AiProvider.objects.create(
        name="bench",
        display_name="Bench",
        api_endpoint=url,
        api_key="none",
        default_model="bench",
        timeout_seconds=60,
    )
    shelf = NpcCategory.objects.create(name="bench", display_name="Bench", icon="flask-conical")
    npcs = [
        Npc.objects.create(
            name=name, slug=name.lower(), category=shelf, provider=provider,
            system_prompt="You teach astronomy to beginners, with comparisons from daily life. " * 10,
        )
        for name in NAMES
    ]  # fmt: skip
    players = [make_player(number) for number in range(11)]
    room = open_room(owner=players[1], name="Hall of voices")
    RoomSettings.objects.filter(room=room).update(
        npc_budget=500, messages_per_minute=600, moderation_level="none"
    )
    for npc in npcs:
        add_npc(room=room, npc=npc, player=None)
    RoomNpc.objects.update(cooldown_seconds=0)
    for player in players[1:]:
        enter_room(room=room, player=player)
    talk = open_talk(player=players[0], npc=npcs[0])
    # A day's tokens are gone after thirty answers otherwise.
    budgets = [{"role": RoleName.PADAWAN}, {"place": talk.channel.uuid}, {"place": room.channel.uuid}]
    for whose in budgets + [{"npc": npc} for npc in npcs]:
        Budget.objects.create(**whose, tokens_per_day=10**9)
    told = {
        "cookie": settings.SESSION_COOKIE_NAME,
        "names": NAMES,
        "talk": {"room": str(talk.channel.uuid), "session": signed_in(players[0])},
        "room": {"room": str(room.channel.uuid), "sessions": [signed_in(player) for player in players[1:]]},
    }
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
