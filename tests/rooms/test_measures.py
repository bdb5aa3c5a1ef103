"""Warning, muting, taking out and banning by those who manage a room."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from messaging.checks import Refused
from messaging.models import ChannelMember, Sanction
from players.models import AuditEntry
from rooms.actions.rooms import enter_room, leave_room, open_room
from rooms.actions.talk import say
from tests.factories.players import GameMasterFactory, PlayerFactory
from tests.factories.relationships import RelationshipFactory
from tests.rooms.halls import hall, role_of

pytestmark = pytest.mark.django_db
MUTE = {"kind": "mute", "term": "30m", "reason": "insult", "text": "Cool down."}


@pytest.fixture
def room():
    return hall(mod="moderator", bo="member", cy="member")


def take(client, by, name, **more):
    client.force_login(by)
    return client.post(f"/rooms/hall/members/{name}/measure/", {**MUTE, **more})


def test_a_moderator_mutes_for_a_while(client, room):
    hall, people = room

    answer = take(client, people["mod"], "bo")

    assert answer.url == "/rooms/hall/measures/"
    with pytest.raises(Refused, match=r"You can't write here until .* Cool down\."):
        say(room=hall, player=people["bo"], text="but")
    with time_machine.travel(timezone.now() + timedelta(minutes=31)):
        say(room=hall, player=people["bo"], text="now")
    told = people["bo"].notifications.get()
    assert (told.message, told.action_url) == ("Cool down.", "/settings/measures/")
    assert AuditEntry.objects.filter(verb="sanction.given", actor_uuid=people["mod"].uuid).count() == 1


def test_who_is_banned_is_out_and_does_not_come_back_before_the_end(client, room):
    hall, people = room

    take(client, people["owner"], "bo", kind="ban", term="24h")

    assert role_of(hall, people["bo"]) is None
    with pytest.raises(Refused, match="You can't enter this room until"):
        enter_room(room=hall, player=people["bo"])
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        enter_room(room=hall, player=people["bo"])


def test_the_door_tells_who_is_banned_instead_of_letting_him_try(client, room):
    hall, people = room
    take(client, people["owner"], "bo", kind="ban", term="24h")

    client.force_login(people["bo"])
    shown = client.get(hall.get_absolute_url()).content.decode()

    assert "You can&#x27;t enter this room until" in shown
    assert "Enter the room" not in shown


def test_who_has_left_after_writing_can_still_be_banned(client, room):
    hall, people = room
    say(room=hall, player=people["bo"], text="rude")
    leave_room(room=hall, player=people["bo"], reason="left")

    take(client, people["owner"], "bo", kind="ban", term="24h")
    never_there = PlayerFactory(username="di")

    with pytest.raises(Refused, match="You can't enter"):
        enter_room(room=hall, player=people["bo"])
    assert take(client, people["owner"], never_there.username).status_code == 404


@pytest.mark.parametrize(
    ("by", "against", "status"),
    [("bo", "cy", 404), ("mod", "owner", 422), ("mod", "mod", 422), ("owner", "mod", 302)],
)
def test_measures_go_down_the_ranks(client, room, by, against, status):
    _hall, people = room

    assert take(client, people[by], against).status_code == status
    assert Sanction.objects.count() == (status == 302)


def test_staff_are_beyond_the_owner_of_a_room(client, room):
    hall, people = room
    staff = GameMasterFactory(username="gm")
    enter_room(room=hall, player=staff)

    assert "rank" in take(client, people["owner"], "gm").content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "mute", "term": ""},
        {"kind": "mute", "term": "now"},
        {"kind": "restrict"},
        {"kind": "mute", "term": "1000y"},
        {"text": ""},
        {"text": "x" * 501},
        {"text": "a\x00b"},
        {"reason": "because"},
    ],
)
def test_what_makes_no_sense_is_said_in_the_form(client, room, wrong):
    _hall, people = room

    assert take(client, people["owner"], "bo", **wrong).status_code == 422
    assert not Sanction.objects.exists()


def test_a_warning_is_given_at_once(client, room):
    _hall, people = room

    take(client, people["mod"], "bo", kind="warning", term="now")

    assert Sanction.objects.get().ends_at is None
    assert "Nothing is in force" in client.get("/rooms/hall/measures/").content.decode()


def test_what_is_in_force_is_listed_and_lifted(client, room):
    hall, people = room
    take(client, people["mod"], "bo")
    row = Sanction.objects.get()

    html = client.get("/rooms/hall/measures/").content.decode()
    client.post(f"/rooms/hall/measures/{row.uuid}/lift/")

    assert [text for text in ("Cool down.", "Mute", "Insults or bullying") if text not in html] == []
    say(room=hall, player=people["bo"], text="thank you")
    assert "Nothing is in force" in client.get("/rooms/hall/measures/").content.decode()


def test_nobody_lifts_what_somebody_of_a_higher_rank_has_done(client, room):
    _hall, people = room
    take(client, people["owner"], "bo")
    row = Sanction.objects.get()

    client.force_login(people["mod"])
    answer = client.post(f"/rooms/hall/measures/{row.uuid}/lift/", follow=True)

    assert "Somebody of a higher rank took this measure" in answer.content.decode()
    row.refresh_from_db()
    assert row.revoked_at is None


def test_measures_of_another_room_are_not_lifted_here(client, room):
    _hall, people = room
    take(client, people["owner"], "bo")
    row = Sanction.objects.get()
    Sanction.objects.update(channel=open_room(owner=people["mod"], name="Elsewhere").channel)

    client.force_login(people["owner"])

    assert client.post(f"/rooms/hall/measures/{row.uuid}/lift/").status_code == 404


def test_for_members_there_are_no_such_pages(client, room):
    _hall, people = room
    client.force_login(people["bo"])

    pages = [client.get(f"/rooms/hall/{page}/") for page in ("measures", "members/cy/measure")]

    assert [page.status_code for page in pages] == [404, 404]
    assert "Warn, mute or ban" not in client.get("/rooms/hall/members/").content.decode()


def test_whom_a_block_hides_is_not_there_for_a_measure(client, room):
    _hall, people = room
    RelationshipFactory(player=people["bo"], other=people["mod"], kind="blocked")

    assert take(client, people["mod"], "bo").status_code == 404


class TestApi:
    def test_taken_listed_and_lifted(self, client, room):
        _hall, people = room
        client.force_login(people["mod"])
        data = {"username": "Bo", **MUTE}

        made = client.post("/api/v1/rooms/hall/measures", data, content_type="application/json")
        listed = client.get("/api/v1/rooms/hall/measures").json()
        lifted = client.delete(f"/api/v1/rooms/hall/measures/{made.json()['uuid']}")

        assert (made.status_code, lifted.status_code) == (201, 204)
        assert listed == [made.json()]
        assert {name: listed[0][name] for name in ("username", "kind", "by")} == {
            "username": "bo", "kind": "mute", "by": "mod",
        }  # fmt: skip
        assert client.get("/api/v1/rooms/hall/measures").json() == []

    @pytest.mark.parametrize(
        ("name", "more", "status"),
        [
            ("owner", {"username": "mod", "term": ""}, 409),
            ("owner", {"username": "nobody"}, 404),
            ("owner", {"username": "bo", "kind": "restrict"}, 422),
            ("owner", {"username": "bo", "text": "\x00 "}, 409),
            ("mod", {"username": "owner"}, 409),
            ("bo", {"username": "cy"}, 404),
        ],
    )
    def test_refused(self, client, room, name, more, status):
        _hall, people = room
        client.force_login(people[name])

        answer = client.post("/api/v1/rooms/hall/measures", {**MUTE, **more}, content_type="application/json")

        assert (answer.status_code, Sanction.objects.count()) == (status, 0)

    def test_the_list_costs_the_same_however_many(self, client, django_assert_num_queries):
        room, people = hall(bo="member", cy="member", di="member")
        client.force_login(people["owner"])
        costs = []
        for name in ("bo", "cy", "di"):
            take(client, people["owner"], name)
            with django_assert_num_queries(100, exact=False) as asked:
                assert client.get("/api/v1/rooms/hall/measures").json()[0]["username"] == name
            costs.append(len(asked))

        assert costs[0] == costs[2]
        assert ChannelMember.objects.filter(channel=room.channel_id).count() == 4
