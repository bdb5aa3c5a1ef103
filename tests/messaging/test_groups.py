"""Several people who write to one another: who comes in, what they read, who goes."""

from datetime import timedelta

import pytest
from django.utils import timezone

from messaging.actions import direct, groups, sides
from messaging.actions.messages import post_message
from messaging.models import ChannelMember, Conversation, DirectState, Message, Notification
from messaging.queries import recent_messages
from messaging.queries.direct import owner_of, state_of
from messaging.queries.inbox import inbox
from players.actions.relationships import block
from players.models import PlayerPersonalInfo, PlayerPreferences
from players.personal_data import areas
from players.queries.relationships import hidden_from
from tests.factories.players import GuestFactory, PlayerFactory
from tests.factories.relationships import befriend

pytestmark = pytest.mark.django_db
NOW = timezone.now


@pytest.fixture
def group(people):
    ada, bo, cy = people
    return groups.begin_group(player=ada, others=[bo, cy], title="Stargazers", now=NOW())


def side(group, player):
    return DirectState.objects.select_related("conversation__channel", "player").get(
        conversation=group, player=player
    )


def add(group, player, *others):
    return groups.add_people(state=side(group, player), others=others, now=NOW())


def here(group):
    return sorted(group.channel.members.values_list("player__username", flat=True))


def say(group, player, text):
    return direct.say(conversation=group, player=player, text=text).message


def read_by(group, player):
    shown = recent_messages(group.channel, viewer=player, hidden=hidden_from(player))
    return [message.text for message in shown]


@pytest.mark.django_db(transaction=True)
def test_friends_are_in_a_group_at_once_and_strangers_are_asked(people):
    ada, bo, _ = people
    stranger = PlayerFactory(username="dee")

    group = groups.begin_group(player=ada, others=[bo, stranger], title="", now=NOW())
    say(group, ada, "Hello")

    assert [side(group, player).standing for player in (ada, bo, stranger)] == ["open", "open", "request"]
    assert [len(inbox(stranger, box=box).rows) for box in ("inbox", "requests")] == [0, 1]
    assert inbox(bo).rows[0].name == "ada, dee"


@pytest.mark.parametrize("who", ["blocks", "is shut", "guest", "minor"])
def test_a_group_does_not_begin_with_somebody_who_cannot_be_written_to(people, who):
    ada, bo, _ = people
    other = GuestFactory() if who == "guest" else PlayerFactory()
    if who == "blocks":
        block(player=other, other=ada)
    if who == "is shut":
        PlayerPreferences.objects.filter(player=other).update(privacy_level="maximum")
    if who == "minor":
        born = timezone.localdate() - timedelta(days=365 * 12)
        PlayerPersonalInfo.objects.filter(player=other).update(date_of_birth=born)
    other = type(other).objects.get(pk=other.pk)

    with pytest.raises(direct.MayNotWrite, match=rf"^You can't write to {other.username}\.$"):
        groups.begin_group(player=ada, others=[bo, other], title="", now=NOW())

    assert Conversation.objects.count() == 0


def test_a_group_takes_two_others_at_least(people):
    ada, bo, _ = people

    with pytest.raises(groups.NoGroup):
        groups.begin_group(player=ada, others=[bo, bo, ada], title="", now=NOW())


def test_twenty_people_are_a_full_group(people, group):
    ada = people[0]
    more = PlayerFactory.create_batch(18)
    for other in more:
        befriend(ada, other)
    add(group, ada, *more[:17])

    with pytest.raises(groups.GroupFull):
        add(group, ada, more[17])

    assert len(here(group)) == 20


def test_five_strangers_wait_for_an_answer_at_a_time(people, group):
    add(group, people[0], *PlayerFactory.create_batch(5))

    with pytest.raises(direct.TooManyNew):
        add(group, people[0], PlayerFactory())

    assert len(here(group)) == 8


def test_any_member_adds_whom_he_may_write_to_and_who_comes_later_reads_from_then_on(people, group):
    ada, bo, _ = people
    dee = PlayerFactory(username="dee")
    befriend(bo, dee)
    say(group, ada, "Before")

    assert add(group, bo, dee) == 1
    say(group, ada, "After")

    assert (read_by(group, dee), read_by(group, bo)) == (["After"], ["Before", "After"])


def test_who_has_a_block_with_a_member_silently_does_not_come_in(people, group):
    ada, bo, _ = people
    dee = PlayerFactory(username="dee")
    befriend(ada, dee)
    block(player=dee, other=bo)

    assert (add(group, ada, dee), here(group)) == (0, ["ada", "bo", "cy"])


def test_a_minor_comes_in_only_where_all_are_friends(people, group):
    ada = people[0]
    child = PlayerFactory(username="kid")
    befriend(ada, child)
    born = timezone.localdate() - timedelta(days=365 * 12)
    PlayerPersonalInfo.objects.filter(player=child).update(date_of_birth=born)
    child = type(child).objects.select_related("personal_info").get(pk=child.pk)

    assert add(group, ada, child) == 0

    for member in people[1:]:
        befriend(member, child)
    assert add(group, ada, child) == 1


def test_who_left_comes_back_only_through_a_friend_and_is_asked(people, group):
    ada, bo, cy = people
    groups.leave(state=side(group, bo), now=NOW())

    assert (add(group, cy, bo), here(group)) == (0, ["ada", "cy"])
    assert (add(group, ada, bo), side(group, bo).standing) == (1, "request")


def test_declining_a_group_is_leaving_it(people, group):
    ada = people[0]
    dee = PlayerFactory(username="dee")
    add(group, ada, dee)

    sides.decline(state=side(group, dee), now=NOW())

    assert (here(group), state_of(dee, group.uuid)) == (["ada", "bo", "cy"], None)


def test_the_place_of_the_owner_goes_to_who_is_there_longest(people, group):
    ada, bo, cy = people
    waiting = PlayerFactory()
    add(group, ada, waiting)

    groups.leave(state=side(group, ada), now=NOW())
    heirs = [owner_of(group)]
    groups.leave(state=side(group, bo), now=NOW())
    heirs.append(owner_of(group))
    groups.leave(state=side(group, cy), now=NOW())
    heirs.append(owner_of(group))

    assert heirs == [bo.pk, cy.pk, waiting.pk]


def test_a_deleted_owner_leaves_the_group_to_the_next(people, group):
    ada, bo, _ = people
    area = next(area for area in areas() if area.name == "messaging")

    area.erase(ada.pk)

    assert (owner_of(group), area.remains(ada.pk)) == (bo.pk, [])


def test_only_the_owner_takes_somebody_out(people, group):
    ada, bo, cy = people
    with pytest.raises(groups.NotYours):
        groups.remove_person(state=side(group, bo), other=cy, now=NOW())

    assert groups.remove_person(state=side(group, ada), other=cy, now=NOW())

    assert (here(group), inbox(cy).rows) == (["ada", "bo"], [])


def test_who_is_asked_changes_nothing_before_accepting(people, group):
    dee = PlayerFactory()
    add(group, people[0], dee)

    with pytest.raises(groups.NotYours):
        add(group, dee, PlayerFactory())
    with pytest.raises(groups.NotYours):
        groups.rename(state=side(group, dee), title="Mine")

    assert Conversation.objects.get().title == "Stargazers"


def test_a_title_is_changed_once(people, group):
    bo = people[1]

    changes = [groups.rename(state=side(group, bo), title=title) for title in (" Night  sky ", "Night sky")]

    assert (changes, Conversation.objects.get().title) == ([True, False], "Night sky")


def test_a_block_hides_the_words_of_two_from_each_other_in_a_group(people, group):
    _, bo, cy = people
    block(player=bo, other=cy)

    say(group, bo, "From bo")
    say(group, cy, "From cy")

    assert [read_by(group, player) for player in people] == [["From bo", "From cy"], ["From bo"], ["From cy"]]
    assert [line.name for line in inbox(bo, name="cy").rows] == []


@pytest.mark.django_db(transaction=True)
def test_all_in_a_group_are_told_but_those_who_muted_it(people, group):
    ada, bo, cy = people
    sides.mute(state=side(group, cy), now=NOW())
    Notification.objects.all().delete()

    say(group, ada, "Clear sky tonight")

    told = Notification.objects.filter(category="message")
    assert [(row.recipient, row.title) for row in told] == [(bo, "ada wrote in “Stargazers”")]


def test_nobody_has_accepted_so_the_first_words_are_few(people):
    ada = people[0]
    strangers = PlayerFactory.create_batch(2)
    group = groups.begin_group(player=ada, others=strangers, title="", now=NOW())
    for _ in range(3):
        say(group, ada, "Hello?")

    with pytest.raises(direct.WaitForAnswer):
        say(group, ada, "Hello?")

    assert Message.objects.count() == 3


def test_nobody_makes_a_group_of_a_conversation_of_two(people):
    ada, bo, cy = people
    conversation = direct.open_conversation(player=ada, other=bo, now=NOW())

    with pytest.raises(groups.NoGroup):
        add(conversation, ada, cy)

    assert ChannelMember.objects.filter(channel=conversation.channel).count() == 2


def test_who_was_taken_out_does_not_write_any_more(people, group):
    ada, bo, _ = people
    groups.remove_person(state=side(group, ada), other=bo, now=NOW())

    with pytest.raises(direct.MayNotPost):
        direct.say(conversation=group, player=bo, text="Hello?")

    assert not post_message(channel=group.channel, text="Still here").is_duplicate
