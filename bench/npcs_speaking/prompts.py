"""How many prompts a second can be built: of the room's last message, as before every answer.

Run by the benchmark under the settings of the server; prints a number, counted by processor time.
"""

import os
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "padawanforge.settings")

import django

django.setup()

from npcs.actions.preparation import occasion_of, prepare  # noqa: E402
from rooms.actions.replies import _heard, place_of  # noqa: E402
from rooms.models import Reply  # noqa: E402
from rooms.queries.hearing import turns  # noqa: E402

SECONDS = 3.0


def main() -> None:
    reply = Reply.objects.select_related("channel", "message__channel", "npc", "player").order_by("-pk")[0]
    # What is loaded once, such as the model that finds passages, is no part of it.
    build(reply)
    built, began = 0, time.process_time()
    while time.process_time() - began < SECONDS:
        build(reply)
        built += 1
    print(built / SECONDS)


def build(reply: Reply) -> None:
    heard = turns(_heard(reply), reply.npc)
    prepare(occasion_of(npc=reply.npc, heard=heard, player=reply.player, place=place_of(reply)))


if __name__ == "__main__":
    main()
