"""A private talk is deleted by its player: with every word, and with what is remembered of it only if he wants."""

import pytest
from django.core.files.storage import default_storage

from messaging.models import Attachment, Channel, Message
from npcs.actions.memory import remember_exchange
from npcs.actions.memory_keeping import set_policy
from npcs.actions.speaking import Speech
from npcs.models import Interaction, Memory, ToolUse
from npcs.rules.memory.scenes import Scene
from padawanforge.kit.work import WorkState
from rooms.actions import replies
from rooms.actions.branches import branch
from rooms.actions.talk import say_in_talk
from rooms.actions.talks import begin_talk, delete_talk
from rooms.models import Reply, Talk
from rooms.queries.replies import claimed
from tests.factories.files import uploaded
from tests.factories.npcs import NpcFactory
from tests.factories.players import PlayerFactory
from tests.factories.tokens import ApiTokenFactory, bearer

pytestmark = pytest.mark.django_db


@pytest.fixture
def vega():
    npc = NpcFactory(name="Vega", slug="vega")
    set_policy(npc=npc, is_on=True)
    return npc


@pytest.fixture
def ada(client, vega):
    player = PlayerFactory(display_name="Ada")
    client.force_login(player)
    return player


def led(player, npc, commit, *lines):
    opened = begin_talk(player=player, npc=npc)
    for line in lines:
        with commit():
            say_in_talk(talk=opened, text=line)
    return opened


def test_nothing_of_a_deleted_talk_is_left_but_figures(ada, vega, commit):
    opened = led(ada, vega, commit, "My dog is Rex")
    kept = led(ada, vega, commit, "My cat is Tom")
    ToolUse.objects.create(
        tool="remember", npc=vega, player=ada, place=opened.channel.uuid, state=ToolUse.State.DONE
    )

    delete_talk(talk=opened)

    assert list(Talk.objects.all()) == [kept]
    assert list(Channel.objects.filter(kind="npc")) == [kept.channel]
    assert not Message.objects.filter(text__contains="Rex").exists()
    assert not Reply.objects.exclude(channel=kept.channel).exists()
    assert not ToolUse.objects.exists()
    row = Interaction.objects.get(place=opened.channel.uuid)
    assert (row.message, row.response, row.manifest) == ("", "", [])
    assert Interaction.objects.get(place=kept.channel.uuid).message == "My cat is Tom"


def test_what_is_remembered_of_it_goes_only_if_the_player_wants(ada, vega, commit):
    first = led(ada, vega, commit, "My dog is Rex")
    second = led(ada, vega, commit, "My cat is Tom")

    assert delete_talk(talk=first) == 0
    assert delete_talk(talk=second, with_memories=True) == 1

    assert list(Memory.objects.values_list("text", flat=True)) == ["My dog is Rex"]


def test_a_branch_outlives_the_talk_that_it_left(ada, vega, commit):
    opened = led(ada, vega, commit, "Hello", "My dog is Rex")
    message = Message.objects.get(channel=opened.channel, text="My dog is Rex")
    made = branch(talk=opened, message=message, text="My dog is Max")

    delete_talk(talk=opened)

    made.refresh_from_db()
    said = Message.objects.filter(channel=made.channel, player=ada).order_by("seq")
    assert made.parent is None
    assert list(said.values_list("text", flat=True)) == ["Hello", "My dog is Max"]


def test_what_was_put_aside_for_a_branch_comes_to_mind_again_without_it(ada, vega, commit):
    opened = led(ada, vega, commit, "Hello", "My dog is Rex")
    message = Message.objects.get(channel=opened.channel, text="My dog is Rex")
    with commit():
        made = branch(talk=opened, message=message, text="My dog is Max")
    assert Memory.objects.get(text="My dog is Rex").state == Memory.State.ASIDE

    delete_talk(talk=made, with_memories=True)

    left = Memory.objects.filter(text__contains="dog").values_list("text", "state")
    assert list(left) == [("My dog is Rex", Memory.State.ACTIVE)]


def test_an_answer_that_comes_too_late_leaves_no_word(ada, vega, monkeypatch):
    opened = begin_talk(player=ada, npc=vega)
    said = say_in_talk(talk=opened, text="My dog is Rex").message
    reply = Reply.objects.create(
        channel=opened.channel, message=said, npc=vega, player=ada, state=WorkState.RUNNING, attempts=1
    )

    def speak(*, npc, player, place, **more):
        row = Interaction.objects.create(
            npc=npc,
            player=player,
            place=place.uuid,
            message=said.text,
            response="So be it.",
            response_time_ms=1,
        )
        delete_talk(talk=opened)
        remember_exchange(
            interaction=row,
            player=player,
            scene=Scene(place=place.uuid, message=place.message),
            now=said.sent_at,
        )
        return Speech("So be it.")

    monkeypatch.setattr(replies, "speak", speak)
    replies._work(claimed(reply.pk))

    assert Interaction.objects.get().message == ""
    assert not Memory.objects.exists()
    assert not Message.objects.exists()


def test_the_page_asks_first_and_offers_to_forget(client, ada, vega, commit):
    opened = led(ada, vega, commit, "My dog is Rex")
    url = f"/talks/{opened.uuid}/delete/"

    asked = client.get(url).content.decode()
    assert "Also what Vega remembers of it: 1 memory" in asked
    assert Talk.objects.exists()

    answer = client.post(url, {"memories": "on"}, follow=True)

    assert answer.redirect_chain == [("/characters/vega/talks/", 302)]
    assert "The talk is deleted. 1 of its memories went with it." in answer.content.decode()
    assert not Talk.objects.exists()
    assert not Memory.objects.exists()


def test_a_talk_of_a_character_that_rests_can_be_deleted(client, ada, vega, commit):
    opened = led(ada, vega, commit, "Hello")
    vega.is_active = False
    vega.save()

    client.post(f"/talks/{opened.uuid}/delete/")

    assert not Talk.objects.exists()


def test_programs_delete_talks_too(client, ada, vega, commit):
    first, second = (led(ada, vega, commit, line) for line in ("My dog is Rex", "My cat is Tom"))

    plain = client.delete(f"/api/v1/me/talks/{first.uuid}")
    whole = client.delete(f"/api/v1/me/talks/{second.uuid}?memories=true")

    assert [(answer.status_code, answer.json()) for answer in (plain, whole)] == [
        (200, {"memories": 0}),
        (200, {"memories": 1}),
    ]
    assert client.delete(f"/api/v1/me/talks/{first.uuid}").status_code == 404
    assert list(Memory.objects.values_list("text", flat=True)) == ["My dog is Rex"]


def test_nobody_else_deletes_a_talk(client, ada, vega, commit):
    opened = led(PlayerFactory(), vega, commit, "My secret")
    ApiTokenFactory(player=opened.player, secret="pf_reader", scopes=["rooms:read"])

    answers = [
        client.get(f"/talks/{opened.uuid}/delete/"),
        client.post(f"/talks/{opened.uuid}/delete/"),
        client.delete(f"/api/v1/me/talks/{opened.uuid}"),
    ]
    client.logout()
    refused = client.delete(f"/api/v1/me/talks/{opened.uuid}", **bearer("pf_reader"))

    assert [answer.status_code for answer in answers] == [404] * 3
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    assert Talk.objects.exists()


def test_files_of_a_deleted_talk_go_with_it(ada, vega, commit):
    opened = begin_talk(player=ada, npc=vega)
    with commit():
        file = uploaded(ada, opened.channel)
        say_in_talk(talk=opened, text="Look at this", attachments=[file.uuid])
    stored = file.file

    with commit():
        delete_talk(talk=opened)

    assert stored
    assert not Attachment.objects.exists()
    assert not default_storage.exists(stored)
