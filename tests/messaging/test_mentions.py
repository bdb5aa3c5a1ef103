"""Who is called in a message, how it looks, and who hears of it."""

import pytest
from django.utils import timezone

from messaging.actions.deletion import delete_message
from messaging.actions.edits import edit_message
from messaging.actions.messages import post_message
from messaging.actions.notifications import read_all
from messaging.models import ChannelMember, Message, MessageMention, Notification
from messaging.queries import recent_messages
from messaging.queries.mentions import calls_people, mentions_of, suggestions
from messaging.rules.mentions import places, usernames_in, without
from padawanforge.kit.memory import one_reading
from players.actions.relationships import block
from rooms.actions.rooms import enter_room
from tests.factories.messaging import ChannelMemberFactory
from tests.factories.npcs import NpcFactory
from tests.factories.players import PlayerFactory
from tests.factories.rooms import RoomNpcFactory

NOW = timezone.now()


@pytest.fixture
def ada(channel):
    return ChannelMemberFactory(channel=channel, player__username="ada").player


def say(channel, player, text):
    return post_message(channel=channel, player=player, text=text).message


def told(player):
    return Notification.objects.filter(recipient=player, category="mention")


def edit(message, text):
    message.refresh_from_db()
    return edit_message(
        message=message, player=message.player, text=text, base_rev=message.rev, now=timezone.now()
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@ada", ["ada"]),
        ("Hi @Ada, look", ["ada"]),
        ("@ada. And @ada-2!", ["ada", "ada-2"]),
        ("mail ada@example.org or see https://x.org/@ada", []),
        ("`@ada` and ```\n@ada\n```", []),
        ("@Ada Lovelace writes", ["Ada Lovelace"]),
        ("@adam", []),
    ],
)
def test_a_name_is_called_at_a_words_border_outside_of_code(text, found):
    assert [place.name for place in places(text, ["ada", "ada-2", "Ada Lovelace"])] == found


def test_places_say_where_the_name_stands():
    (place,) = places("Hi `x` @ada!", ["ada"])

    assert "Hi `x` @ada!"[place.start : place.start + place.length] == "@ada"


def test_what_is_called_already_can_be_left_out():
    text = "@Vega, @ada and @vega.\n@Vega Prime? `@Vega`"

    found = places(text, ["Vega", "Vega Prime"])

    assert without(text, found) == "     , @ada and      .\n           ? `@Vega`"


def test_words_that_could_be_usernames_come_in_small_letters():
    assert usernames_in("@Ada and @bob_ross- and @-x") == {"ada", "bob_ross"}


def test_a_mention_is_a_row_and_a_mark_in_the_page(channel, player, ada):
    message = say(channel, player, "Hello @ada, <b>not bold</b>")

    row = message.mentions.get()
    assert (row.player, row.start, row.length) == (ada, 6, 4)
    assert f'<span class="mention" data-mention="{ada.uuid}">@ada</span>' in message.html
    assert "<b>" not in message.html


def test_whoever_cannot_read_the_channel_is_not_called(channel, player):
    stranger = PlayerFactory(username="stranger")

    message = say(channel, player, "Hello @stranger")

    assert not message.mentions.exists()
    assert not told(stranger).exists()


@pytest.mark.django_db(transaction=True)
def test_a_called_player_is_told_once_and_not_the_author(channel, player, ada):
    say(channel, player, f"@ada @ada @{player.username}")

    news = told(ada).get()
    assert (news.times, news.title) == (1, f"{player.name} mentions you")
    assert not told(player).exists()


@pytest.mark.django_db
def test_a_player_is_called_beside_a_character_but_not_in_its_place(channel, player, ada):
    vega = ChannelMemberFactory(channel=channel, player__username="vega").player
    room = RoomNpcFactory(npc__name="Ada").room
    for member in (player, ada, vega):
        enter_room(room=room, player=member)

    message = say(room.channel, player, "@ada and @vega, @Ada!")

    rows = MessageMention.objects.filter(message=message).order_by("start")
    assert [(row.start, row.npc_id is not None, row.player) for row in rows] == [
        (0, True, None),
        (9, False, vega),
        (16, True, None),
    ]


@pytest.mark.django_db
def test_in_one_reading_a_message_is_shown_as_it_is_by_now(channel, player, ada):
    with one_reading():
        message = Message.objects.get(pk=say(channel, player, "Hello @ada").pk)
        shown = [message.html, message.html]
        MessageMention.objects.filter(message=message).delete()
        shown.append(Message.objects.get(pk=message.pk).html)
        message.text = "*Hello*"
        shown.append(message.html)

    marked = f'<p>Hello <span class="mention" data-mention="{ada.uuid}">@ada</span></p>\n'
    assert shown == [marked, marked, "<p>Hello @ada</p>\n", "<p><em>Hello</em></p>\n"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "calls"), [("@Vega", False), ("nobody@example.org", False), ("@Vega @ada", True)]
)
def test_news_are_only_written_where_people_are_called(channel, player, ada, text, calls):
    npc = NpcFactory(name="Vega")
    message = say(channel, player, text)
    MessageMention.objects.create(message=message, kind="npc", npc=npc, start=0, length=5)

    assert calls_people(Message.objects.get(pk=message.pk)) is calls


@pytest.mark.django_db(transaction=True)
def test_an_edit_tells_new_ones_once_and_never_again(channel, player, ada):
    bob = ChannelMemberFactory(channel=channel, player__username="bob").player
    message = say(channel, player, "Hello @ada")
    read_all(player=ada, now=NOW)

    edit(message, "Hello @ada and @bob")
    edit(message, "Hello, dear @ada and @bob")

    assert told(ada).count() == 1
    assert not told(ada).filter(is_read=False).exists()
    assert told(bob).get().times == 1


@pytest.mark.django_db(transaction=True)
def test_who_is_no_longer_called_needs_not_read_of_it(channel, player, ada):
    message = say(channel, player, "Hello @ada")

    edit(message, "Hello everybody")

    assert not told(ada).exists()
    assert not message.mentions.exists()


@pytest.mark.django_db(transaction=True)
def test_what_was_read_stays_when_the_mention_goes(channel, player, ada):
    message = say(channel, player, "Hello @ada")
    read_all(player=ada, now=NOW)

    edit(message, "Hello everybody")

    assert told(ada).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_deleted_message_takes_its_news_along(channel, player, ada):
    message = say(channel, player, "Hello @ada")

    delete_message(message=message, player=player, now=timezone.now())

    assert not told(ada).exists()
    assert not MessageMention.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_block_keeps_a_mention_from_being_one(channel, player, ada):
    block(player=ada, other=player)

    message = say(channel, player, "Hello @ada")

    assert not message.mentions.exists()
    assert not told(ada).exists()


@pytest.mark.django_db(transaction=True)
def test_everybody_here_is_called_by_moderators_only(channel, player, ada):
    quiet = ChannelMemberFactory(channel=channel, notify="nothing").player

    say(channel, player, "@here look")
    assert not told(ada).exists()
    ChannelMember.objects.filter(player=player).update(role="moderator")
    say(channel, player, "@here look again")

    assert told(ada).count() == 1
    assert not told(quiet).exists()


@pytest.mark.django_db(transaction=True)
def test_a_held_message_tells_nobody(channel, player, ada):
    from messaging.actions.mention_news import tell_mentioned

    message = say(channel, player, "quiet")
    Message.objects.filter(pk=message.pk).update(text="@ada", hidden_at=NOW)
    MessageMention.objects.create(message=message, kind="player", player=ada, start=0, length=4)

    assert tell_mentioned(message=Message.objects.get(pk=message.pk)) == 0
    assert "mention" not in Message.objects.get(pk=message.pk).html


def test_a_page_of_mentions_costs_the_same_for_one_and_three(channel, player, ada, django_assert_num_queries):
    say(channel, player, "@ada 1")
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert all(message.html for message in recent_messages(channel))
        return len(queries)

    one = cost()
    for text in ("@ada 2", f"@ada and @{player.username}"):
        say(channel, player, text)
    assert cost() == one


def test_my_mentions_are_those_that_i_may_still_read(channel, player, ada):
    say(channel, player, "@ada first")
    second = say(channel, player, "@ada second")
    delete_message(message=say(channel, player, "@ada gone"), player=player, now=timezone.now())

    page = mentions_of(ada, limit=1)
    assert [row.message for row in page.rows] == [second]
    assert [row.message.text for row in mentions_of(ada, after=page.after).rows] == ["@ada first"]
    ChannelMember.objects.filter(player=ada).delete()
    assert mentions_of(ada).rows == []


def test_suggestions_are_members_whom_one_sees(channel, player, ada):
    ChannelMemberFactory(channel=channel, player__username="adam")
    PlayerFactory(username="adastra")

    assert [found.insert for found in suggestions(channel, player, "Ad")] == ["ada", "adam"]
    block(player=ada, other=player)
    assert [found.insert for found in suggestions(channel, player, "ad")] == ["adam"]


def test_the_call_of_everybody_says_whom_it_tells(channel, player, ada):
    (here,) = suggestions(channel, player, "he", with_here=True)

    assert (here.insert, here.hint) == ("here", "Tells 1 person")
    ChannelMember.objects.filter(channel=channel, player=ada).update(notify=ChannelMember.Notify.NOTHING)
    (here,) = suggestions(channel, player, "he", with_here=True)
    assert here.hint == "Tells 0 people"


def test_a_forgotten_player_is_no_longer_called_and_others_still_are(channel, player, ada):
    from messaging.actions.erasure import erase

    bob = ChannelMemberFactory(channel=channel, player__username="bob").player
    message = say(channel, player, "@ada and @bob, @ada again, @bob too")

    erase(ada.pk)

    message = Message.objects.get(pk=message.pk)
    assert message.text == "@former-player and @bob, @former-player again, @bob too"
    rows = list(message.mentions.order_by("start"))
    assert [row.player for row in rows] == [bob, bob]
    assert [message.text[row.start : row.start + row.length] for row in rows] == ["@bob", "@bob"]
