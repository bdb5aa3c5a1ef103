"""A room with people in it by their roles, and what a page of it costs."""

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from messaging.models import ChannelMember
from rooms.actions.rooms import enter_room, open_room
from tests.factories.players import PlayerFactory


def now():
    return timezone.now()


def hall(**roles):
    """A room with an owner and others by their roles; the room, and everybody by the given name."""
    people = {"owner": PlayerFactory(username="owner", display_name="Ada")}
    room = open_room(owner=people["owner"], name="Hall")
    for name, role in roles.items():
        people[name] = PlayerFactory(username=name)
        enter_room(room=room, player=people[name])
        ChannelMember.objects.filter(channel=room.channel, player=people[name]).update(role=role)
    return room, people


def queries_of(client, path):
    with CaptureQueriesContext(connection) as captured:
        client.get(path)
    return len(captured)


def role_of(room, player):
    found = ChannelMember.objects.filter(channel=room.channel_id, player=player)
    return found.values_list("role", flat=True).first()
