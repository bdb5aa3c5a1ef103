"""Characters in a room: they come and go, know what they were there for, and are led by who manages the room."""

import pytest

from messaging.actions.messages import post_message
from rooms.actions import places
from rooms.actions.rooms import enter_room, open_room
from rooms.actions.talk import say
from rooms.models import Reply, RoomNpc, RoomSettings
from rooms.queries.hearing import heard_messages
from rooms.rules.limits import ACTIVE_CHARACTERS
from tests.factories.npcs import AiProviderFactory, NpcFactory
from tests.factories.players import GameMasterFactory, PlayerFactory
from tests.rooms.scripted import scripted

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return GameMasterFactory()


@pytest.fixture
def room(owner):
    return open_room(owner=owner, name="Hall", slug="hall")


@pytest.fixture
def vega():
    return NpcFactory(name="Vega", slug="vega")


def said(room, *lines):
    player = room.channel.members.get().player
    for line in lines:
        post_message(channel=room.channel, player=player, text=line)


def heard(room, npc):
    return list(heard_messages(room.channel, npc).order_by("seq").values_list("text", flat=True))


def test_a_character_knows_only_what_it_was_there_for(room, owner, vega):
    said(room, "before")
    place = places.add_npc(room=room, npc=vega, player=owner)
    said(room, "first visit")
    places.send_away(place=place, by=owner)
    said(room, "in between")
    assert heard(room, vega) == ["first visit"]

    places.add_npc(room=room, npc=vega, player=owner)
    said(room, "second visit")

    assert heard(room, vega) == ["first visit", "second visit"]
    assert heard(room, NpcFactory()) == []


def test_what_was_said_in_its_absence_is_in_no_prompt(room, owner, vega, commit):
    said(room, "a secret of the morning")
    places.add_npc(room=room, npc=vega, player=owner)
    with scripted() as server:
        vega.provider = AiProviderFactory(api_endpoint=server.url)
        vega.save()
        with commit():
            say(room=room, player=owner, text="@Vega what did I say?")

    asked = str(server.requests[0]["messages"])
    assert "what did I say?" in asked
    assert "secret" not in asked


def test_stage_directions_stand_in_the_prompt_of_that_room_only(room, owner, vega, commit):
    place = places.add_npc(room=room, npc=vega, player=owner)
    places.change_place(place=place, by=owner, values={"stage_direction": "You have lost your voice."})
    RoomSettings.objects.filter(room=room).update(stage_direction="It is midnight.")
    other = open_room(owner=owner, name="Yard", slug="yard")
    places.add_npc(room=other, npc=vega, player=owner)
    with scripted() as server:
        vega.provider = AiProviderFactory(api_endpoint=server.url)
        vega.save()
        for where in (room, other):
            with commit():
                say(room=where, player=owner, text=f"@Vega hello, {where.name}")

    here, there = (str(request["messages"]) for request in server.requests)
    assert "You have lost your voice." in here
    assert "It is midnight." in here
    assert "voice" not in there
    assert "midnight" not in there


def test_no_more_than_five_are_in_a_room(room, owner):
    for _ in range(ACTIVE_CHARACTERS):
        last = places.add_npc(room=room, npc=NpcFactory(), player=owner)

    with pytest.raises(places.RoomCrowded):
        places.add_npc(room=room, npc=NpcFactory(), player=owner)
    places.send_away(place=last, by=owner)
    places.add_npc(room=room, npc=NpcFactory(), player=owner)
    assert not places.send_away(place=last, by=owner)


def test_who_is_sent_away_or_muted_stops_at_once(room, owner, vega):
    place = places.add_npc(room=room, npc=vega, player=owner)
    said(room, "hello")
    reply = places.let_speak(place=place, by=owner)
    Reply.objects.filter(pk=reply.pk).update(state="running")

    places.change_place(place=place, by=owner, values={"is_muted": True})

    reply.refresh_from_db()
    assert reply.stop_asked_at is not None


def test_who_is_asked_to_speak_answers_what_was_said_last_in_every_mode(room, owner, vega, commit):
    RoomSettings.objects.filter(room=room).update(activation_mode="manual")
    place = places.add_npc(room=room, npc=vega, player=owner)
    with pytest.raises(places.NothingToSay):
        places.let_speak(place=place, by=owner)
    said(room, "What is a comet?")

    with commit():
        places.let_speak(place=place, by=owner)

    assert Reply.objects.get().occasion == "forced"
    assert room.channel.messages.filter(type="npc").count() == 1
    with pytest.raises(places.NothingToSay):
        places.let_speak(place=place, by=owner)


@pytest.mark.parametrize("fields", [{"is_muted": True}, {"role": "observer"}])
def test_who_may_not_speak_is_not_made_to(room, owner, vega, fields):
    place = places.add_npc(room=room, npc=vega, player=owner)
    said(room, "What is a comet?")
    places.change_place(place=place, by=owner, values=fields)

    with pytest.raises(places.NothingToSay):
        places.let_speak(place=place, by=owner)


def test_values_that_cannot_be_are_refused(room, owner, vega):
    place = places.add_npc(room=room, npc=vega, player=owner)

    with pytest.raises(places.PlaceRefused) as refusal:
        places.change_place(place=place, by=owner, values={"talkativeness": 1.5})

    assert refusal.value.field == "talkativeness"
    assert RoomNpc.objects.get().talkativeness == 0.5


def test_the_page_of_the_characters(client, room, owner, vega):
    client.force_login(owner)
    assert "No character lives here yet" in client.get("/rooms/hall/characters/").content.decode()

    client.post("/rooms/hall/characters/add/", {"npc": "vega", "role": "assistant"})
    place = RoomNpc.objects.get()
    page = f"/rooms/hall/characters/{place.pk}/"
    sent = {
        f"{place.pk}-{name}": value
        for name, value in {
            "role": "tutor", "position": 2, "talkativeness": "0.9", "cooldown_seconds": 7, "stage_direction": "Whisper.",
        }.items()
    }  # fmt: skip
    client.post(page, sent)
    place.refresh_from_db()
    assert (place.role, place.position, place.talkativeness, place.cooldown_seconds) == ("tutor", 2, 0.9, 7)
    refused = client.post(page, {**sent, f"{place.pk}-talkativeness": "7"})
    assert refused.status_code == 422
    assert "Whisper.</textarea>" in refused.content.decode()
    client.post(f"{page}speak/")
    client.post(f"{page}leave/")
    place.refresh_from_db()
    assert not place.is_active


def test_the_page_is_for_those_who_manage_the_room(client, room, owner, vega):
    place = places.add_npc(room=room, npc=vega, player=owner)
    client.force_login(enter_room(room=room, player=PlayerFactory()).player)

    assert client.get("/rooms/hall/characters/").status_code == 404
    for last in ("", "leave/", "speak/"):
        assert client.post(f"/rooms/hall/characters/{place.pk}/{last}").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_however_many_are_here(
    client, room, owner, count, django_assert_max_num_queries
):
    npcs = [NpcFactory() for _ in range(count)]
    for npc in npcs:
        places.add_npc(room=room, npc=npc, player=owner)
    client.force_login(owner)

    with django_assert_max_num_queries(16):
        response = client.get("/rooms/hall/characters/")

    assert [form.instance.npc for form in response.context["forms"]] == npcs
