"""Reading back: pages on both sides, days, permalinks, and what is unread."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from messaging.actions.deletion import delete_message
from messaging.actions.presence import note_read
from messaging.actions.reading import mark_unread
from messaging.models import ChannelMember, Message
from messaging.queries import history
from messaging.queries.history import Reader
from players.actions.relationships import block
from rooms.actions.rooms import enter_room, leave_room, open_room
from tests.factories.messaging import ChannelFactory, ChannelMemberFactory
from tests.factories.npcs import NpcFactory
from tests.factories.players import GameMasterFactory, PlayerFactory

pytestmark = pytest.mark.django_db


def lines(channel, count, *, player=None, begin=None):
    """So many messages, an hour apart, in as few statements as can be."""
    begin = begin or timezone.now() - timedelta(hours=count)
    head = channel.last_seq
    rows = [
        Message(
            channel=channel,
            seq=head + n,
            text=f"line {head + n}",
            player=player,
            type="text" if player else "system",
        )
        for n in range(1, count + 1)
    ]
    made = Message.objects.bulk_create(rows)
    for n, message in enumerate(made):
        message.sent_at = begin + timedelta(hours=n)
    Message.objects.bulk_update(made, ["sent_at"])
    channel.last_seq += count
    channel.save()
    return made


def numbers(window):
    return [message.seq for message in window.messages], window.has_older, window.has_newer


@pytest.fixture
def reader(player):
    return Reader(player)


def test_pages_lead_both_ways_and_know_their_ends(channel, reader):
    lines(channel, 10)

    pages = [
        history.latest(channel, reader, 4),
        history.before(channel, reader, 7, 4),
        history.before(channel, reader, 3, 4),
        history.after(channel, reader, 2, 4),
        history.after(channel, reader, 6, 4),
        history.around(channel, reader, 5, 4),
        history.around(channel, reader, 1, 4),
        history.around(channel, reader, 10, 4),
    ]

    assert [numbers(page) for page in pages] == [
        ([7, 8, 9, 10], True, False),
        ([3, 4, 5, 6], True, True),
        ([1, 2], False, True),
        ([3, 4, 5, 6], True, True),
        ([7, 8, 9, 10], True, False),
        ([4, 5, 6, 7], True, True),
        ([1, 2, 3], False, True),
        ([9, 10], True, False),
    ]


def test_an_empty_channel_has_an_empty_window(channel, reader):
    window = history.latest(channel, reader)

    assert (numbers(window), window.first, window.last) == (([], False, False), 0, 0)


def test_a_day_begins_with_its_first_message(channel, reader):
    made = lines(channel, 3, begin=timezone.now() - timedelta(hours=10))

    between = history.first_since(channel, reader, made[1].sent_at - timedelta(minutes=1))
    after_all = history.first_since(channel, reader, timezone.now())

    assert (between, after_all) == (made[1], None)


@pytest.mark.parametrize("count", [1, 3])
def test_a_page_costs_the_same_however_much_it_shows(channel, reader, django_assert_num_queries, count):
    from messaging.actions.messages import post_message
    from messaging.actions.replies import reply

    for _ in range(count):
        root = post_message(channel=channel, player=PlayerFactory(), text="hello").message
        reply(parent=root, player=PlayerFactory(), text="answer")

    with django_assert_num_queries(5):
        window = history.latest(channel, reader)
        [(m.author.name, m.shows_parent, m.html) for m in window.messages]

    assert [message.answers.count for message in window.messages if message.answers] == [1] * count


# --- What is unread ----------------------------------------------------------------------------------------------


def test_unread_is_what_others_have_said_since(channel, member, player):
    other = ChannelMemberFactory(channel=channel).player
    lines(channel, 2, player=other)
    note_read(channel=channel, player=player, seq=2)
    lines(channel, 3, player=other)
    lines(channel, 1, player=player)
    lines(channel, 1)
    gone = lines(channel, 1, player=other)[0]
    delete_message(message=gone, player=other, now=timezone.now())

    assert history.unread_counts(player, [channel.pk]) == {channel.pk: 3}
    assert history.unread_counts(PlayerFactory(), [channel.pk]) == {}


def test_whispers_of_others_and_blocked_players_are_no_news(channel, member, player):
    other, third = (ChannelMemberFactory(channel=channel).player for _ in range(2))
    lines(channel, 1, player=other)
    whisper = lines(channel, 1, player=third)[0]
    Message.objects.filter(pk=whisper.pk).update(whisper_to=other)
    block(player=player, other=other)

    assert history.unread_counts(player, [channel.pk]) == {channel.pk: 0}


def test_counting_stops_where_nobody_reads_the_number(channel, member, player):
    lines(channel, 130, player=PlayerFactory())

    assert history.unread_counts(player, [channel.pk]) == {channel.pk: 100}
    assert [history.shown_count(number) for number in (0, 99, 100)] == ["0", "99", "99+"]


@pytest.mark.parametrize("count", [1, 3])
def test_the_number_in_the_header_costs_the_same_however_many_rooms(django_assert_num_queries, count):
    player, other = PlayerFactory(), PlayerFactory()
    for number in range(count):
        room = open_room(owner=GameMasterFactory(), name=f"Room {number}")
        enter_room(room=room, player=player)
        lines(room.channel, 2, player=other)
    left = open_room(owner=GameMasterFactory(), name="Left")
    lines(left.channel, 5, player=other)
    player = type(player).objects.get(pk=player.pk)

    with django_assert_num_queries(2):
        total = history.unread_total(player)

    assert total == 2 * count


def test_marking_unread_puts_the_pointer_back_but_never_ahead(channel, member, player):
    second, third = lines(channel, 3, player=PlayerFactory())[1:]
    note_read(channel=channel, player=player, seq=2)

    mark_unread(message=third, player=player)
    ahead = ChannelMember.objects.get(player=player).read_seq
    mark_unread(message=second, player=player)

    assert (ahead, ChannelMember.objects.get(player=player).read_seq) == (2, 1)


# --- Pages -------------------------------------------------------------------------------------------------------


@pytest.fixture
def hall(client, player):
    room = open_room(owner=GameMasterFactory(), name="Hall")
    enter_room(room=room, player=player)
    room.channel.refresh_from_db()
    client.force_login(player)
    return room


def test_a_permalink_opens_the_room_at_the_message(client, hall):
    made = lines(hall.channel, 200)

    response = client.get(f"/m/{made[50].uuid}/", follow=True)

    assert response.redirect_chain == [(f"/rooms/hall/?at={made[50].uuid}#message-{made[50].uuid}", 302)]
    window = response.context["window"]
    assert (made[50] in window.messages, window.has_older, window.has_newer) == (True, True, True)
    html = response.content.decode()
    assert html.count("msg--found") == 1
    assert "data-past" in html
    assert f'href="?after={window.last}"' in html


def test_a_permalink_is_not_found_by_strangers_or_after_leaving(client, hall, player):
    message = lines(hall.channel, 1)[0]
    leave_room(room=hall, player=player)

    assert [client.get(f"/m/{uuid}/").status_code for uuid in (message.uuid, uuid4())] == [404, 404]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", range(151, 201)),
        ("?before=100", range(50, 100)),
        ("?after=100", range(101, 151)),
        ("?after=500", range(0)),
        ("?before=x", range(151, 201)),
        ("?on=2000-01-01", range(1, 27)),
        ("?on=2100-01-01", range(151, 201)),
    ],
)
def test_the_address_says_which_part_a_page_shows(client, hall, query, expected):
    Message.objects.all().delete()
    hall.channel.last_seq = 0
    lines(hall.channel, 200)

    response = client.get(f"/rooms/hall/{query}")

    assert [message.seq for message in response.context["messages_shown"]] == list(expected)


@pytest.mark.parametrize(
    "query", ["at=x", "at=00000000-0000-4000-8000-000000000000", "on=x", "on=2026-02-30"]
)
def test_a_place_that_does_not_exist_is_not_found(client, hall, query):
    lines(hall.channel, 1)

    assert client.get(f"/rooms/hall/?{query}").status_code == 404


def test_a_line_stands_before_what_is_new(client, hall, player):
    other = PlayerFactory()
    lines(hall.channel, 3, player=other)
    note_read(channel=hall.channel, player=player, seq=hall.channel.last_seq)
    lines(hall.channel, 1, player=player)
    news = lines(hall.channel, 2, player=other)

    html = client.get("/rooms/hall/").content.decode()

    assert html.count('class="stream__unread"') == 1
    line = html.index('class="stream__unread"')
    assert html.index(f'id="message-{news[0].uuid}"') > line > html.index("line ")


def test_far_news_are_led_to(client, hall, player):
    lines(hall.channel, 3, player=PlayerFactory())
    note_read(channel=hall.channel, player=player, seq=hall.channel.last_seq)
    news = lines(hall.channel, 80, player=PlayerFactory())

    far = client.get("/rooms/hall/").content.decode()
    near = client.get("/rooms/hall/?at=new")

    assert '?at=new">' in far
    assert news[0] in near.context["messages_shown"]
    assert 'class="stream__unread"' in near.content.decode()


def test_rows_for_a_script_say_whether_there_are_more(client, hall):
    lines(hall.channel, 120)
    last = hall.channel.last_seq

    old, new, now = (
        client.get("/rooms/hall/messages/older/", query).content.decode()
        for query in ({"before": last - 60}, {"after": last - 20}, {"now": ""})
    )

    assert [("data-older" in rows, "data-newer" in rows) for rows in (old, new, now)] == [
        (True, True), (True, False), (True, False),
    ]  # fmt: skip


def test_marking_unread_is_for_those_who_may_read(client, hall, player):
    message = lines(hall.channel, 1, player=PlayerFactory())[0]
    note_read(channel=hall.channel, player=player, seq=message.seq)
    strange = lines(ChannelFactory(), 1)[0]

    answers = [client.post(f"/said/{uuid}/unread/").status_code for uuid in (message.uuid, strange.uuid)]

    assert answers == [302, 404]
    assert client.get("/unread/").json() == {"unread": 1, "shown": "1"}


def test_everything_can_be_marked_as_read_without_a_script(client, hall, player):
    lines(hall.channel, 3, player=PlayerFactory())

    response = client.post(f"/channels/{hall.channel.uuid}/read/")

    assert (response.url, client.get("/unread/").json()["shown"]) == ("/rooms/hall/", "")
    assert client.post(f"/channels/{uuid4()}/read/").status_code == 404


# --- The search page ---------------------------------------------------------------------------------------------


def test_the_page_marks_what_was_found_and_leads_there(client, hall):
    message = lines(hall.channel, 1, player=PlayerFactory(display_name="<Bo>"))[0]
    Message.objects.filter(pk=message.pk).update(text="<script>alert(1)</script> & Mars")

    html = client.get("/search/", {"q": "mars"}).content.decode()

    assert "<mark>Mars</mark>" in html
    assert f'href="/m/{message.uuid}/"' in html
    assert "<script>alert" not in html
    assert "&lt;Bo&gt;" in html


@pytest.mark.parametrize(
    ("query", "hint"),
    [("colour:red", "There is no colour: here"), ("from:<zoe>", "Nobody here is called “&lt;zoe&gt;”.")],
)
def test_the_page_explains_what_it_can_not_make_out(client, hall, query, hint):
    response = client.get("/search/", {"q": query})

    assert response.status_code == 422
    assert hint in response.content.decode()
    assert "Nothing found" not in response.content.decode()


@pytest.mark.parametrize(("query", "expected"), [("", "What was it again?"), ("q=zyzzyva", "Nothing found")])
def test_nothing_is_said_kindly(client, hall, query, expected):
    assert expected in client.get(f"/search/?{query}").content.decode()


def test_a_cursor_of_somebody_else_is_not_found(client, hall):
    assert client.get("/search/", {"q": "mars", "after": "made-up"}).status_code == 404


def test_talks_and_conversations_open_at_a_message_too(client, player):
    from messaging.actions.direct import write_to
    from rooms.actions.talk import say_in_private
    from tests.factories.relationships import befriend

    client.force_login(player)
    befriend(player, other := PlayerFactory())
    letter = write_to(player=player, other=other, text="Dear friend", now=timezone.now()).message
    said = say_in_private(npc=NpcFactory(slug="vega"), player=player, text="Good evening").message

    pages = [client.get(f"/m/{message.uuid}/", follow=True) for message in (letter, said)]

    assert [page.content.decode().count("msg--found") for page in pages] == [1, 1]
