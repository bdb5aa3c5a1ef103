"""Rooms for ages on pages, for programs and sockets."""

import pytest
from django.contrib.messages import get_messages
from django.utils import timezone

from rooms.actions.invitations import make_link
from rooms.actions.rooms import enter_room
from tests.factories.players import GameMasterFactory
from tests.messaging.sockets import Tab
from tests.rooms.ages import aged, for_whom


def notices(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


@pytest.mark.django_db
class TestPagesAndCalls:
    @pytest.fixture
    def bar(self):
        room = for_whom("from_18", name="Bar", slug="bar")
        enter_room(room=room, player=aged(30, display_name="Grown Gil"))
        return room

    def test_who_follows_the_address_hears_why_and_sees_nobody(self, client, bar):
        client.force_login(aged(15))

        response = client.get("/rooms/bar/", follow=True)

        html = response.content.decode()
        assert response.redirect_chain == [("/rooms/", 302)]
        assert "Bar is for people from 18 years on." in html
        assert "Grown Gil" not in html

    def test_the_page_refuses_to_let_him_in(self, client, bar):
        client.force_login(aged(15))

        response = client.post("/rooms/bar/enter/")

        assert (response.url, bar.channel.members.count()) == ("/rooms/", 1)
        assert "from 18 years on" in notices(response)[0]

    def test_the_page_of_a_link_says_it_instead_of_a_button(self, client, bar):
        link = make_link(room=bar, by=GameMasterFactory(), now=timezone.now())
        client.force_login(aged(15))

        html = client.get(f"/invitations/link/{link.secret}/").content.decode()

        assert "from 18 years on" in html
        assert "Enter the room" not in html

    def test_a_program_is_refused_and_finds_nothing(self, client, bar):
        client.force_login(aged(15))

        entering = client.post("/api/v1/rooms/bar/enter")

        assert (entering.status_code, entering.json()["code"]) == (409, "forbidden")
        assert "from 18 years on" in entering.json()["detail"]
        assert client.get("/api/v1/rooms").json()["rooms"] == []
        assert client.get("/api/v1/rooms/bar").status_code == 404
        assert client.get("/api/v1/rooms/bar/messages").status_code == 404

    def test_a_program_learns_for_whom_a_room_is(self, client, bar):
        client.force_login(aged(30))

        assert client.get("/api/v1/rooms/bar").json()["audience"] == "from_18"

    @pytest.mark.parametrize(
        ("audience", "badge"),
        [("from_18", "18+"), ("children", "Children under 13"), ("families", "Family or class")],
    )
    def test_a_badge_says_for_whom_it_is(self, client, audience, badge):
        room = for_whom(audience, slug="den")
        client.force_login(GameMasterFactory())

        looks = [client.get(page).content.decode() for page in ("/rooms/", "/rooms/den/")]
        client.post("/rooms/den/enter/")
        looks.append(client.get(room.get_absolute_url()).content.decode())

        assert [badge in html for html in looks] == [True] * 3


@pytest.mark.django_db(transaction=True)
async def test_a_socket_lets_nobody_of_another_age_in():
    from asgiref.sync import sync_to_async

    room = await sync_to_async(for_whom)("from_18")
    room_uuid = await sync_to_async(lambda: room.channel.uuid)()
    tab = await Tab.of(await sync_to_async(aged)(15))

    answers = [
        await tab.ask("sub", room=str(room_uuid)),
        await tab.ask("send", room=str(room_uuid), cid="11111111-1111-4111-8111-111111111111", body="hi"),
    ]

    assert [answer["op"] for answer in answers] == ["err", "err"]
    await tab.socket.disconnect()
