"""The figures that the console draws of rooms and messages."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from messaging.actions.messages import post_message
from messaging.models import ChannelMember, Message
from rooms.admin.analytics import SHADES, columns, totals, week
from rooms.queries.analytics import Day, busiest_rooms, by_day, by_hour
from tests.factories.messaging import ChannelFactory, ChannelMemberFactory
from tests.factories.players import GameMasterFactory, PlayerFactory, SystemAdminFactory
from tests.factories.rooms import RoomFactory, RoomNpcFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
TODAY = NOW.date()


def said(channel, player, at=NOW, text="Hello"):
    message = post_message(channel=channel, player=player, text=text).message
    Message.objects.filter(pk=message.pk).update(sent_at=at)
    return message


def conversation(*players):
    channel = ChannelFactory(kind="direct")
    for player in players:
        ChannelMemberFactory(channel=channel, player=player)
    return channel


def today(days=7):
    return by_day(now=NOW, days=days)[-1]


def test_every_day_of_the_period_is_there_even_without_messages():
    days = by_day(now=NOW, days=7)
    assert [day.day for day in days] == [TODAY - timedelta(days=n) for n in range(6, -1, -1)]
    assert {day.chat for day in days} == {0}


def test_messages_in_rooms_count_with_their_writers(settings):
    room, (ada, bob) = RoomFactory(), PlayerFactory.create_batch(2)
    said(room.channel, ada, text="One")
    said(room.channel, ada, text="Two")
    said(room.channel, bob, text="Three")
    assert (today().chat, today().chat_senders) == (3, 2)


def test_what_characters_and_the_system_say_is_not_counted_as_peoples():
    room, place = RoomFactory(), RoomNpcFactory()
    for author in ({"npc": place.npc}, {}):
        message = post_message(channel=room.channel, text="Hello", **author).message
        Message.objects.filter(pk=message.pk).update(sent_at=NOW)
    assert today().chat == 0


def test_what_was_said_before_the_period_is_left_out():
    room = RoomFactory()
    said(room.channel, PlayerFactory(), at=NOW - timedelta(days=7))
    assert sum(day.chat for day in by_day(now=NOW, days=7)) == 0


def test_a_direct_message_is_read_when_the_other_has_got_that_far():
    ada, bob = PlayerFactory.create_batch(2)
    channel = conversation(ada, bob)
    first, _ = said(channel, ada, text="One"), said(channel, ada, text="Two")
    ChannelMember.objects.filter(player=bob).update(read_seq=first.seq, read_at=NOW + timedelta(minutes=30))
    found = today()
    assert (found.direct, found.direct_read, found.direct_senders, found.direct_recipients) == (2, 1, 1, 1)
    assert found.minutes == 30


def test_reading_ones_own_message_is_no_reading():
    ada, bob = PlayerFactory.create_batch(2)
    channel = conversation(ada, bob)
    message = said(channel, ada)
    ChannelMember.objects.filter(player=ada).update(read_seq=message.seq, read_at=NOW)
    assert (today().direct_read, today().minutes) == (0, None)


def test_the_busiest_room_comes_first_with_its_figures():
    quiet, busy = RoomFactory(), RoomFactory()
    RoomNpcFactory(room=busy, interaction_count=4)
    RoomNpcFactory(room=busy, interaction_count=2, is_active=False)
    ada, bob = PlayerFactory.create_batch(2)
    said(quiet.channel, ada)
    said(busy.channel, ada)
    said(busy.channel, bob)
    first, second = busiest_rooms(now=NOW, days=7)
    assert (first.room, second.room) == (busy, quiet)
    assert (first.messages, first.senders, first.last_message_at) == (2, 2, NOW)
    assert (first.npcs, first.active_npcs, first.npc_interactions) == (2, 1, 3)


def test_rooms_without_a_message_are_not_busy():
    RoomFactory()
    assert busiest_rooms(now=NOW, days=7) == []


def test_hours_are_counted_by_weekday():
    said(RoomFactory().channel, PlayerFactory(), at=NOW)
    assert by_hour(now=NOW, days=7) == {(NOW.isoweekday(), 12): 1}


def test_days_and_hours_are_those_of_the_installation_wherever_the_viewer_is():
    said(RoomFactory().channel, PlayerFactory(), at=NOW)
    with timezone.override("Pacific/Auckland"):
        assert today().chat == 1
        assert by_hour(now=NOW, days=7) == {(NOW.isoweekday(), 12): 1}


def test_whatever_was_said_has_a_shade_and_the_busiest_hour_the_deepest():
    squares = week({(1, 0): 1, (7, 23): 1000})
    assert len(squares) == 7 * 24
    assert (squares[0]["shade"], squares[1]["shade"], squares[-1]["shade"]) == (1, 0, SHADES)


def test_bars_stand_on_one_another_and_fill_the_drawing_on_the_fullest_day():
    fullest, half = columns([Day(TODAY, chat=3, direct=1), Day(TODAY, chat=2)])
    assert (fullest["chat"], fullest["direct"], fullest["direct_y"]) == (75, 25, 0)
    assert (half["chat"], half["chat_y"]) == (50, 50)


def test_the_share_of_read_messages_is_unknown_when_none_was_sent():
    assert totals([Day(TODAY)])["read_percent"] is None


@pytest.mark.parametrize("rooms", [1, 3])
def test_the_page_takes_as_many_queries_for_many_rooms(client, django_assert_max_num_queries, rooms):
    for _ in range(rooms):
        said(RoomFactory().channel, PlayerFactory(), at=datetime.now(UTC))
    client.force_login(SystemAdminFactory())
    client.get(reverse("admin:index"))
    with django_assert_max_num_queries(12):
        page = client.get(reverse("admin:room_activity"), {"days": "7"})
    assert page.content.decode().count('<th scope="row"><a') == rooms


def test_an_empty_page_says_what_to_do(client):
    client.force_login(SystemAdminFactory())
    assert "Open a room" in client.get(reverse("admin:room_activity")).content.decode()


def test_the_list_of_rooms_leads_to_the_page(client):
    RoomFactory()
    client.force_login(GameMasterFactory())
    assert (
        reverse("admin:room_activity") in client.get(reverse("admin:rooms_room_changelist")).content.decode()
    )


def test_players_do_not_see_the_figures(client):
    client.force_login(PlayerFactory())
    assert client.get(reverse("admin:room_activity")).status_code == 302
