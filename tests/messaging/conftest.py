import pytest
from django.db.models import Q
from django.utils import timezone

from messaging import kinds
from messaging.actions.announcements import publish, tell_due
from messaging.models import Announcement, ChannelMember
from padawanforge.kit.access import asks
from tests.factories.messaging import ChannelFactory, ChannelMemberFactory
from tests.factories.players import PlayerFactory
from tests.factories.relationships import befriend
from tests.messaging.announced import HOUR, NOW


@asks("games.view")
def is_member(player, channel):
    return ChannelMember.objects.filter(channel=channel, player=player).exists()


def is_moderator(player, channel):
    return ChannelMember.objects.filter(channel=channel, player=player, role="moderator").exists()


if "test" not in kinds.slugs():
    kinds.register(
        kinds.Kind(
            slug="test",
            may_read=is_member,
            may_post=is_member,
            may_moderate=is_moderator,
            readable=lambda player: Q(),
            # So that what sockets send is stored together, as in rooms.
            ahead=lambda pairs: None,
        )
    )


@pytest.fixture
def channel(db):
    return ChannelFactory(kind="test")


@pytest.fixture
def member(channel):
    return ChannelMemberFactory(channel=channel)


@pytest.fixture
def player(member):
    return member.player


@pytest.fixture
def other(channel):
    """Somebody else who belongs to the channel."""
    return ChannelMemberFactory(channel=channel).player


@pytest.fixture
def ada(db):
    return PlayerFactory(username="ada")


@pytest.fixture
def told(django_capture_on_commit_callbacks):
    """Tells what is due at a moment, jobs included."""

    def run(now=None):
        with django_capture_on_commit_callbacks(execute=True):
            return tell_due(now=now or timezone.now())

    return run


@pytest.fixture
def announce(db, django_capture_on_commit_callbacks):
    def run(title="The forge moves", **fields):
        with django_capture_on_commit_callbacks(execute=True):
            return publish(Announcement(title=title, **{"starts_at": NOW - HOUR, **fields}))

    return run


@pytest.fixture
def people(db):
    """Ada with two friends, who don't know each other."""
    ada, bo, cy = (PlayerFactory(username=name) for name in ("ada", "bo", "cy"))
    befriend(ada, bo)
    befriend(ada, cy)
    return ada, bo, cy
