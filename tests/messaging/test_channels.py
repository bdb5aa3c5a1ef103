from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from messaging.actions.channels import add_member, open_channel, remove_member
from messaging.models import ChannelEvent, ChannelMember
from messaging.queries import members, people_present
from tests.factories.players import PlayerFactory
from tests.presence import note_presence


def test_a_new_channel_is_empty(db):
    channel = open_channel(kind="test")

    assert (channel.kind, channel.last_seq) == ("test", 0)
    assert channel.group == f"channel.{channel.uuid.hex}"


def test_entering_twice_is_entering_once(channel):
    player = PlayerFactory()

    first = add_member(channel=channel, player=player, role=ChannelMember.Role.OWNER)
    second = add_member(channel=channel, player=player)

    assert (first, second.role) == (second, "owner")
    assert [event.type for event in ChannelEvent.objects.order_by("seq")] == ["member.joined"]


def test_who_leaves_is_no_member_and_no_longer_present(channel, player):
    now = timezone.now()
    note_presence(channels=[channel], player=player, connection=uuid4(), state="active", now=now)

    was_member = remove_member(channel=channel, player=player)
    again = remove_member(channel=channel, player=player)

    assert (was_member, again) == (True, False)
    assert (members(channel), people_present(channel)) == ([], [])
    event = ChannelEvent.objects.get()
    assert (event.type, event.payload["reason"]) == ("member.left", "left")
    assert event.created_at - now < timedelta(minutes=1)


def test_owners_come_before_moderators_and_members(channel, player):
    names = {}
    for role in (ChannelMember.Role.MODERATOR, ChannelMember.Role.OWNER):
        names[role] = add_member(channel=channel, player=PlayerFactory(), role=role).player

    listed = [member.player for member in members(channel)]

    assert listed == [names["owner"], names["moderator"], player]
