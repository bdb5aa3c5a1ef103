import pytest
from django.db import connection
from django.db.models import F

from messaging.models import ChannelMember
from padawanforge.kit.versions import RowVersion, Version
from players.models import Player, PlayerProfile
from tests.factories.messaging import ChannelMemberFactory

pytestmark = pytest.mark.django_db

TELLS = connection.vendor == "postgresql"


def told(member):
    of = Version(F("role"), RowVersion("player__auth_epoch"), RowVersion("player__profile__name"))
    return ChannelMember.objects.annotate(version=of).get(pk=member.pk).version


def test_it_changes_with_each_change_of_a_row_and_with_nothing_else():
    member = ChannelMemberFactory()
    first = told(member)

    ChannelMember.objects.filter(pk=member.pk).update(read_seq=7)
    same = told(member)
    # Both in the transaction of this test, and to the value that it had.
    Player.objects.filter(pk=member.player_id).update(is_active=F("is_active"))
    second = told(member)
    Player.objects.filter(pk=member.player_id).update(is_active=F("is_active"))
    third = told(member)
    PlayerProfile.objects.filter(player=member.player_id).update(bio="new")
    fourth = told(member)
    ChannelMember.objects.filter(pk=member.pk).update(role="owner")
    fifth = told(member)

    assert same == first
    assert len({first, second, third, fourth, fifth}) == (5 if TELLS else 1)
    assert bool(first) == TELLS


def test_a_row_that_is_not_there_any_more_is_a_change():
    member = ChannelMemberFactory()
    before = told(member)

    PlayerProfile.objects.filter(player=member.player_id).delete()

    assert (told(member) != before) == TELLS
