"""Answers of characters by the JSON interface."""

import json

import pytest
from django.utils import timezone

from messaging.actions.messages import post_message
from messaging.models import ChannelMember
from npcs.models import Interaction
from rooms.actions import replies, talk, talks
from rooms.models import Reply, ReplyDelta
from rooms.rules.limits import VARIANTS
from tests.factories.npcs import NpcFactory
from tests.factories.players import PlayerFactory
from tests.factories.rooms import ReplyFactory, RoomNpcFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(client):
    player = PlayerFactory(display_name="Ada")
    client.force_login(player)
    return player


@pytest.fixture
def growing(ada):
    """An answer in a talk of Ada's that is being made: three pieces are there."""
    opened = talks.begin_talk(player=ada, npc=NpcFactory(slug="vega"))
    asked = post_message(channel=opened.channel, player=ada, text="What is a comet?").message
    reply = ReplyFactory(
        channel=opened.channel, message=asked, npc=opened.npc, player=ada, state="running", attempts=1,
        lease_until=timezone.now() + timezone.timedelta(minutes=1),
    )  # fmt: skip
    for number, text in enumerate(("A comet ", "is a ball ", "of ice"), start=1):
        ReplyDelta.objects.create(reply=reply, number=number, text=text)
    return reply


@pytest.fixture
def answered(ada, commit):
    opened = talks.begin_talk(player=ada, npc=NpcFactory(slug="vega"))
    with commit():
        talk.say_in_talk(talk=opened, text="What is a comet?")
    return Reply.objects.get()


def address(reply, rest=""):
    return f"/api/v1/answers/{reply.uuid}{rest}"


def put(client, reply, n):
    return client.put(address(reply, "/variant"), json.dumps({"n": n}), content_type="application/json")


def test_a_growing_answer_is_read_whole_and_then_by_its_tail(client, growing):
    whole = client.get(address(growing)).json()
    ReplyDelta.objects.create(reply=growing, number=4, text=" and dust")

    tail = client.get(address(growing), {"attempt": whole["attempt"], "after": whole["position"]}).json()

    assert (whole["state"], whole["text"], whole["position"]) == ("running", "A comet is a ball of ice", 3)
    assert (tail["after"], tail["text"], tail["position"]) == (3, " and dust", 4)
    assert (whole["character"], whole["asked"]) == ("vega", str(growing.message.uuid))
    assert whole["message"] is None


def test_nothing_new_is_an_empty_tail(client, growing):
    told = client.get(address(growing), {"attempt": 1, "after": 3}).json()

    assert (told["after"], told["text"], told["position"]) == (3, "", 3)


@pytest.mark.parametrize("known", [{"attempt": 2, "after": 2}, {"attempt": 1, "after": 9}, {"after": 2}])
def test_who_knows_another_attempt_begins_anew(client, growing, known):
    told = client.get(address(growing), known).json()

    assert (told["after"], told["text"]) == (0, "A comet is a ball of ice")


def test_a_finished_answer_is_a_message(client, answered):
    told = client.get(address(answered), {"attempt": 1, "after": 1}).json()

    assert (told["state"], told["ending"], told["text"]) == ("done", "answered", "")
    assert (told["message"]["uuid"], told["message"]["text"]) == (
        str(answered.answer.uuid),
        answered.answer.text,
    )
    assert (told["variant"], told["variants"]) == (1, 1)


def test_who_asked_stops_it(client, growing):
    first, second = (client.post(address(growing, "/stop")).json() for _ in range(2))

    growing.refresh_from_db()
    assert (first, second) == ({"did": True}, {"did": False})
    assert growing.stop_asked_at is not None


def test_an_answer_is_made_again_and_chosen_among_its_variants(client, answered, commit):
    with commit():
        again = client.post(address(answered, "/again"))

    chosen = put(client, answered, 1)

    assert (again.status_code, again.json()["state"]) == (202, "waiting")
    told = chosen.json()
    assert (chosen.status_code, told["variant"], told["variants"], told["attempt"]) == (200, 1, 2, 2)
    variants = client.get(address(answered, "/variants")).json()["variants"]
    assert [row["n"] for row in variants] == [1, 2]
    assert variants[0]["text"] == told["message"]["text"]


def test_an_interrupted_answer_is_tried_once_more(client, growing, commit):
    replies.interrupt(growing)
    interrupted = client.get(address(growing)).json()

    with commit():
        client.post(address(growing, "/again"))

    assert (interrupted["ending"], interrupted["message"]["answer"]["may_retry"]) == ("interrupted", True)
    assert client.get(address(growing)).json()["ending"] == "answered"


def test_what_the_buttons_refuse_is_refused_here(client, growing):
    refused = [client.post(address(growing, "/again")), put(client, growing, 7), put(client, growing, 99)]

    assert [answer.status_code for answer in refused] == [409, 409, 422]
    assert VARIANTS < 99


def test_an_answer_in_a_talk_is_not_there_for_others(client, growing):
    client.force_login(PlayerFactory())

    answers = [client.get(address(growing)), client.get(address(growing, "/variants"))]
    answers += [client.post(address(growing, f"/{verb}")) for verb in ("stop", "again")]
    answers.append(put(client, growing, 1))

    assert [answer.status_code for answer in answers] == [404] * 5


def test_in_a_room_others_follow_but_do_not_direct(client, ada):
    place = RoomNpcFactory()
    channel = place.room.channel
    ChannelMember.objects.create(channel=channel, player=ada)
    reply = ReplyFactory(channel=channel, npc=place.npc, player=PlayerFactory())

    assert client.get(address(reply)).json()["state"] == "waiting"
    answers = [client.post(address(reply, "/stop")), client.get(address(reply, "/variants"))]
    assert [answer.status_code for answer in answers] == [403, 403]


def test_what_was_answered_is_rated(client, answered):
    message = client.get(address(answered)).json()["message"]["uuid"]

    answer = client.put(
        f"/api/v1/me/ratings/{message}", json.dumps({"stars": 4}), content_type="application/json"
    )

    assert (answer.status_code, Interaction.objects.get().satisfaction_rating) == (204, 4)


@pytest.mark.parametrize("count", [1, 3])
def test_following_costs_the_same_however_much_was_said(client, growing, django_assert_num_queries, count):
    growing.deltas.filter(number__gt=count).delete()

    with django_assert_num_queries(10):
        told = client.get(address(growing)).json()

    assert told["position"] == count
