import pytest

from messaging import kinds
from messaging.models import ChannelMember
from padawanforge.kit.access import asks
from tests.factories.messaging import ChannelFactory, ChannelMemberFactory


@asks("games.view")
def is_member(player, channel):
    return ChannelMember.objects.filter(channel=channel, player=player).exists()


def is_moderator(player, channel):
    return ChannelMember.objects.filter(channel=channel, player=player, role="moderator").exists()


if "test" not in kinds.slugs():
    kinds.register(kinds.Kind(slug="test", may_read=is_member, may_post=is_member, may_moderate=is_moderator))


@pytest.fixture
def channel(db):
    return ChannelFactory(kind="test")


@pytest.fixture
def member(channel):
    return ChannelMemberFactory(channel=channel)


@pytest.fixture
def player(member):
    return member.player
