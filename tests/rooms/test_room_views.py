"""The pages of a room, as a browser without scripts meets them, and what scripts fetch."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from messaging.actions.messages import post_message
from messaging.models import ChannelEvent, Message
from rooms.actions.rooms import close_room, enter_room
from rooms.models import Room, RoomSettings
from tests.factories.npcs import NpcCategoryFactory, NpcFactory
from tests.factories.players import GameMasterFactory, GuestFactory, PlayerFactory
from tests.factories.rooms import RoomFactory, RoomNpcFactory
from tests.presence import note_presence

pytestmark = pytest.mark.django_db


@pytest.fixture
def room():
    return RoomFactory(name="Hall", slug="hall", description="For the sky.")


@pytest.fixture
def member(client, room):
    """Ada, who is in the room and signed in."""
    player = PlayerFactory(display_name="Ada")
    enter_room(room=room, player=player)
    client.force_login(player)
    return player


def chosen():
    """The settings as they are offered, without those that can be off."""
    return {
        "visibility": "public", "audience": "from_13", "theme": "plain", "notify": "mentions", "npcs_speak": "called", "npc_role": "tutor",
        "npc_pause_seconds": 0, "activation_mode": "mention_only", "npc_budget": 20, "moderation_level": "light", "slow_seconds": 0, "messages_per_minute": 60,
        "max_idle_time": 0,
    }  # fmt: skip


def form(**fields):
    return {
        "name": "Night sky",
        "description": "Stars.",
        "room_type": "study_group",
        "difficulty": "expert",
        "max_players": 12,
        "tags": "stars, deep space",
        "allow_anonymous": "on",
        "welcome_message": "Welcome!",
        "room_rules": "Be kind.",
        **chosen(),
        **fields,
    }


def notices(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_a_game_master_opens_a_room_with_everything_in_it(client):
    shelf, npc, player = NpcCategoryFactory(), NpcFactory(), GameMasterFactory()
    client.force_login(player)

    response = client.post("/rooms/new/", form(category=shelf.pk, characters=[npc.pk]))

    room = Room.objects.get()
    assert (response.status_code, response.url) == (302, "/rooms/night-sky/")
    assert (room.name, room.room_type, room.category, room.max_players) == (
        "Night sky",
        "study_group",
        shelf,
        12,
    )
    assert (room.owner, room.current_players, room.npcs.get().npc) == (player, 1, npc)
    assert (room.settings.allow_anonymous, room.settings.members_start_sessions) == (True, False)
    assert (room.settings.welcome_message, room.settings.room_rules) == ("Welcome!", "Be kind.")
    assert sorted(tag.name for tag in room.tags.all()) == ["deep-space", "stars"]
    assert list(ChannelEvent.objects.order_by("seq").values_list("type", flat=True)) == [
        "member.joined",
        "npc.added",
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "\u200b"),
        ("name", "x" * 81),
        ("name", "a\x00b"),
        ("max_players", "1"),
        ("max_players", "1001"),
        ("difficulty", "godlike"),
        ("characters", ["4711"]),
        ("description", "x" * 1001),
        ("room_rules", "x" * 2001),
    ],
)
def test_a_room_that_can_not_be_is_refused_with_what_was_written(client, field, value):
    client.force_login(GameMasterFactory())

    response = client.post("/rooms/new/", form(**{field: value}))

    html = response.content.decode()
    assert (response.status_code, not Room.objects.exists()) == (422, True)
    assert field in response.context["form"].errors
    assert "stars, deep space" in html
    assert "Welcome!" in html


def test_only_who_may_create_games_opens_rooms(client):
    client.force_login(PlayerFactory())

    assert [client.get("/rooms/new/").status_code, client.post("/rooms/new/", form()).status_code] == [
        403,
        403,
    ]
    assert not Room.objects.exists()


def test_the_form_for_a_room_offers_active_characters(client):
    NpcFactory(name="Vega")
    NpcFactory(name="Resting", is_active=False)
    client.force_login(GameMasterFactory())

    html = client.get("/rooms/new/").content.decode()

    assert "Vega" in html
    assert "Resting" not in html


def test_looking_through_the_door_changes_nothing(client, room):
    RoomNpcFactory(room=room, npc__name="Vega")
    room.settings.room_rules, room.settings.welcome_message = "Be kind.", "Come in!"
    room.settings.save()
    inside = PlayerFactory(display_name="Bo")
    note_presence(
        channels=[room.channel], player=inside, connection=uuid4(), state="active", now=timezone.now()
    )
    client.force_login(PlayerFactory())

    html = client.get("/rooms/hall/").content.decode()

    assert [text for text in ("For the sky.", "Be kind.", "Come in!", "Vega", "Bo") if text not in html] == []
    assert f'action="{reverse("rooms:enter", args=["hall"])}"' in html
    assert "data-stream" not in html
    assert not ChannelEvent.objects.exists()


@pytest.mark.parametrize("address", ["/rooms/hall/", "/rooms/hall/?welcome", "/rooms/hall/rules/"])
def test_welcome_and_rules_read_like_messages(client, room, address):
    texts = {"welcome_message": "**Come** <i>in</i>!", "room_rules": "- **Come** <i>in</i>"}
    RoomSettings.objects.filter(room=room).update(**texts)
    player = PlayerFactory()
    if address != "/rooms/hall/":
        enter_room(room=room, player=player)
    client.force_login(player)

    html = client.get(address).content.decode()

    assert "<strong>Come</strong> &lt;i&gt;" in html
    assert "<i>in</i>" not in html


def test_entering_leads_into_the_room(client, room):
    client.force_login(PlayerFactory())

    response = client.post("/rooms/hall/enter/", follow=True)

    html = response.content.decode()
    assert response.redirect_chain == [("/rooms/hall/", 302)]
    assert f'data-room="{room.channel.uuid}"' in html
    assert 'action="/rooms/hall/leave/"' in html


def test_by_a_look_nobody_enters_or_leaves(client, member):
    assert [client.get(f"/rooms/hall/{verb}/").status_code for verb in ("enter", "leave")] == [405, 405]


@pytest.mark.parametrize(
    ("fields", "factory", "notice"),
    [
        ({"closed_at": timezone.now()}, PlayerFactory, "Hall is closed. Choose another room."),
        (
            {"settings__allow_anonymous": False},
            GuestFactory,
            "Hall is not open to guests. Make an account to enter.",
        ),
    ],
)
def test_who_is_not_let_in_learns_why_and_what_to_do(client, fields, factory, notice):
    RoomFactory(name="Hall", slug="hall", **fields)
    client.force_login(factory())

    response = client.post("/rooms/hall/enter/")

    assert (response.url, notices(response)) == ("/rooms/", [notice])


def test_a_full_room_leads_to_its_door_where_one_can_wait(client):
    RoomFactory(name="Hall", slug="hall", max_players=0)
    client.force_login(PlayerFactory())

    response = client.post("/rooms/hall/enter/")

    assert response.url == "/rooms/hall/"
    assert notices(response) == ["Hall is full (0 people). Try again later or choose another."]


@pytest.mark.parametrize("path", ["", "people/", "messages/older/"])
def test_rooms_that_are_unknown_closed_or_not_for_guests_are_not_found(client, path):
    RoomFactory(slug="members", settings__allow_anonymous=False)
    close_room(room=RoomFactory(slug="closed"), now=timezone.now())
    client.force_login(GuestFactory())

    answers = [client.get(f"/rooms/{slug}/{path}").status_code for slug in ("nowhere", "members", "closed")]

    assert answers == [404, 404, 404]


def test_leaving_leads_back_to_the_lobby_and_leaving_again_says_nothing(client, member, room):
    first, second = (client.post("/rooms/hall/leave/", follow=True) for _ in range(2))

    assert first.redirect_chain == second.redirect_chain == [("/rooms/", 302)]
    said = ["You have left Hall." in response.content.decode() for response in (first, second)]
    assert said == [True, False]
    assert Room.objects.get().current_players == 0


def test_the_room_shows_stream_people_characters_and_session(client, member, room):
    RoomNpcFactory(room=room, npc__name="Vega")
    RoomNpcFactory(room=room, npc__name="Silent", role="observer")
    post_message(channel=room.channel, player=member, text="Hello **all**")

    html = client.get("/rooms/hall/").content.decode()

    assert "<p>Hello <strong>all</strong></p>" in html
    assert 'data-mention="Vega"' in html
    assert 'data-mention="Silent"' not in html
    assert 'id="session"' in html
    assert 'data-people-url="/rooms/hall/people/"' in html


def test_those_who_are_there_stand_first_in_the_list_of_people(client, member, room):
    enter_room(room=room, player=(bo := PlayerFactory(display_name="Bo")))
    enter_room(room=room, player=PlayerFactory(display_name="<Cy>"))
    note_presence(channels=[room.channel], player=bo, connection=uuid4(), state="hidden", now=timezone.now())

    response = client.get("/rooms/hall/people/")

    shown = [(entry.player.name, state) for entry, state in response.context["people"]]
    assert shown == [("Bo", "idle"), ("Ada", ""), ("<Cy>", "")]
    assert 'id="people-count" hx-swap-oob="true">1 here' in response.content.decode()
    assert "&lt;Cy&gt;" in response.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_a_room_costs_the_same_however_much_goes_on(client, member, room, django_assert_num_queries, count):
    for number in range(count):
        place = RoomNpcFactory(room=room)
        enter_room(room=room, player=(player := PlayerFactory()))
        note_presence(
            channels=[room.channel], player=player, connection=uuid4(), state="active", now=timezone.now()
        )
        post_message(channel=room.channel, player=player, text=f"hello {number}")
        post_message(channel=room.channel, npc=place.npc, text="hello")

    with django_assert_num_queries(23):
        html = client.get("/rooms/hall/").content.decode()

    assert html.count('data-slot="character" hidden') == count + 1
    assert html.count("data-mention=") == count


def test_a_message_by_form_is_posted_and_leads_back(client, member, room):
    response = client.post("/rooms/hall/messages/", {"text": "Hello"})

    assert (response.status_code, response.url) == (302, "/rooms/hall/")
    assert (Message.objects.get().text, Message.objects.get().player) == ("Hello", member)


def test_a_script_gets_the_number_and_may_repeat_itself(client, member, room):
    data, accept = {"text": "Hello", "cid": str(uuid4())}, {"accept": "application/json"}

    first, second = (client.post("/rooms/hall/messages/", data, headers=accept) for _ in range(2))

    message = Message.objects.get()
    assert first.json() == second.json() == {"seq": message.seq, "uuid": str(message.uuid)}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"text": "  "}, "Write something first."),
        ({}, "Write something first."),
        ({"text": "<b>" + "x" * 4000}, "A message has at most 4000 characters."),
        ({"text": "hello", "cid": "7"}, "This message can&#x27;t be read."),
        ({"text": "a\x00b"}, "This message can&#x27;t be read."),
    ],
)
def test_a_message_that_is_refused_stays_in_the_box(client, member, data, reason):
    response = client.post("/rooms/hall/messages/", data)

    html = response.content.decode()
    assert (response.status_code, reason in html) == (422, True)
    assert data.get("text", "").replace("<b>", "&lt;b&gt;") + "</textarea>" in html
    assert not Message.objects.exists()


def test_a_script_is_refused_in_json(client, member):
    response = client.post("/rooms/hall/messages/", {"text": ""}, headers={"accept": "application/json"})

    assert (response.status_code, response.json()) == (
        409,
        {"detail": "Write something first.", "code": "invalid"},
    )


def test_strangers_do_not_write(client, room):
    client.force_login(GameMasterFactory())

    response = client.post("/rooms/hall/messages/", {"text": "Hello"})

    assert (response.status_code, Message.objects.exists()) == (404, False)


def test_older_messages_come_fifty_at_a_time(client, member, room):
    begin = timezone.now() - timedelta(hours=1)
    for number in range(120):
        with time_machine.travel(begin + timedelta(seconds=2 * number), tick=False):
            post_message(channel=room.channel, player=member, text=f"line {number}")

    page = client.get("/rooms/hall/")
    shown = page.context["messages_shown"]
    older = client.get(page.context["rows_url"], {"before": shown[0].seq})
    oldest = client.get(older.context["rows_url"], {"before": older.context["messages_shown"][0].seq})

    texts = [message.text for page in (oldest, older) for message in page.context["messages_shown"]]
    assert texts + [message.text for message in shown] == [f"line {number}" for number in range(120)]
    assert [page.context["window"].has_older for page in (older, oldest)] == [True, False]


def test_a_room_with_few_messages_offers_no_older_ones(client, member, room):
    post_message(channel=room.channel, player=member, text="hello")

    assert client.get("/rooms/hall/").context["window"].has_older is False


@pytest.mark.parametrize("before", ["", "x", "-1", "²", "9" * 30])
def test_older_than_nothing_is_nothing(client, member, room, before):
    post_message(channel=room.channel, player=member, text="hello")

    response = client.get("/rooms/hall/messages/older/", {"before": before})

    assert (response.status_code, response.context["messages_shown"]) == (200, [])


def test_hostile_words_stay_words(client, member, room):
    Room.objects.update(name="<img src=x onerror=alert(1)>")
    RoomNpcFactory(room=room, npc__name='"><script>alert(2)</script>', npc__slug="vega")
    post_message(
        channel=room.channel, player=member, text="<script>alert(3)</script> [x](javascript:alert(4))"
    )

    html = client.get("/rooms/hall/").content.decode()

    assert [bad for bad in ("<img src=x", "<script>alert", 'href="javascript:') if bad in html] == []
