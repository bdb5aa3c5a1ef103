"""For every action and everybody who looks on: the snapshot before, and what is told since, is the snapshot after."""

import pytest
from django.test import Client
from django.utils import timezone

from messaging.actions import polls
from messaging.actions.channels import add_member, remove_member
from messaging.actions.deletion import delete_message
from messaging.actions.edits import edit_message
from messaging.actions.messages import post_message
from messaging.actions.pins import pin, unpin
from messaging.actions.reactions import react
from messaging.actions.replies import reply
from messaging.actions.whispers import whisper
from messaging.models import Message
from messaging.rules.polls import Question
from players.actions.relationships import block
from tests.factories.messaging import ChannelMemberFactory
from tests.factories.moderation import SanctionFactory
from tests.factories.players import PlayerFactory, SystemAdminFactory
from tests.messaging.copies import Copy

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(channel, player):
    """Everybody who may look on, by what they are here; Ada (`player`) is the one who acts."""
    muted = ChannelMemberFactory(channel=channel).player
    SanctionFactory(target=muted, scope="room", channel=channel, kind="mute")
    blocker = ChannelMemberFactory(channel=channel).player
    block(player=blocker, other=player)
    staff = SystemAdminFactory()
    ChannelMemberFactory(channel=channel, player=staff)
    return {
        "author": player,
        "owner": ChannelMemberFactory(channel=channel, role="owner").player,
        "moderator": ChannelMemberFactory(channel=channel, role="moderator").player,
        "member": ChannelMemberFactory(channel=channel).player,
        "muted": muted,
        "blocked": blocker,
        "staff": staff,
        "outsider": PlayerFactory(),
    }


class Viewer:
    def __init__(self, player):
        self.client = Client()
        self.client.force_login(player)
        self.copy = Copy()

    def look(self, channel, **known):
        """The frames, or None for whom there is no such channel."""
        answer = self.client.get(f"/api/v1/channels/{channel.uuid}/events", {"wait": "false", **known})
        return answer.json()["frames"] if answer.status_code == 200 else None

    def begin(self, channel):
        frames = self.look(channel)
        if frames is None:
            return None
        self.copy.begin(frames[0])
        return self.copy.state

    def follow(self, channel):
        sub, *events = self.look(channel, epoch=self.copy.epoch, after=self.copy.seq)
        assert sub["mode"] == "resumed"
        self.copy.begin(sub)
        for event in events:
            self.copy.hear(event)
        return self.copy.state


def two_answers(**more):
    return Question(text="Tea?", options=("Yes", "No"), **more)


def post(channel, people, message):
    post_message(channel=channel, player=people["author"], text="news")


def post_much(channel, people, message):
    for number in range(60):
        post_message(channel=channel, text=f"line {number}")


def answer(channel, people, message):
    reply(parent=message, player=people["member"], text="I agree")


def edit(channel, people, message):
    edit_message(message=message, player=people["author"], text="put better", base_rev=0, now=timezone.now())


def edit_twice(channel, people, message):
    edit(channel, people, message)
    edit_message(message=message, player=people["author"], text="even so", base_rev=1, now=timezone.now())


def delete(channel, people, message):
    delete_message(message=message, player=people["author"], now=timezone.now())


def edit_then_delete(channel, people, message):
    edit(channel, people, message)
    delete_message(message=message, player=people["moderator"], now=timezone.now(), reason="rude")


def delete_what_is_answered(channel, people, message):
    answer(channel, people, message)
    delete(channel, people, message)


def react_by(*names, then_off=False):
    def do(channel, people, message):
        for name in names:
            react(message=message, player=people[name], emoji="👍", on=True)
        if then_off:
            react(message=message, player=people[names[0]], emoji="👍", on=False)

    return do


def react_then_delete(channel, people, message):
    react(message=message, player=people["member"], emoji="👍", on=True)
    delete(channel, people, message)


def pin_it(channel, people, message):
    pin(message=message, player=people["moderator"], now=timezone.now())


def pin_and_unpin(channel, people, message):
    pin_it(channel, people, message)
    unpin(message=message, player=people["moderator"])


def whisper_to_member(channel, people, message):
    whisper(channel=channel, player=people["author"], to=people["member"], text="between us")


def come_and_go(channel, people, message):
    newcomer = PlayerFactory()
    add_member(channel=channel, player=newcomer)
    post_message(channel=channel, player=newcomer, text="hello and goodbye")
    remove_member(channel=channel, player=newcomer)


def system_line(channel, people, message):
    post_message(channel=channel, text="The lesson begins.")


def ask_and_vote(channel, people, message):
    asked = polls.ask(channel=channel, player=people["author"], question=two_answers(), now=timezone.now())
    polls.vote(message=asked.message, player=people["member"], options=[0], now=timezone.now())
    polls.close_poll(message=asked.message, player=people["author"], now=timezone.now())


ACTIONS = [
    post, post_much, answer, edit, edit_twice, delete, edit_then_delete, delete_what_is_answered,
    react_by("member"), react_by("author", "member", "blocked"), react_by("member", "owner", then_off=True),
    react_then_delete, pin_it, pin_and_unpin, whisper_to_member, come_and_go, system_line, ask_and_vote,
]  # fmt: skip


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.__qualname__)
def test_what_is_told_adds_up_to_what_is_there(channel, people, action):
    message = post_message(channel=channel, player=people["author"], text="the first word").message
    viewers = {name: Viewer(player) for name, player in people.items()}
    before = {name: viewer.begin(channel) for name, viewer in viewers.items()}

    action(channel, people, Message.objects.with_authors().get(pk=message.pk))

    assert before.pop("outsider") is None
    assert viewers.pop("outsider").look(channel) is None
    for name, viewer in viewers.items():
        assert viewer.follow(channel) == Viewer(people[name]).begin(channel), name


@pytest.mark.parametrize("name", ["member", "author", "blocked", "moderator"])
def test_whoever_is_told_twice_has_the_same(channel, people, name):
    post_message(channel=channel, player=people["author"], text="the first word")
    viewer = Viewer(people[name])
    viewer.begin(channel)
    post(channel, people, None)
    once = viewer.follow(channel)
    events = viewer.look(channel, epoch=viewer.copy.epoch, after=0)[1:]

    for event in [*events, *events[::-1]]:
        viewer.copy.hear(event)

    assert viewer.copy.state == once
