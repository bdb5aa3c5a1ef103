"""The rules of a room: who accepts them, and when once more."""

import pytest

from messaging.models import Message
from rooms.actions.entry import RulesChanged, RulesNotAccepted, accept_rules
from rooms.actions.talk import say
from rooms.models import Room, RoomSettings
from tests.rooms.halls import hall, now

pytestmark = pytest.mark.django_db


class TestRules:
    @pytest.fixture
    def ruled(self):
        _room, people = hall(bo="member")
        RoomSettings.objects.update(room_rules="Be kind.")
        return Room.objects.select_related("settings", "channel").get(), people

    def test_nobody_writes_before_he_has_accepted_them(self, ruled):
        room, people = ruled

        with pytest.raises(RulesNotAccepted) as refused:
            say(room=room, player=people["bo"], text="Hello")
        accept_rules(room=room, player=people["bo"], version=1, now=now())
        say(room=room, player=people["bo"], text="Hello")

        assert refused.value.code == "rules"
        assert Message.objects.count() == 1

    def test_changed_rules_are_accepted_again(self, ruled):
        room, people = ruled
        accept_rules(room=room, player=people["bo"], version=1, now=now())
        RoomSettings.objects.update(rules_version=2)

        with pytest.raises(RulesNotAccepted):
            say(room=room, player=people["bo"], text="Hello")
        with pytest.raises(RulesChanged):
            accept_rules(room=room, player=people["bo"], version=1, now=now())

    def test_who_owns_the_room_made_them(self, ruled):
        room, people = ruled

        assert not say(room=room, player=people["owner"], text="Hello").is_duplicate

    def test_the_page_asks_and_the_form_accepts(self, client, ruled):
        _room, people = ruled
        client.force_login(people["bo"])

        before = client.get("/rooms/hall/").content.decode()
        refused = client.post("/rooms/hall/messages/", {"text": "Hello"})
        rules = client.get("/rooms/hall/rules/").content.decode()
        client.post("/rooms/hall/rules/", {"version": "1"})
        after = client.get("/rooms/hall/").content.decode()

        asked = "read the rules of the room and accept them"
        assert (asked in before, asked in after, "Be kind." in rules) == (True, False, True)
        assert (refused.status_code, "accept the rules" in refused.content.decode()) == (422, True)

    def test_programs_are_asked_as_well(self, client, ruled):
        client.force_login(ruled[1]["bo"])

        refused = client.post("/api/v1/rooms/hall/messages", {"text": "Hi"}, content_type="application/json")
        accepted = client.post("/api/v1/rooms/hall/rules", {"version": 1}, content_type="application/json")

        assert (refused.status_code, refused.json()["code"], accepted.status_code) == (409, "rules", 204)
