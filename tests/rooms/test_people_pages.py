"""The people of a room on its pages and for programs."""

import re

import pytest
from django.test import Client

from messaging.models import ChannelMember
from rooms.actions.rooms import enter_room, open_room
from tests.factories.players import GameMasterFactory, PlayerFactory
from tests.factories.relationships import RelationshipFactory
from tests.factories.rooms import RoomFactory
from tests.rooms.halls import hall, queries_of, role_of

pytestmark = pytest.mark.django_db


class TestPages:
    def test_the_list_shows_roles_and_what_can_be_done(self, client):
        _room, people = hall(mod="moderator", bo="member")
        client.force_login(people["owner"])

        html = client.get("/rooms/hall/members/").content.decode()

        assert [
            text for text in ("Ada", "mod", "bo", "Moderator", "Make co-owner", "Archive") if text not in html
        ] == []

    def test_members_are_offered_nothing_to_do_to_others(self, client):
        _room, people = hall(bo="member", cy="member")
        client.force_login(people["bo"])

        html = client.get("/rooms/hall/members/").content.decode()

        assert [text for text in ("Take out", "Make moderator", "Hand the room") if text in html] == []

    def test_a_cursor_of_ones_own_making_is_not_found(self, client):
        _room, people = hall()
        client.force_login(people["owner"])

        assert client.get("/rooms/hall/members/", {"after": "made up"}).status_code == 404

    def test_whom_a_block_hides_is_not_in_the_list(self, client):
        _room, people = hall(bo="member", hidden_one="moderator")
        RelationshipFactory(player=people["bo"], other=people["hidden_one"], kind="blocked")
        client.force_login(people["bo"])

        page = client.get("/rooms/hall/members/")
        role = client.post("/rooms/hall/members/hidden_one/role/", {"role": "member"})

        assert ("hidden_one" in page.content.decode(), role.status_code) == (False, 404)

    def test_roles_removal_and_transfer_by_their_forms(self, client):
        room, people = hall(bo="member", cy="member", di="member")
        client.force_login(people["owner"])

        client.post("/rooms/hall/members/bo/role/", {"role": "moderator"})
        client.post("/rooms/hall/members/cy/remove/")
        client.post("/rooms/hall/members/di/role/", {"role": "owner"})

        assert [role_of(room, people[name]) for name in ("bo", "cy", "di", "owner")] == [
            "moderator",
            None,
            "owner",
            "co_owner",
        ]

    def test_an_archived_room_is_listed_for_its_owner_and_opened_again(self, client):
        _room, people = hall()
        client.force_login(people["owner"])

        client.post("/rooms/hall/archive/")
        listed = client.get("/rooms/archived/").content.decode()
        closed = client.get("/rooms/hall/").status_code
        client.post("/rooms/hall/restore/")

        assert ("Hall" in listed, closed, client.get("/rooms/hall/").status_code) == (True, 404, 200)

    def test_strangers_do_not_see_who_is_in(self, client):
        RoomFactory(slug="hall")
        client.force_login(PlayerFactory())

        answers = [client.get("/rooms/hall/members/"), client.get("/api/v1/rooms/hall/members")]

        assert [answer.status_code for answer in answers] == [404, 404]

    def test_the_list_costs_the_same_however_many_are_in(self, client):
        room, people = hall(bo="member", mod="moderator")
        client.force_login(people["owner"])
        client.get("/rooms/hall/members/")

        few = queries_of(client, "/rooms/hall/members/")
        for role in ("member", "member", "moderator", "co_owner"):
            enter_room(room=room, player=(player := PlayerFactory()))
            ChannelMember.objects.filter(player=player).update(role=role)

        assert queries_of(client, "/rooms/hall/members/") == few

    def test_pages_of_the_list_follow_each_other(self, client):
        _room, people = hall(**{f"m{n}": "member" for n in range(5)})
        client.force_login(people["owner"])
        seen, after = [], ""
        while True:
            data = client.get(f"/api/v1/rooms/hall/members?limit=2&cursor={after}").json()
            seen += [member["username"] for member in data["members"]]
            if not (after := data["after"]):
                break

        assert seen == ["owner", "m0", "m1", "m2", "m3", "m4"]


class TestApi:
    def call(self, client, method, path, **data):
        return getattr(client, method)(f"/api/v1{path}", data, content_type="application/json")

    def test_a_room_is_opened_invited_into_and_managed(self, client):
        owner = GameMasterFactory()
        client.force_login(owner)
        opened = self.call(client, "post", "/rooms", name="Den", visibility="private", tags=["a b"])
        link = self.call(client, "post", "/rooms/den/invitations", days=1, max_uses=1)

        player = PlayerFactory(username="bo")
        client.force_login(player)
        inside = self.call(client, "post", "/me/invitations/by-link", secret=link.json()["secret"])
        client.force_login(owner)
        given = self.call(client, "put", "/rooms/den/members/bo/role", role="moderator")

        assert [answer.status_code for answer in (opened, link, inside, given)] == [201, 201, 200, 204]
        assert ChannelMember.objects.get(player=player).role == "moderator"

    def test_requests_are_made_listed_and_decided(self, client):
        owner, player = PlayerFactory(), PlayerFactory()
        open_room(owner=owner, name="Den", visibility="restricted")
        client.force_login(player)
        refused = self.call(client, "post", "/rooms/den/enter")
        asked = self.call(client, "post", "/rooms/den/requests", text="Hi")
        hidden = client.get("/api/v1/rooms/den/requests")
        client.force_login(owner)
        listed = client.get("/api/v1/rooms/den/requests").json()
        decided = self.call(client, "post", f"/rooms/den/requests/{listed[0]['uuid']}", accept=True)

        assert (refused.status_code, refused.json()["code"]) == (409, "forbidden")
        assert [answer.status_code for answer in (asked, hidden, decided)] == [200, 409, 204]
        assert ChannelMember.objects.filter(player=player).exists()

    def test_a_room_needs_a_name_that_can_be_read(self, client):
        client.force_login(GameMasterFactory())

        assert self.call(client, "post", "/rooms", name="\u200b").json()["code"] == "invalid"

    def test_only_those_who_may_open_rooms_do(self, client):
        client.force_login(PlayerFactory())

        assert self.call(client, "post", "/rooms", name="Den").status_code == 403


def test_the_forms_of_the_list_are_those_of_this_browser():
    room, people = hall(bo="member")
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(people["owner"])
    html = browser.get("/rooms/hall/members/").content.decode()
    form = html[html.index("/rooms/hall/members/bo/role/") :]
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form[: form.index("</form>")])[1]

    browser.post("/rooms/hall/members/bo/role/", {"role": "moderator", "csrfmiddlewaretoken": token})

    assert role_of(room, people["bo"]) == "moderator"
