"""Threads: the first message, its answers, and who hears of them."""

from importlib import import_module

import pytest
from django.apps import apps
from django.utils import timezone

from messaging.actions.messages import post_message
from messaging.actions.replies import reply
from messaging.actions.threads import follow
from messaging.models import Message, ThreadFollow
from messaging.player_data import documents
from messaging.queries.threads import followed_threads
from players.actions.relationships import block
from rooms.actions.rooms import enter_room, open_room
from tests.factories.messaging import ChannelMemberFactory
from tests.factories.npcs import NpcFactory
from tests.factories.players import GameMasterFactory, PlayerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(channel, player):
    return post_message(channel=channel, player=player, text="Why is it red?").message


@pytest.fixture
def other(channel):
    return ChannelMemberFactory(channel=channel, player__display_name="Bo").player


def follows():
    return {row.player_id: (row.is_on, row.read_seq) for row in ThreadFollow.objects.all()}


def test_answers_to_answers_stand_in_the_thread_of_the_first_message(root, player, other):
    answer = reply(parent=root, player=other, text="Iron.").message
    deeper = reply(parent=answer, player=player, text="Rust?").message

    assert (root.root_id, answer.root, deeper.root) == (None, root, root)


def test_who_writes_in_a_thread_and_who_began_it_follow_it(root, player, other):
    answer = reply(parent=root, player=other, text="Iron.").message

    assert follows() == {player.pk: (True, root.seq), other.pk: (True, answer.seq)}


def test_a_character_that_began_a_thread_follows_nothing(channel, other):
    root = post_message(channel=channel, npc=NpcFactory(), text="Ask me.").message

    reply(parent=root, player=other, text="Why?")

    assert list(follows()) == [other.pk]


def test_who_has_said_no_does_not_follow_by_writing_again(root, other):
    follow(root=root, player=other, on=False, seq=root.seq)

    answer = reply(parent=root, player=other, text="Iron.").message

    assert follows()[other.pk] == (False, answer.seq)


def test_following_again_goes_on_where_one_had_read(root, other):
    answer = reply(parent=root, player=other, text="Iron.").message
    follow(root=root, player=other, on=False, seq=99)

    follow(root=root, player=other, on=True, seq=99)

    assert follows()[other.pk] == (True, answer.seq)


def test_answers_of_old_learn_their_first_message(root, player):
    parent, chain = root, []
    for depth in range(3):
        parent = reply(parent=parent, player=player, text=f"Answer {depth}").message
        chain.append(parent)
    Message.objects.update(root=None)

    import_module("messaging.migrations.0009_roots_of_threads").fill_roots(apps, None)

    assert [Message.objects.get(pk=answer.pk).root for answer in chain] == [root] * 3


def test_the_export_names_the_threads_that_one_follows(root, other):
    reply(parent=root, player=other, text="Iron.")

    exported = {document.path: document.content for document in documents(other.pk)}

    (line,) = list(exported["messages/threads.json"])
    assert (line["root__uuid"], line["is_on"]) == (root.uuid, True)
    assert line["since"] <= timezone.now()


# --- Pages -------------------------------------------------------------------------------------------------------


@pytest.fixture
def hall(client, player):
    room = open_room(owner=GameMasterFactory(), name="Hall")
    enter_room(room=room, player=player)
    client.force_login(player)
    return room


def ask(hall, player, text="Why is it red?"):
    return post_message(channel=hall.channel, player=player, text=text).message


def test_a_thread_has_a_page_with_its_answers_and_reading_it_marks_it_as_read(client, hall, player):
    root = ask(hall, player)
    answer = reply(parent=root, player=PlayerFactory(), text="Because of **iron**.").message
    unread = client.get("/rooms/hall/").content.decode()

    response = client.get(f"/said/{answer.uuid}/thread/")

    assert (response.context["root"], response.context["answers"]) == (root, [answer])
    assert "<strong>iron</strong>" in response.content.decode()
    assert ">1 answer<" in unread
    assert ThreadFollow.objects.get(player=player).read_seq == answer.seq


def test_the_panel_is_the_same_without_the_page_around_it(client, hall, player):
    root = ask(hall, player)

    html = client.get(f"/said/{root.uuid}/thread/", headers={"HX-Request": "true"}).content.decode()

    assert "<html" not in html
    assert f'id="answer-{root.uuid}"' in html


def test_answers_are_posted_into_the_thread_and_refusals_keep_the_text(client, hall, player):
    root = ask(hall, PlayerFactory())

    posted = client.post(f"/said/{root.uuid}/thread/reply/", {"text": "Iron."})
    refused = client.post(f"/said/{root.uuid}/thread/reply/", {"text": "  "})

    assert posted.url == f"/said/{root.uuid}/thread/"
    assert [message.text for message in root.thread.all()] == ["Iron."]
    assert (refused.status_code, "Write something first." in refused.content.decode()) == (422, True)


def test_a_thread_is_followed_and_unfollowed_by_a_button(client, hall, player):
    root = ask(hall, PlayerFactory())

    client.post(f"/said/{root.uuid}/thread/follow/", {"on": "yes"})
    reply(parent=root, player=PlayerFactory(), text="Iron.")
    listed = client.get("/threads/").content.decode()
    client.post(f"/said/{root.uuid}/thread/follow/", {"on": "no"})

    assert "1 new" in listed
    assert "No threads yet" in client.get("/threads/").content.decode()


def test_strangers_find_no_thread(client, hall, player):
    other = open_room(owner=GameMasterFactory(), name="Attic")
    root = ask(other, PlayerFactory())
    paths = [f"/said/{root.uuid}/thread/{end}" for end in ("", "reply/", "follow/")]

    answers = [client.get(paths[0]), *(client.post(path, {"text": "x"}) for path in paths[1:])]

    assert [answer.status_code for answer in answers] == [404, 404, 404]


def test_blocks_and_whispers_are_kept_out_of_threads(client, hall, player):
    root, blocked = ask(hall, player), PlayerFactory()
    reply(parent=root, player=blocked, text="From a blocked one")
    secret = reply(parent=root, player=PlayerFactory(), text="A whisper").message
    Message.objects.filter(pk=secret.pk).update(whisper_to=PlayerFactory())
    block(player=player, other=blocked)

    response = client.get(f"/said/{root.uuid}/thread/")

    assert response.context["answers"] == []
    assert ">1 answer<" not in client.get("/rooms/hall/").content.decode()
    assert "No threads yet" in client.get("/threads/").content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_my_threads_cost_the_same_however_many(hall, player, django_assert_num_queries, count):
    for _ in range(count):
        reply(parent=ask(hall, player), player=PlayerFactory(), text="Answer")
    player = type(player).objects.get(pk=player.pk)

    with django_assert_num_queries(COST):
        lines = followed_threads(player).rows
        [(line.root.author.name, line.last.plain, line.place.title) for line in lines]

    assert [line.unread for line in lines] == [1] * count


def test_my_threads_come_page_by_page_the_last_answer_first(hall, player):
    roots = [ask(hall, player, f"question {number}") for number in range(3)]
    for root in (roots[1], roots[0], roots[2]):
        reply(parent=root, player=PlayerFactory(), text="answer")

    first = followed_threads(player, limit=2)
    second = followed_threads(player, before=first.older, limit=2)

    assert [line.root for line in [*first.rows, *second.rows]] == [roots[2], roots[0], roots[1]]
    assert second.older == 0


COST = 7
