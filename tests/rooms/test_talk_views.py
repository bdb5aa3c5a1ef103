"""The page of a private talk."""

import pytest

from messaging.models import Channel, Message
from rooms.models import Talk
from tests.factories.npcs import NpcFactory
from tests.factories.players import GuestFactory, PlayerFactory

pytestmark = pytest.mark.django_db
TALK = "/characters/vega/talk/"


@pytest.fixture
def vega():
    return NpcFactory(name="Vega", slug="vega", greeting="Good <evening>!")


@pytest.fixture
def player(client, vega):
    player = PlayerFactory()
    client.force_login(player)
    return player


def test_a_look_at_the_talk_stores_nothing(client, player):
    html = client.get(TALK).content.decode()

    assert "Good &lt;evening&gt;!" in html
    assert f'action="{TALK}messages/"' in html
    assert "data-stream" not in html
    assert not Channel.objects.exists()


def test_the_first_message_opens_the_talk_and_leads_to_the_live_page(client, player):
    response = client.post(f"{TALK}messages/", {"text": "Hello"}, follow=True)

    assert response.redirect_chain == [(TALK, 302)]
    assert [m.text for m in Message.objects.order_by("seq")] == ["Good <evening>!", "Hello"]
    assert f'data-room="{Talk.objects.get(player=player).channel.uuid}"' in response.content.decode()


def test_a_first_message_that_is_refused_opens_nothing_and_stays_in_the_box(client, player):
    response = client.post(f"{TALK}messages/", {"text": "x" * 4001})

    html = response.content.decode()
    assert (response.status_code, Talk.objects.exists()) == (422, False)
    assert "x" * 4001 + "</textarea>" in html
    assert "A message has at most 4000 characters." in html


def test_a_later_refusal_stays_in_the_live_page(client, player):
    client.post(f"{TALK}messages/", {"text": "Hello"})

    response = client.post(f"{TALK}messages/", {"text": ""})

    assert (response.status_code, "data-stream" in response.content.decode()) == (422, True)


def test_everybody_has_a_talk_of_his_own(client, player):
    client.post(f"{TALK}messages/", {"text": "My secret"})
    client.force_login(GuestFactory())

    assert "My secret" not in client.get(TALK).content.decode()
    assert client.get(f"{TALK}messages/older/").status_code == 404


def test_older_messages_of_a_talk(client, player):
    client.post(f"{TALK}messages/", {"text": "Hello"})

    response = client.get(f"{TALK}messages/older/", {"before": Message.objects.get(text="Hello").seq})

    assert [message.text for message in response.context["messages_shown"]] == ["Good <evening>!"]


@pytest.mark.parametrize("fields", [{"slug": "nobody"}, {"slug": "vega", "is_active": False}])
def test_who_is_unknown_or_rests_does_not_talk(client, fields):
    NpcFactory(**fields)
    client.force_login(PlayerFactory())

    assert [client.get(TALK).status_code, client.post(f"{TALK}messages/", {"text": "x"}).status_code] == [
        404,
        404,
    ]


def test_a_character_without_greeting_waits_in_silence(client):
    NpcFactory(slug="vega")
    client.force_login(PlayerFactory())

    assert "msg--character" not in client.get(TALK).content.decode()
