from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from messaging import events, kinds
from messaging.actions import presence as presence_actions
from messaging.actions.presence import (
    end_presence,
    expire_presence,
    shorten_presence,
)
from messaging.database import in_database
from messaging.models import LiveConnection
from messaging.queries import people_present, presence, present_counts
from messaging.queries.presence import Seen, seen_by
from players.models import PlayerPreferences
from tests.factories.messaging import ChannelFactory, ChannelMemberFactory
from tests.factories.players import PlayerFactory
from tests.messaging.sockets import Tab
from tests.presence import note_presence

NOON = datetime(2030, 5, 17, 12, tzinfo=UTC)


def come(channel, player, *, state="active", now=NOON):
    connection = uuid4()
    note_presence(channels=[channel], player=player, connection=connection, state=state, now=now)
    return connection


def test_a_tab_is_present_for_a_minute(channel, player):
    come(channel, player)

    at = [people_present(channel, NOON + timedelta(seconds=s)) for s in (0, 59, 61)]

    assert [[entry.player for entry in people] for people in at] == [[player], [player], []]


@pytest.mark.parametrize(("states", "shown"), [
    (["active"], "active"), (["idle"], "idle"), (["hidden"], "idle"),
    (["hidden", "active"], "active"), (["active", "hidden"], "active"),
])  # fmt: skip
def test_one_tab_in_use_makes_a_player_active(channel, player, states, shown):
    for state in states:
        come(channel, player, state=state)

    assert [entry.state for entry in people_present(channel, NOON)] == [shown]


def test_a_closed_tab_is_gone_after_ten_seconds(channel, player):
    connection = come(channel, player)

    shorten_presence(connections=[connection], now=NOON)

    at = [people_present(channel, NOON + timedelta(seconds=s)) for s in (9, 11)]
    assert [len(people) for people in at] == [1, 0]


def test_a_tab_that_turns_away_is_gone_at_once(channel, player):
    connection = come(channel, player)

    end_presence(channel=channel, player=player, connection=connection, now=NOON)

    assert people_present(channel, NOON) == []


def test_the_sweep_removes_what_has_expired_and_nothing_else(channel, player):
    come(channel, player)
    come(channel, PlayerFactory(), now=NOON + timedelta(seconds=30))

    removed = [expire_presence(now=NOON + timedelta(seconds=s)) for s in (59, 60, 61)]

    assert removed == [0, 1, 0]


@pytest.mark.parametrize("state", ["active", "idle"])
def test_a_heartbeat_counts_for_another_minute_whatever_it_says(channel, player, state):
    connection = come(channel, player)

    note_presence(
        channels=[channel],
        player=player,
        connection=connection,
        state=state,
        now=NOON + timedelta(seconds=25),
    )

    at = [people_present(channel, NOON + timedelta(seconds=s)) for s in (84, 86)]
    assert [[entry.state for entry in people] for people in at] == [[state], []]


def test_who_is_removed_just_while_he_is_heard_is_there(channel, player, monkeypatch):
    connection = come(channel, player)
    read = presence_actions._open

    def read_before_the_sweep(*asked):
        rows = read(*asked)
        LiveConnection.objects.all().delete()
        return rows

    monkeypatch.setattr(presence_actions, "_open", read_before_the_sweep)
    note_presence(channels=[channel], player=player, connection=connection, state="active", now=NOON)

    assert [entry.player for entry in people_present(channel, NOON)] == [player]


def test_people_are_counted_once_for_each_channel(channel, player):
    elsewhere, empty = ChannelFactory(kind="test"), ChannelFactory(kind="test")
    now = timezone.now()
    for where, who in ((channel, player), (channel, player), (channel, PlayerFactory()), (elsewhere, player)):
        come(where, who, now=now)

    counts = present_counts([channel.pk, elsewhere.pk, empty.pk])

    assert counts == {channel.pk: 2, elsewhere.pk: 1}


# --- Who is told ---------------------------------------------------------------------------------------------


def hide(player):
    PlayerPreferences.objects.filter(player=player).update(ui_preferences={"presence": "hidden"})


def test_who_hides_is_seen_nowhere_and_sees_nobody(channel, player):
    other = PlayerFactory()
    come(channel, other, now=timezone.now())
    hide(player)

    come(channel, player, now=timezone.now())

    assert seen_by(player, channel) == Seen([], 1)
    assert [entry.player for entry in seen_by(other, channel).people] == [other]


def test_who_begins_to_hide_is_gone_with_the_next_heartbeat(channel, player):
    connection = come(channel, player)
    hide(player)

    note_presence(channels=[channel], player=player, connection=connection, state="active", now=NOON)

    assert people_present(channel, NOON) == []


def test_in_a_crowd_only_the_number_is_told(channel, player, monkeypatch):
    monkeypatch.setattr(presence, "NAMED_UP_TO", 2)
    for _ in range(3):
        come(channel, PlayerFactory(), now=timezone.now())

    assert seen_by(player, channel) == Seen([], 3)


@pytest.mark.django_db(transaction=True)
async def test_in_a_crowd_nobody_is_named_to_the_others(channel, player, monkeypatch):
    monkeypatch.setattr(events, "NAMED_UP_TO", 0)
    tab = await Tab.of(player, channel)
    await tab.silent()
    other = await in_database(ChannelMemberFactory)(channel=channel)

    visitor = await Tab.of(other.player, channel)

    data = (await tab.next("sig"))["data"]
    assert data == {"joined": [], "left": [], "state": [], "present": 2}
    await visitor.leave()
    await tab.leave()


@pytest.mark.django_db(transaction=True)
async def test_who_hides_is_told_of_nobody_who_comes_or_writes(channel, player):
    await in_database(hide)(player)
    tab = await Tab.of(player, channel)
    other = await in_database(ChannelMemberFactory)(channel=channel)
    await tab.silent()

    visitor = await Tab.of(other.player, channel)
    await visitor.ask("typing", room=str(channel.uuid), on=True)
    await tab.ask("typing", room=str(channel.uuid), on=True)

    assert [frame["op"] for frame in await tab.silent()] == []
    told = [frame["type"] for frame in await visitor.silent() if frame["op"] == "sig"]
    assert told == ["typing"]
    await visitor.leave()
    await tab.leave()


@pytest.mark.parametrize(("level", "people", "is_shown"), [
    ("normal", 1, True), ("strict", 1, False), ("normal", 3, False), ("none", 2, True),
])  # fmt: skip
def test_typing_is_not_told_under_strict_moderation_nor_in_a_crowd(
    channel, monkeypatch, level, people, is_shown
):
    monkeypatch.setattr(presence, "TYPING_UP_TO", 2)
    kind = replace(kinds.get("test"), moderation_level=lambda channel: level)
    monkeypatch.setitem(kinds._kinds, "test", kind)
    for _ in range(people):
        come(channel, PlayerFactory(), now=timezone.now())

    assert presence.is_typing_shown(channel) is is_shown
