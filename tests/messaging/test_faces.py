"""How those who are in a room are told to whoever comes."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from messaging.actions.presence import Tab, note_tabs
from messaging.models import LiveConnection
from messaging.queries import person_data
from messaging.queries.faces import forget_faces, told_here
from players.models import PlayerProfile
from tests.factories.messaging import ChannelMemberFactory
from tests.factories.players import PlayerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def channel():
    return ChannelMemberFactory().channel


def come(channel, *players, state="active"):
    now = timezone.now()
    note_tabs([Tab(player, uuid4(), state, [channel]) for player in players], now=now)
    return now


@pytest.mark.parametrize("count", [1, 3])
def test_who_was_told_a_moment_ago_is_not_read_again(channel, django_assert_num_queries, count):
    players = sorted(PlayerFactory.create_batch(count), key=lambda player: player.username)
    now = come(channel, *players)

    with django_assert_num_queries(2):
        first = told_here(channel, now)
    with django_assert_num_queries(1):
        again = told_here(channel, now)

    assert list(first.values()) == [{**person_data(player), "state": "active"} for player in players]
    assert again == first


def test_who_comes_goes_or_turns_away_is_told_at_once(channel):
    one, other = PlayerFactory.create_batch(2)
    now = come(channel, one)
    told_here(channel, now)

    come(channel, other, state="idle")
    LiveConnection.objects.filter(player=one).update(expires_at=now - timedelta(seconds=1))

    assert {pk: face["state"] for pk, face in told_here(channel, now).items()} == {other.pk: "idle"}


def test_a_player_with_several_tabs_is_told_once_and_active_when_one_is(channel):
    player = PlayerFactory()
    come(channel, player, state="idle")
    now = come(channel, player)

    assert [face["state"] for face in told_here(channel, now).values()] == ["active"]


def test_a_new_name_is_told_when_what_was_made_is_old(channel):
    player = PlayerFactory()
    now = come(channel, player)
    told_here(channel, now)

    PlayerProfile.objects.filter(player=player).update(display_name="Somebody new")
    forget_faces()

    assert [face["name"] for face in told_here(channel, now).values()] == ["Somebody new"]
