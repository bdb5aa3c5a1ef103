"""Two who begin to write to each other in the same moment."""

from functools import partial

import pytest
from django.utils import timezone

from messaging.actions.direct import write_to
from messaging.actions.groups import GroupFull, add_people, begin_group, leave
from messaging.models import Channel, Conversation, DirectState, Message
from tests.factories.players import PlayerFactory
from tests.factories.relationships import befriend
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_who_write_at_once_begin_one_conversation():
    ada, bo = PlayerFactory(), PlayerFactory()
    befriend(ada, bo)
    write = partial(write_to, text="Hello", now=timezone.now())

    at_once(*[partial(write, player=ada, other=bo), partial(write, player=bo, other=ada)] * 2)

    counts = [model.objects.count() for model in (Conversation, DirectState, Message)]
    assert (counts, Channel.objects.filter(kind="direct").count()) == ([1, 2, 4], 1)


def test_the_last_place_of_a_group_is_taken_once():
    ada, *friends = PlayerFactory.create_batch(20)
    for friend in friends:
        befriend(ada, friend)
    group = begin_group(player=ada, others=friends[:18], title="", now=timezone.now())
    late = [friends[18], *PlayerFactory.create_batch(3)]
    for friend in late[1:]:
        befriend(ada, friend)
    state = DirectState.objects.select_related("conversation").get(conversation=group, player=ada)

    come = at_once(*(partial(add_people, state=state, others=[one], now=timezone.now()) for one in late))

    assert (come.count(1), come.count(GroupFull), group.channel.members.count()) == (1, 3, 20)


def test_two_owners_leave_no_group_without_an_owner():
    """Both who could be owner go at the same moment; whoever stays becomes it."""
    ada, bo, cy = PlayerFactory.create_batch(3)
    befriend(ada, bo)
    befriend(ada, cy)
    group = begin_group(player=ada, others=[bo, cy], title="", now=timezone.now())
    states = list(DirectState.objects.select_related("conversation", "player").filter(player__in=[ada, bo]))

    at_once(*(partial(leave, state=state, now=timezone.now()) for state in states))

    assert list(group.channel.members.values_list("player", "role")) == [(cy.pk, "owner")]
