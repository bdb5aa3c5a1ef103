"""Who chooses for which ages a room is."""

import pytest
from django.db import IntegrityError, transaction

from players.choices import RoleName
from rooms.actions.audiences import AudienceRefused
from rooms.actions.rooms import enter_room, leave_room, open_room
from rooms.actions.settings import change_settings
from rooms.models import Room
from tests.factories.players import GameMasterFactory
from tests.rooms.ages import aged, for_whom, invited
from tests.rooms.test_room_admin import filled, page_of
from tests.rooms.test_room_settings_views import offered
from tests.rooms.test_room_views import form


@pytest.mark.django_db
class TestChoosing:
    @pytest.fixture
    def owner(self, client):
        """Who owns a room without being staff."""
        player = aged(30)
        client.force_login(player)
        return player

    @pytest.fixture
    def hall(self, owner):
        return open_room(owner=owner, name="Hall", slug="hall", visibility="restricted")

    def change(self, room, by, **values):
        return change_settings(room=room, by=by, values=values)

    def test_an_owner_makes_it_for_adults_and_back(self, hall, owner):
        assert self.change(hall, owner, audience="from_18") == ["audience"]
        assert self.change(hall, owner, audience="from_13") == ["audience"]

    @pytest.mark.parametrize("audience", ["children", "families"])
    def test_staff_alone_mark_it_for_children(self, hall, owner, audience):
        with pytest.raises(AudienceRefused, match="Only staff"):
            self.change(hall, owner, audience=audience)

        leave_room(room=hall, player=owner)
        self.change(hall, GameMasterFactory(), audience=audience)
        assert Room.objects.get().audience == audience

    def test_an_owner_does_not_take_the_mark_away(self, hall, owner):
        Room.objects.update(audience="families")

        with pytest.raises(AudienceRefused, match="Only staff"):
            self.change(hall, owner, audience="from_13")

    @pytest.mark.parametrize(
        ("was", "years", "audience", "is_refused"),
        [
            ("from_13", 15, "from_18", True),
            ("from_13", None, "from_18", True),
            ("from_13", 30, "from_18", False),
            ("from_13", 30, "children", True),
            ("from_13", 15, "families", False),
            ("families", 10, "from_13", True),
            ("families", 10, "children", False),
        ],
    )
    def test_it_is_not_changed_over_the_heads_of_those_inside(self, was, years, audience, is_refused):
        room, master = for_whom(was, visibility="restricted"), GameMasterFactory()
        for player in (aged(years), master):
            invited(room, player)
            enter_room(room=room, player=player)

        if is_refused:
            with pytest.raises(AudienceRefused, match="Somebody is in the room"):
                self.change(room, master, audience=audience)
        else:
            self.change(room, master, audience=audience)

        assert Room.objects.get().audience == (was if is_refused else audience)

    def test_families_do_not_become_public(self, hall):
        master = GameMasterFactory()
        self.change(hall, master, audience="families")

        with pytest.raises(AudienceRefused, match="not public"):
            self.change(hall, master, visibility="public")
        with pytest.raises(IntegrityError), transaction.atomic():
            Room.objects.update(visibility="public")

    @pytest.mark.parametrize(
        ("years", "audience", "sentence"),
        [
            (30, "children", "Only staff"),
            (30, "families", "Only staff"),
            (15, "from_18", "could not be in this room yourself"),
            (None, "from_18", "could not be in this room yourself"),
            (10, "from_13", "could not be in this room yourself"),
        ],
    )
    def test_nobody_opens_a_room_that_is_not_his_to_open(self, years, audience, sentence):
        with pytest.raises(AudienceRefused, match=sentence):
            open_room(owner=aged(years), name="Den", audience=audience, visibility="private")

        assert not Room.objects.exists()

    def test_the_form_offers_owners_what_is_theirs_and_says_why(self, client, hall):
        response = client.get("/rooms/hall/settings/")

        field = response.context["form"].fields["audience"]
        assert [value for value, _ in field.choices] == ["from_13", "from_18"]
        assert "Only staff mark a room for children" in response.content.decode()

    def test_the_form_keeps_what_staff_chose(self, client, hall):
        Room.objects.update(audience="families")

        page = client.get("/rooms/hall/settings/")
        client.post(
            "/rooms/hall/settings/", offered(client, "/rooms/hall/settings/", audience="from_13", name="New")
        )

        assert page.context["form"].fields["audience"].disabled
        assert [(room.name, room.audience) for room in Room.objects.all()] == [("New", "families")]

    def test_the_form_names_the_field_that_can_not_be(self, client, hall):
        enter_room(room=hall, player=invited(hall, aged(15)))

        response = client.post(
            "/rooms/hall/settings/", offered(client, "/rooms/hall/settings/", audience="from_18")
        )

        assert response.status_code == 422
        assert "Somebody is in the room" in response.context["form"].errors["audience"][0]

    def test_a_program_of_an_owner_is_refused_in_the_same_words(self, client, hall):
        answer = client.patch(
            "/api/v1/rooms/hall/settings", {"audience": "children"}, content_type="application/json"
        )

        assert (answer.status_code, "Only staff" in answer.json()["detail"]) == (409, True)

    def test_the_wizard_opens_one_for_children(self, client):
        client.force_login(GameMasterFactory())

        client.post("/rooms/new/", form(name="Nest", audience="children"))
        families = client.post("/rooms/new/", form(name="Class", audience="families"))

        assert [(room.name, room.audience) for room in Room.objects.all()] == [("Nest", "children")]
        assert "is not public" in families.content.decode()

    def test_a_program_of_staff_opens_one(self, client):
        client.force_login(GameMasterFactory())
        sent = {"name": "Nest", "audience": "families", "visibility": "private"}

        answer = client.post("/api/v1/rooms", sent, content_type="application/json")

        assert (answer.status_code, Room.objects.get().audience) == (201, "families")

    def test_the_console_filters_and_refuses_with_a_sentence(self, client):
        room = for_whom("from_13", slug="hall")
        enter_room(room=room, player=aged(15))
        for_whom("children")
        client.force_login(GameMasterFactory())

        listed = client.get("/admin/rooms/room/", {"audience__exact": "children"}).context["cl"].result_list
        response = client.post(page_of(room), filled(room, audience="from_18"))

        assert [found.audience for found in listed] == ["children"]
        assert "Somebody is in the room" in str(response.context["adminform"].form.errors["audience"])

    def test_one_who_only_makes_rooms_marks_none_at_the_console(self, client):
        from django.contrib.auth.models import Permission

        player = aged(30, role=RoleName.PADAWAN, is_staff=True)
        player.user_permissions.add(Permission.objects.get(codename="games.create"))
        client.force_login(player)
        room = for_whom("from_13", slug="hall")

        response = client.post(page_of(room), filled(room, audience="children"))

        assert "Only staff" in str(response.context["adminform"].form.errors["audience"])
