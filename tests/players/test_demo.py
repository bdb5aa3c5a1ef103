"""The demo: what guests may use up, what is noted of it, and what they and the staff read about it."""

from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from learning.actions.answers import Circumstances, record_answer
from messaging.actions.messages import post_message
from messaging.models import Channel, Message
from npcs.actions.preparation import prepare
from npcs.actions.sections import Occasion
from npcs.llm.base import Turn
from players.actions.demo import (
    DemoLimit,
    note_answer,
    note_conversion,
    note_room,
    spend_message,
    spend_tokens,
)
from players.actions.guests import enter_as_guest, expire_demo_sessions, keep_guest
from players.models import DemoActivity, DemoMetric, DemoSession, Player
from players.queries.demo import demo_left, funnel, has_demo_tokens
from players.signals import demo_limit_reached
from rooms.actions.rooms import enter_room
from rooms.actions.talk import say_in_private
from rooms.actions.talks import open_talk, remove_empty_talks
from rooms.tasks import remove_empty_talks as sweep
from tests.factories.learning import StatementFactory
from tests.factories.messaging import ChannelFactory
from tests.factories.npcs import AiProviderFactory, NpcFactory
from tests.factories.players import PlayerFactory, SystemAdminFactory
from tests.factories.rooms import RoomFactory
from tests.races import at_once

pytestmark = pytest.mark.django_db
FUNNEL = "/admin/players/demosession/funnel/"
LIMIT = 3


@pytest.fixture(autouse=True)
def _small_demo(settings):
    settings.DEMO_MAX_MESSAGES = LIMIT
    settings.DEMO_MAX_TOKENS = 100
    settings.DEMO_SESSION_HOURS = 24


@pytest.fixture
def reached():
    """The limits that were announced."""
    limits = []

    def hear(*, player_id, limit, **kwargs):
        limits.append((player_id, limit))

    demo_limit_reached.connect(hear)
    yield limits
    demo_limit_reached.disconnect(hear)


def new_guest(*, hours_ago=0):
    return enter_as_guest(now=timezone.now() - timedelta(hours=hours_ago), address="198.51.100.7")


def metric_of(player):
    return DemoMetric.objects.get(session__player=player)


def noted(player, *kinds):
    rows = DemoActivity.objects.filter(session__player=player).order_by("pk")
    return list(rows.values_list("kind", flat=True))


def test_a_demo_begins_with_nothing_used_up():
    guest = new_guest()

    assert (metric_of(guest).messages, metric_of(guest).tokens, noted(guest)) == (0, 0, ["started"])


def test_messages_are_counted_until_there_are_none_left(reached, django_capture_on_commit_callbacks):
    guest, channel = new_guest(), ChannelFactory()

    with django_capture_on_commit_callbacks(execute=True):
        for number in range(LIMIT):
            post_message(channel=channel, player=guest, text=f"line {number}")

    with pytest.raises(
        DemoLimit, match=r"You have used the 3 messages of the demo\. Make an account"
    ) as refusal:
        post_message(channel=channel, player=guest, text="one more")
    assert (refusal.value.code, Message.objects.count(), metric_of(guest).messages) == (
        "demo_limit",
        LIMIT,
        LIMIT,
    )
    assert noted(guest) == ["started", "talked", "limit_reached"]
    assert reached == [(guest.pk, "messages")]


def test_a_message_that_is_not_stored_costs_nothing():
    guest = new_guest()

    with transaction.atomic():
        post_message(channel=ChannelFactory(), player=guest, text="hello")
        transaction.set_rollback(True)

    assert (metric_of(guest).messages, noted(guest)) == (0, ["started"])


def test_the_first_message_in_each_room_is_noted():
    guest, channels = new_guest(), ChannelFactory.create_batch(2)

    for channel in (channels[0], channels[0], channels[1]):
        post_message(channel=channel, player=guest, text="hello")

    talked = DemoActivity.objects.filter(kind="talked").order_by("pk").values_list("detail", flat=True)
    assert list(talked) == [str(channel.uuid) for channel in channels]
    assert metric_of(guest).first_message_at is not None


def test_a_demo_that_is_over_lets_nobody_write():
    guest = new_guest(hours_ago=25)

    with pytest.raises(DemoLimit, match="Your demo is over"):
        spend_message(guest)


def test_players_spend_nothing_and_nothing_is_asked_of_the_database(django_assert_num_queries):
    player = PlayerFactory()

    with django_assert_num_queries(0):
        spend_message(player)
        spend_tokens(player, 1000)
        note_answer(player, is_correct=True)
        note_room(player, where="hall")

    assert has_demo_tokens(player)


def test_players_write_as_much_as_they_like():
    player, channel = PlayerFactory(), ChannelFactory()

    for number in range(LIMIT + 1):
        post_message(channel=channel, player=player, text=f"line {number}")

    assert Message.objects.count() == LIMIT + 1


def test_tokens_run_out_and_are_told_once(reached, django_capture_on_commit_callbacks):
    guest = new_guest()

    with django_capture_on_commit_callbacks(execute=True):
        for tokens in (60, 60, 60):
            spend_tokens(guest, tokens)

    assert (metric_of(guest).tokens, has_demo_tokens(guest)) == (180, False)
    assert reached == [(guest.pk, "tokens")]


def test_without_tokens_the_character_answers_from_its_notes():
    guest, npc = new_guest(), NpcFactory(provider=AiProviderFactory())
    occasion = Occasion(npc=npc, player=guest, heard=[Turn("user", "What is a comet?")])
    before = prepare(occasion)

    spend_tokens(guest, 100)

    after = prepare(occasion)
    assert ([engine.provider for engine in before.engines], before.note) == ([npc.provider], "")
    assert (after.engines, after.note) == ([], "demo")


def test_what_the_built_in_engine_says_costs_no_tokens():
    guest = new_guest()

    say_in_private(npc=NpcFactory(), player=guest, text="What is a comet?")

    assert metric_of(guest).tokens == 0


def test_answers_are_counted_and_the_first_is_noted():
    guest, now = new_guest(), timezone.now()
    at = Circumstances(shown_at=now, received_at=now + timedelta(seconds=3), session_uuid=None, mode="quiz")
    statement = StatementFactory(answer=True)

    for key in ("a", "a", "b"):
        record_answer(player=guest, statement=statement, verdict=key == "a", at=at, idempotency_key=key)

    metric = metric_of(guest)
    assert (metric.answers, metric.correct, noted(guest)) == (2, 1, ["started", "answered"])


def test_rooms_that_are_entered_are_noted_once_each():
    guest, rooms = new_guest(), RoomFactory.create_batch(2)

    for room in (rooms[0], rooms[0], rooms[1]):
        enter_room(room=room, player=guest)

    assert noted(guest) == ["started", "entered_room", "entered_room"]


def test_a_guest_who_stays_keeps_what_was_counted():
    guest = new_guest()
    spend_message(guest)
    note_answer(guest, is_correct=True)
    guest.email = "ada@example.org"

    keep_guest(player=guest, now=timezone.now())

    guest = Player.objects.get(pk=guest.pk)
    assert (guest.is_guest, noted(guest)[-1], metric_of(guest).messages) == (False, "converted", 1)
    assert guest.demo_session.converted_at is not None
    assert demo_left(guest) is None


def test_a_conversion_is_noted_once():
    guest, now = new_guest(), timezone.now()

    note_conversion(guest, now=now)
    note_conversion(guest, now=now + timedelta(hours=1))

    assert (noted(guest), DemoSession.objects.get().converted_at) == (["started", "converted"], now)


def test_what_was_used_stays_when_the_guest_is_gone():
    guest = new_guest(hours_ago=25)

    removed = expire_demo_sessions(now=timezone.now())

    session = DemoSession.objects.get()
    assert (removed, session.player, session.metric.messages) == ([guest.username], None, 0)
    assert list(session.activities.order_by("pk").values_list("kind", flat=True)) == ["started", "expired"]


def test_a_player_who_was_a_guest_does_not_expire():
    guest = new_guest(hours_ago=25)
    guest.email = "ada@example.org"
    keep_guest(player=guest, now=timezone.now())

    assert expire_demo_sessions(now=timezone.now()) == []
    assert not DemoSession.objects.expired(timezone.now()).exists()


def test_talks_whose_player_is_gone_leave_no_channel():
    talk = open_talk(player=new_guest(hours_ago=25), npc=NpcFactory(greeting="Good evening!"))
    staying = open_talk(player=PlayerFactory(), npc=NpcFactory())
    room = RoomFactory()
    expire_demo_sessions(now=timezone.now())

    removed = remove_empty_talks()
    sweep()

    assert removed == 1
    assert set(Channel.objects.all()) == {staying.channel, room.channel}
    assert not Message.objects.filter(channel=talk.channel_id).exists()


def test_what_is_left_is_told_on_every_page(signed_in):
    guest = new_guest()
    spend_message(guest)

    page = signed_in(guest).get("/rooms/").content.decode()

    assert "<b>2 messages</b> left of your demo" in page
    assert '"2 of 3 messages left"' in page
    assert "/accounts/signup/?next=/rooms/" in page


def test_an_open_page_asks_what_is_left_and_stays_where_it_is(signed_in):
    guest = new_guest()
    spend_message(guest)
    page = {"HX-Request": "true", "HX-Current-URL": "http://testserver/rooms/?theme=night&open=1"}

    banner = signed_in(guest).get("/guest/left/", headers=page).content.decode()

    assert "<b>2 messages</b> left of your demo" in banner
    assert "/accounts/signup/?next=/rooms/%3Ftheme%3Dnight%26open%3D1" in banner


def test_who_is_no_guest_has_nothing_left_to_be_told(signed_in):
    assert signed_in(PlayerFactory()).get("/guest/left/").content.strip() == b""


def test_a_demo_that_is_used_up_says_so(signed_in):
    guest = new_guest()
    for _ in range(LIMIT):
        spend_message(guest)

    assert "no messages left" in signed_in(guest).get("/rooms/").content.decode()


def test_players_see_no_banner(signed_in):
    assert "data-demo" not in signed_in(PlayerFactory()).get("/rooms/").content.decode()


def test_a_refused_message_is_answered_in_words(signed_in):
    guest, room = new_guest(), RoomFactory()
    enter_room(room=room, player=guest)
    for _ in range(LIMIT):
        spend_message(guest)

    response = signed_in(guest).post(f"/rooms/{room.slug}/messages/", {"text": "hi", "cid": str(uuid4())})

    assert response.status_code == 422
    assert "You have used the 3 messages of the demo" in response.content.decode()


def guests_with_a_story(now):
    """Four guests: one only looked, one entered, one wrote and answered, one stayed."""
    guests = [new_guest() for _ in range(4)]
    for guest in guests[1:]:
        note_room(guest, where="hall")
    for guest in guests[2:]:
        spend_message(guest)
        note_answer(guest, is_correct=True)
    note_conversion(guests[3], now=now)
    for guest, seconds in zip(guests[2:], (30, 90), strict=True):
        started = DemoSession.objects.get(player=guest).created_at
        DemoMetric.objects.filter(session__player=guest).update(
            first_message_at=started + timedelta(seconds=seconds)
        )


def test_the_funnel_tells_how_far_guests_get():
    now = timezone.now()
    guests_with_a_story(now)

    found = funnel(now=now, days=7)

    assert [(step.count, step.percent) for step in found.steps] == [
        (4, 100),
        (3, 75),
        (2, 50),
        (2, 50),
        (1, 25),
    ]
    assert (len(found.days), found.days[-1].started, found.days[-1].converted) == (7, 4, 1)
    assert found.to_first_message == timedelta(seconds=30)


def test_guests_of_earlier_days_are_left_out():
    new_guest()
    DemoSession.objects.update(created_at=timezone.now() - timedelta(days=8))

    assert funnel(now=timezone.now(), days=7).steps[0].count == 0


@pytest.mark.parametrize("count", [1, 3])
def test_the_funnel_asks_four_times_however_many_guests_came(django_assert_num_queries, count):
    for _ in range(count):
        spend_message(new_guest())

    with django_assert_num_queries(4):
        funnel(now=timezone.now(), days=90)


@pytest.mark.parametrize("days", ["7", "30", "90", "nonsense"])
def test_the_funnel_is_drawn_for_the_staff(signed_in, days):
    guests_with_a_story(timezone.now())
    client = signed_in(SystemAdminFactory())

    page = client.get(FUNNEL, {"days": days}).content.decode()

    assert "<span>Entered a room</span> <b>3 (75%)</b>" in page
    assert "within 30 seconds" in page


def test_a_funnel_without_guests_says_so(signed_in):
    assert "No guests have come in" in signed_in(SystemAdminFactory()).get(FUNNEL).content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_guest_with_many_tabs_has_one_allowance():
    guest, channel = new_guest(), ChannelFactory()

    results = at_once(
        *(partial(post_message, channel=channel, player=guest, text=f"line {number}") for number in range(6))
    )

    assert results.count(DemoLimit) == 6 - LIMIT
    assert (metric_of(guest).messages, Message.objects.count()) == (LIMIT, LIMIT)
    assert noted(guest) == ["started", "talked", "limit_reached"]
