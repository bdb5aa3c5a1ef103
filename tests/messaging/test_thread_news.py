"""News of answers: who follows a thread hears of it once, unless he sees or hears it anyway."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from messaging.actions.messages import post_message
from messaging.actions.notifications import read_place
from messaging.actions.replies import reply
from messaging.actions.thread_news import tell_followers
from messaging.actions.threads import follow
from messaging.models import ChannelMember, LiveConnection, Notification
from players.actions.relationships import block
from rooms.actions.rooms import enter_room, leave_room, open_room
from tests.factories.players import PlayerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def room():
    return open_room(owner=PlayerFactory(username="owner"), name="Attic")


@pytest.fixture
def ada(room):
    return member(room, "ada")


@pytest.fixture
def bo(room):
    return member(room, "bo")


@pytest.fixture
def root(room, ada):
    return post_message(channel=room.channel, player=ada, text="Why is it red?").message


def member(room, name):
    player = PlayerFactory(username=name)
    enter_room(room=room, player=player)
    return player


def told(answer):
    tell_followers(message=answer, now=timezone.now())
    rows = Notification.objects.filter(category="thread").order_by("recipient__username")
    return list(rows.values_list("recipient__username", "title", "times"))


def test_the_author_of_the_thread_hears_of_an_answer(root, bo):
    assert told(reply(parent=root, player=bo, text="Iron.").message) == [
        ("ada", "New answers in a thread in Attic", 1)
    ]


def test_answers_ring_once_until_the_thread_is_read(root, ada, bo):
    for text in ("Iron.", "Rust.", "Dust."):
        rows = told(reply(parent=root, player=bo, text=text).message)
    assert [times for _, _, times in rows] == [3]

    read_place(player=ada, path=f"/said/{root.uuid}/thread/", now=timezone.now())

    assert len(told(reply(parent=root, player=bo, text="Again.").message)) == 2


def test_an_answer_is_told_by_a_job_of_its_own(root, bo, commit):
    with commit():
        reply(parent=root, player=bo, text="Iron.")

    assert Notification.objects.get(category="thread").recipient.username == "ada"


def no_longer_follows(room, root, ada, bo):
    follow(root=root, player=ada, on=False, seq=root.seq)


def has_left(room, root, ada, bo):
    leave_room(room=room, player=ada)


def hears_everything(room, root, ada, bo):
    ChannelMember.objects.filter(player=ada).update(notify="all")


def hears_nothing(room, root, ada, bo):
    ChannelMember.objects.filter(player=ada).update(notify="nothing")


def has_blocked(room, root, ada, bo):
    block(player=ada, other=bo)


def is_looking(room, root, ada, bo):
    LiveConnection.objects.create(
        channel=room.channel, player=ada, connection=uuid4(), state=LiveConnection.State.ACTIVE,
        expires_at=timezone.now() + timedelta(minutes=1),
    )  # fmt: skip


@pytest.mark.parametrize(
    "quiet", [no_longer_follows, has_left, hears_everything, hears_nothing, has_blocked, is_looking]
)
def test_who_needs_no_telling_is_not_told(quiet, room, root, ada, bo):
    answer = reply(parent=root, player=bo, text="Iron.").message
    quiet(room, root, ada, bo)

    assert told(answer) == []


def test_who_is_called_by_name_hears_of_that_alone(root, bo):
    assert told(reply(parent=root, player=bo, text="@ada iron.").message) == []


def test_what_stands_in_no_thread_is_no_answer(root):
    assert told(root) == []
