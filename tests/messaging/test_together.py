"""Messages that are stored in one transaction: each is treated as if it came alone."""

import asyncio
from datetime import timedelta
from random import Random
from threading import Thread
from uuid import uuid4

import pytest
from channels.db import database_sync_to_async
from django.db import OperationalError, connection
from django.utils import timezone

from messaging.actions import together
from messaging.actions.channels import remove_member
from messaging.actions.drafts import keep_draft
from messaging.actions.messages import ClientIdConflict, MessageEmpty, MessageTooLong, post_message
from messaging.actions.moderation import REFUSALS_KEPT
from messaging.actions.sanctions import Measure, sanction_automatically
from messaging.actions.together import say_together
from messaging.checks import Refused
from messaging.desk import MOST, Desk
from messaging.models import Channel, ChannelEvent, Draft, Message, Refusal, Sanction
from messaging.queries.ahead import Wish
from messaging.queries.remembered import forget_all
from messaging.refusals import NotMember
from rooms.actions.entry import RulesNotAccepted, accept_rules
from rooms.actions.rooms import close_room, enter_room
from tests.factories.messaging import ChannelMemberFactory
from tests.factories.players import GuestFactory, PlayerFactory
from tests.factories.rooms import RoomFactory
from tests.messaging.sockets import Tab

pytestmark = pytest.mark.django_db


def room_with(count=1, **choices):
    room = RoomFactory()
    for field, value in choices.items():
        setattr(room.settings, field, value)
    room.settings.save()
    people = [PlayerFactory() for _ in range(count)]
    for player in people:
        enter_room(room=room, player=player)
    return room, people


def wish(room, player, text="hello", client_id=None):
    return Wish(player.pk, room.channel.uuid, client_id or uuid4(), text)


def test_all_are_stored_in_the_order_of_the_wishes_without_a_hole():
    (one, first), (two, second) = room_with(2), room_with(1)
    before = {room.pk: room.channel.last_seq for room in (one, two) if room.channel.refresh_from_db() is None}

    outcomes = say_together([wish(one, first[0], "a"), wish(two, second[0], "b"), wish(one, first[1], "c")])

    assert [outcome["seq"] for outcome in outcomes] == [
        before[one.pk] + 1,
        before[two.pk] + 1,
        before[one.pk] + 2,
    ]
    said = Message.objects.filter(channel=one.channel, player__isnull=False).order_by("seq")
    assert list(said.values_list("text", flat=True)) == ["a", "c"]
    for room in (one, two):
        numbers = (
            ChannelEvent.objects.filter(channel=room.channel).order_by("seq").values_list("seq", flat=True)
        )
        assert list(numbers) == list(range(1, Channel.objects.get(pk=room.channel_id).last_seq + 1))


def test_who_is_refused_is_refused_alone_and_takes_no_number(django_capture_on_commit_callbacks):
    room, (ada, bo, cy) = room_with(3, refused_words="spoiler")
    with django_capture_on_commit_callbacks(execute=True):
        first, refused, last = say_together(
            [wish(room, ada, "one"), wish(room, bo, "a spoiler"), wish(room, cy, "two")]
        )

    assert isinstance(refused, Refused)
    assert last["seq"] == first["seq"] + 1
    assert Channel.objects.get(pk=room.channel_id).last_seq == last["seq"]
    assert Refusal.objects.get().player == bo


@pytest.mark.parametrize(
    ("text", "refusal"), [("  ", MessageEmpty), ("x" * 4001, MessageTooLong)], ids=["empty", "endless"]
)
def test_texts_that_can_not_be_said_are_refused(text, refusal):
    room, (ada,) = room_with()

    assert isinstance(say_together([wish(room, ada, text)])[0], refusal)


def test_strangers_and_rooms_that_are_closed_are_refused():
    room, (ada,) = room_with()
    closed, (bo,) = room_with()
    close_room(room=closed, now=timezone.now(), reason="owner")

    outcomes = say_together([wish(room, PlayerFactory()), wish(closed, bo), wish(room, ada)])

    assert [type(outcome) for outcome in outcomes] == [NotMember, NotMember, dict]


def test_rights_that_end_between_two_turns_are_gone_in_the_second():
    room, (ada,) = room_with()
    say_together([wish(room, ada)])
    remove_member(channel=room.channel, player=ada)

    assert isinstance(say_together([wish(room, ada, "again")])[0], NotMember)


def test_a_mute_holds_and_so_do_rules_that_nobody_has_accepted():
    room, (ada, bo) = room_with(2, room_rules="Be kind.")
    accept_rules(room=room, player=ada, version=room.settings.rules_version, now=timezone.now())
    now = timezone.now()
    measure = Measure(
        kind=Sanction.Kind.MUTE, channel=room.channel, reason_code="other", text="Rest.",
        ends_at=now + timedelta(hours=1),
    )  # fmt: skip
    sanction_automatically(target=ada, measure=measure)

    muted, unread = say_together([wish(room, ada), wish(room, bo)])

    assert (muted.code, type(unread)) == ("muted", RulesNotAccepted)


def test_slow_mode_looks_at_what_was_said_before():
    room, (ada, bo) = room_with(2, slow_seconds=10)
    say_together([wish(room, ada)])

    slow, fresh = say_together([wish(room, ada, "too soon"), wish(room, bo)])

    assert slow.code == "slow_mode"
    assert fresh["dup"] is False


def test_what_asks_for_more_is_left_to_be_said_alone():
    room, (ada,) = room_with(allow_anonymous=True)
    guest = GuestFactory()
    enter_room(room=room, player=guest)
    known = uuid4()
    post_message(channel=room.channel, player=ada, text="hello", client_id=known)

    assert say_together([wish(room, guest), wish(room, ada, client_id=known)]) == [None, None]


def test_a_draft_is_gone_once_it_is_said():
    room, (ada, bo) = room_with(2)
    for player in (ada, bo):
        keep_draft(player=player, channel=room.channel, text="hel")

    say_together([wish(room, ada)])

    assert [draft.player for draft in Draft.objects.all()] == [bo]


def test_a_fault_leaves_all_to_be_said_alone(monkeypatch):
    room, (ada, bo) = room_with(2)

    def away(messages):
        raise OperationalError("lock timeout")

    monkeypatch.setattr(together, "insert", away)

    assert say_together([wish(room, ada), wish(room, bo)]) == [None, None]
    assert not Message.objects.filter(player__isnull=False).exists()


@pytest.mark.parametrize("count", [1, 3])
def test_many_cost_as_many_queries_as_one(count, django_assert_num_queries):
    room, people = room_with(3, room_rules="Be kind.")
    for player in people:
        accept_rules(room=room, player=player, version=room.settings.rules_version, now=timezone.now())
    say_together([wish(room, player) for player in people])
    Message.objects.update(sent_at=timezone.now() - REFUSALS_KEPT)
    # As somebody who comes anew.
    forget_all()

    with django_assert_num_queries(8):
        outcomes = say_together([wish(room, player, "again") for player in people[:count]])

    assert all(outcome["dup"] is False for outcome in outcomes)


@pytest.mark.django_db(transaction=True)
def test_processes_that_store_in_the_same_rooms_never_wait_for_each_other_in_a_circle():
    rooms = [room_with(4) for _ in range(5)]
    outcomes = []

    def say(number):
        chance = Random(number)
        try:
            for turn in range(5):
                wishes = [wish(room, people[number], f"{turn}") for room, people in rooms]
                chance.shuffle(wishes)
                outcomes.extend(say_together(wishes))
        finally:
            connection.close()

    threads = [Thread(target=say, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [isinstance(outcome, dict) for outcome in outcomes] == [True] * 100
    for room, _ in rooms:
        events = room.channel.events.order_by("seq").values_list("seq", flat=True)
        assert list(events) == list(range(events[0], events[0] + len(events)))


async def test_what_comes_while_some_is_stored_is_stored_in_one_turn():
    turns, door = [], asyncio.Event()

    async def store(wishes):
        turns.append(len(wishes))
        await door.wait()
        return [{"seq": number} for number, _ in enumerate(wishes)]

    desk = Desk(store)
    asked = [asyncio.ensure_future(desk.say(Wish(n, uuid4(), uuid4(), "hello"))) for n in range(MOST + 3)]
    await asyncio.sleep(0)
    door.set()
    answers = await asyncio.gather(*asked)

    assert len(answers) == MOST + 3
    assert sum(turns) == MOST + 3
    assert max(turns) <= MOST


async def test_two_of_one_player_in_one_room_come_one_after_the_other():
    turns = []

    async def store(wishes):
        turns.append([wish.text for wish in wishes])
        return [{}] * len(wishes)

    desk, room = Desk(store), uuid4()
    said = [Wish(1, room, uuid4(), "a"), Wish(1, room, uuid4(), "b"), Wish(2, room, uuid4(), "c")]
    await asyncio.gather(*(desk.say(wish) for wish in said))

    assert turns == [["a", "c"], ["b"]]


async def test_a_turn_that_fails_is_told_to_each_and_the_next_one_goes_on():
    fails = [True]

    async def store(wishes):
        if fails.pop() if fails else False:
            raise OperationalError("away")
        return [{"seq": 1}] * len(wishes)

    desk = Desk(store)
    first = await asyncio.gather(
        *(desk.say(Wish(n, uuid4(), uuid4(), "hello")) for n in range(2)), return_exceptions=True
    )

    assert [type(answer) for answer in first] == [OperationalError, OperationalError]
    assert await desk.say(Wish(1, uuid4(), uuid4(), "hello")) == {"seq": 1}


@pytest.mark.django_db(transaction=True)
async def test_many_sockets_that_speak_at_once_are_all_heard_in_one_order(channel):
    people = [(await database_sync_to_async(ChannelMemberFactory)(channel=channel)).player for _ in range(6)]
    tabs = [await Tab.of(player, channel) for player in people]

    answers = await asyncio.gather(*(tab.say(channel, f"from {n}") for n, tab in enumerate(tabs)))

    numbers = [answer["seq"] for answer in answers]
    heard = [[event["seq"] for event in await tab.events(6)] for tab in tabs]
    assert sorted(numbers) == list(range(min(numbers), min(numbers) + 6))
    assert all(seqs == sorted(numbers) for seqs in heard)
    for tab in tabs:
        await tab.leave()


def test_a_conflict_of_ids_is_found_by_who_says_it_alone():
    room, (ada,) = room_with()
    known = uuid4()
    post_message(channel=room.channel, player=ada, text="hello", client_id=known)

    assert say_together([wish(room, ada, "another", known)]) == [None]
    with pytest.raises(ClientIdConflict):
        post_message(channel=room.channel, player=ada, text="another", client_id=known)
