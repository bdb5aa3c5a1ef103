"""Rooms in which a character has answered."""

from npcs.models import Npc
from rooms.actions.rooms import enter_room
from rooms.actions.talk import say
from rooms.models import Reply
from tests.factories.npcs import AiProviderFactory
from tests.factories.players import PlayerFactory
from tests.factories.rooms import RoomNpcFactory


def room_of(*names):
    room = RoomNpcFactory(npc__name=names[0]).room
    for name in names[1:]:
        RoomNpcFactory(room=room, npc__name=name)
    return room


def speak_through(server):
    provider = AiProviderFactory(api_endpoint=server.url)
    Npc.objects.update(provider=provider)


def answered(room, commit, text="@Vega what is a comet?"):
    """A room in which Vega has answered the player."""
    player = enter_room(room=room, player=PlayerFactory(display_name="Ada")).player
    with commit():
        say(room=room, player=player, text=text)
    return Reply.objects.select_related("answer", "player", "npc", "channel").get(), player
