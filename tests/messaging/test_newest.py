"""The newest page is made once for all who come, and never shows what somebody must not see."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from messaging.actions.deletion import delete_message
from messaging.actions.edits import edit_message
from messaging.actions.messages import post_message
from messaging.actions.reactions import react
from messaging.actions.replies import reply
from messaging.actions.whispers import whisper
from messaging.models import Channel, Message
from messaging.queries.newest import forget_pages, newest_in
from messaging.queries.streams import PAGE, message_seen_by, messages_before
from players.actions.relationships import block
from players.queries.relationships import hidden_from
from tests.factories.players import PlayerFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now


def again(channel):
    return Channel.objects.get(pk=channel.pk)


def say(channel, player, text="hello"):
    return post_message(channel=channel, player=player, text=text, client_id=uuid4()).message


def test_it_says_the_same_as_a_page_read_for_the_player(channel, player, other):
    for number in range(3):
        say(channel, player, f"mine **{number}**")
        say(channel, other, f"yours {number}")
    post_message(channel=channel, text="System")

    channel = again(channel)
    for reader in (player, other):
        read = messages_before(channel, channel.last_seq + 1, viewer=reader)
        assert newest_in(channel).for_player(reader) == [message_seen_by(message, reader) for message in read]


def test_nothing_is_asked_while_nothing_happens(channel, player, django_assert_num_queries):
    say(channel, player)
    channel = again(channel)
    newest_in(channel)

    with django_assert_num_queries(0):
        assert len(newest_in(channel).for_player(player)) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda message, player: edit_message(
            message=message, player=player, text="changed", base_rev=0, now=NOW()
        ),
        lambda message, player: delete_message(message=message, player=player, reason="", now=NOW()),
        lambda message, player: react(message=message, player=player, emoji="👍", on=True),
        lambda message, player: reply(parent=message, player=player, text="an answer", client_id=uuid4()),
        lambda message, player: post_message(channel=message.channel, player=player, text="next"),
    ],
    ids=["edit", "delete", "react", "reply", "next"],
)
def test_whatever_becomes_of_a_message_is_seen_at_once(channel, player, change):
    message = say(channel, player)
    before = newest_in(again(channel)).for_player(player)

    change(message, player)

    channel = again(channel)
    after = newest_in(channel).for_player(player)
    read = messages_before(channel, channel.last_seq + 1, viewer=player)
    assert after != before
    assert after == [message_seen_by(found, player) for found in read]


def test_it_has_fifty_at_most_and_says_whether_there_are_more(channel, player):
    for number in range(PAGE + 1):
        post_message(channel=channel, text=f"System {number}")

    newest = newest_in(again(channel))

    assert [len(newest.lines), json.loads(newest.page)["before"]] == [PAGE, newest.lines[0].told["seq"]]
    assert newest.lines[-1].told["text"] == f"System {PAGE}"


def test_a_whisper_among_the_newest_makes_everybody_read_for_himself(channel, player, other):
    say(channel, player)
    whisper(channel=channel, player=player, to=other, text="psst", client_id=uuid4())

    assert newest_in(again(channel)) is None


def test_what_expires_makes_everybody_read_for_himself(channel, player):
    message = say(channel, player)
    Message.objects.filter(pk=message.pk).update(expires_at=NOW() + timedelta(hours=1))

    assert newest_in(again(channel)) is None


def test_who_does_not_see_an_author_reads_for_himself(channel, player, other):
    say(channel, other)
    block(player=player, other=other)

    channel = again(channel)
    assert newest_in(channel, hidden=hidden_from(player)) is None
    assert newest_in(channel, hidden=hidden_from(PlayerFactory())) is not None


def test_threads_are_told_to_each_reader_by_himself(channel, player, other):
    root = say(channel, player)
    answer = reply(parent=root, player=other, text="an answer", client_id=uuid4()).message
    newest = newest_in(again(channel))

    seen, unseen = (
        newest.threads(reader, hidden=hidden) for reader, hidden in ((player, ()), (player, {other.pk}))
    )

    assert seen[str(root.uuid)]["count"] == 1
    assert unseen == {}
    assert str(answer.uuid) not in seen


def test_direct_messages_are_never_shared(channel, player):
    say(channel, player)
    Channel.objects.filter(pk=channel.pk).update(kind="direct")

    assert newest_in(again(channel)) is None


def test_names_are_read_again_when_the_page_was_forgotten(channel, player):
    say(channel, player)
    newest_in(again(channel))
    player.profile.display_name = "Somebody Else"
    player.profile.save()

    forget_pages()

    assert newest_in(again(channel)).lines[0].told["author"]["name"] == "Somebody Else"


def test_programs_get_the_same_page_as_sockets(channel, player):
    said = say(channel, player)

    newest = newest_in(again(channel))

    assert json.loads(newest.page) == {"messages": [line.told for line in newest.lines], "before": None}
    assert [line.told["uuid"] for line in newest.lines] == [str(said.uuid)]
