"""Finding a room: the query, the page and what guests see of it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from messaging.models import Message
from rooms.actions.rooms import close_room, enter_room
from rooms.models import Room, Tag
from rooms.queries.facets import facets
from rooms.queries.life import lives
from rooms.queries.rooms import Filters, lobby, rooms_of
from tests.factories.learning import TopicFactory
from tests.factories.npcs import NpcCategoryFactory
from tests.factories.players import GameMasterFactory, GuestFactory, PlayerFactory
from tests.factories.relationships import RelationshipFactory
from tests.factories.rooms import RoomFactory, RoomNpcFactory
from tests.presence import note_presence

pytestmark = pytest.mark.django_db
NOW = timezone.now()
LOBBY = "/rooms/"


def room(name, *, tags=(), hours_ago=0, **fields):
    made = RoomFactory(name=name, **fields)
    made.tags.set([Tag.objects.get_or_create(name=tag)[0] for tag in tags])
    Room.objects.filter(pk=made.pk).update(last_activity_at=NOW - timedelta(hours=hours_ago))
    return made


def names(page):
    return [card.room.name for card in page.cards]


def found(player=None, after="", **filters):
    return names(lobby(player or PlayerFactory(), Filters(**filters), after=after))


def crowd(count):
    """Rooms with everything that a card shows."""
    for number in range(count):
        made = room(f"Hall {number}", tags=[f"tag-{number}", "all"])
        RoomNpcFactory(room=made)
        enter_room(room=made, player=PlayerFactory())
        made.sessions.create(topic=TopicFactory(), phase_started_at=NOW)


def test_featured_rooms_come_first_then_the_liveliest():
    room("Quiet", hours_ago=9)
    room("Lively", hours_ago=1)
    room("Featured and quiet", hours_ago=8, is_featured=True)
    room("Featured", hours_ago=2, is_featured=True)

    assert found() == ["Featured", "Featured and quiet", "Lively", "Quiet"]


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("moon", ["Moon hall"]),
        ("TIDES", ["Moon hall"]),
        ("tides  moon", ["Moon hall"]),
        ("deep space", ["Stars"]),
        ("moon stars", []),
        ("100%", []),
        ("_", []),
        ("'; drop table rooms_room; --", []),
        ("\x00", ["Stars", "Moon hall"]),
        ("  ", ["Stars", "Moon hall"]),
        ("", ["Stars", "Moon hall"]),
    ],
)
def test_every_word_of_the_search_is_in_name_description_or_tags(search, expected):
    room("Moon hall", description="Ebb, flow and tides.", hours_ago=2)
    room("Stars", tags=["deep-space"], hours_ago=1)

    assert found(search=search) == expected


def test_filters_narrow_together():
    shelf = NpcCategoryFactory(name="sky")
    room("Match", category=shelf, difficulty="expert", tags=["a", "b"])
    room("Other level", category=shelf, tags=["a"])
    room("Other shelf", difficulty="expert", tags=["a"])
    room("Other tag", category=shelf, difficulty="expert", tags=["b"])

    assert found(category="sky", difficulty="expert", tag="a") == ["Match"]


def test_closed_rooms_are_not_listed():
    close_room(room=room("Closed"), now=NOW)

    assert found() == []


def test_guests_see_the_rooms_that_admit_guests():
    room("For all")
    room("For members", settings__allow_anonymous=False)

    assert found(GuestFactory()) == ["For all"]
    assert sorted(found(PlayerFactory())) == ["For all", "For members"]


def test_without_a_role_nobody_sees_anything():
    room("For all")
    player = PlayerFactory()
    player.groups.clear()

    assert found(type(player).objects.get(pk=player.pk)) == []


def test_pages_follow_each_other_without_gap_or_double():
    player = PlayerFactory()
    for number in range(7):
        room(f"Room {number}", hours_ago=number // 2, is_featured=number % 3 == 0)

    seen, after = [], ""
    while not seen or after:
        page = lobby(player, Filters(), after=after, limit=2)
        seen, after = seen + names(page), page.older

    assert seen == names(lobby(player, Filters()))
    assert len(set(seen)) == 7


def test_a_room_that_becomes_lively_meanwhile_does_not_begin_the_list_anew():
    player = PlayerFactory()
    for number in range(4):
        room(f"Room {number}", hours_ago=number)
    first = lobby(player, Filters(), limit=2)

    Room.objects.filter(name="Room 1").update(last_activity_at=NOW + timedelta(hours=1))

    assert names(lobby(player, Filters(), after=first.older, limit=2)) == ["Room 2", "Room 3"]


@pytest.mark.parametrize(
    "after", ["x", "2-1-1", "1-1", "-1-1-1", "1-²-1", f"1-{'9' * 17}-{'9' * 18}", "\x00"]
)
def test_a_key_that_nobody_gave_out_is_harmless(after):
    room("Hall")

    assert found(after=after) == ["Hall"]


def test_a_card_shows_who_is_there_and_what_goes_on():
    player, made = PlayerFactory(), room("Hall")
    npc = RoomNpcFactory(room=made).npc
    RoomNpcFactory(room=made, is_active=False)
    for somebody in (player, PlayerFactory()):
        enter_room(room=made, player=somebody)
    note_presence(
        channels=[made.channel], player=player, connection=uuid4(), state="active", now=timezone.now()
    )
    made.sessions.create(topic=TopicFactory(), phase_started_at=NOW)

    (card,) = lobby(player, Filters()).cards

    assert (card.people_present, card.room.current_players, card.characters) == (1, 2, [npc])
    assert (card.is_playing, card.is_mine) == (True, True)


def test_rooms_of_a_player_are_those_he_is_in():
    player, mine = PlayerFactory(), room("Mine")
    room("Other")
    enter_room(room=mine, player=player)

    assert list(rooms_of(player)) == [mine]


@pytest.mark.parametrize("count", [1, 3])
def test_the_lobby_costs_the_same_however_many_rooms(client, django_assert_num_queries, count):
    crowd(count)
    for made in Room.objects.select_related("channel"):
        is_there(PlayerFactory(), made)
    client.force_login(PlayerFactory())

    # What the page needs and who asks; rooms, characters, tags, presence, sessions, memberships; faces with
    # what may be seen of them, the messages by hour; five for the facets; categories.
    with django_assert_num_queries(27):
        page = client.get(LOBBY)

    assert page.content.decode().count("Quiz running") == count
    assert len(page.context["page"].cards) == count


def test_the_filters_are_a_form_that_needs_no_script(client):
    NpcCategoryFactory(name="sky", display_name="Sky")
    client.force_login(PlayerFactory())

    html = client.get(LOBBY, {"search": '"><b>', "category": "sky", "difficulty": "expert"}).content.decode()

    assert f'<form class="filters" role="search" method="get" action="{LOBBY}"' in html
    assert 'value="&quot;&gt;&lt;b&gt;"' in html
    assert '<option value="sky" selected>Sky</option>' in html
    assert '<option value="expert" selected>Expert</option>' in html


def test_a_changed_filter_brings_the_cards_alone(client):
    room("Hall")
    client.force_login(PlayerFactory())

    page = client.get(LOBBY, headers={"HX-Request": "true", "HX-Target": "rooms"})
    restored = client.get(LOBBY, headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})

    assert page.content.decode().lstrip().startswith('<section class="stack" id="rooms"')
    assert "<!doctype html>" in restored.content.decode()
    assert "HX-Target" in page.headers["Vary"]


def test_the_next_page_keeps_the_filters(client):
    for number in range(25):
        room(f"Room {number}", tags=["a"])
    client.force_login(PlayerFactory())

    first = client.get(LOBBY, {"tag": "a", "search": "room"})
    second = client.get(LOBBY + first.context["next_url"])

    assert (len(first.context["page"].cards), names(second.context["page"])) == (24, ["Room 0"])
    assert second.context["first_url"] == "?search=room&tag=a"
    assert second.context["next_url"] == ""


@pytest.mark.parametrize(
    ("factory", "query", "line"),
    [
        (PlayerFactory, "", "As soon as somebody opens one"),
        (GameMasterFactory, "", "Open the first one"),
        (PlayerFactory, "?tag=none", "take a filter away"),
    ],
)
def test_an_empty_lobby_says_what_to_do(client, factory, query, line):
    client.force_login(factory())

    assert line in client.get(LOBBY + query).content.decode()


def test_hostile_names_stay_text(client):
    room("<script>alert(1)</script>", description='"><img src=x onerror=alert(1)>')
    RoomNpcFactory(room=Room.objects.get(), npc__name="<i>Vega</i>", npc__slug="vega")
    client.force_login(PlayerFactory())

    html = client.get(LOBBY).content.decode()

    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert "<i>Vega" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_strangers_are_sent_to_the_door(client):
    assert client.get(LOBBY).url == f"{reverse('account_login')}?next={LOBBY}"


def choices(player=None, **filters):
    """What the facets offer, by label of the facet."""
    found = facets(player or PlayerFactory(), Filters(**filters))
    return {facet.label: {choice.label: choice.count for choice in facet.choices} for facet in found}


def test_each_facet_counts_under_the_choices_of_the_others():
    sky, sea = (
        NpcCategoryFactory(name="sky", display_name="Sky"),
        NpcCategoryFactory(name="sea", display_name="Sea"),
    )
    room("One", category=sky, difficulty="expert", tags=["a"], room_type="training")
    room("Two", category=sky, difficulty="beginner", is_featured=True, tags=["a", "b"])
    room("Three", category=sea, difficulty="expert", max_players=2, current_players=2)

    assert choices()["Category"] == {"Sky": 2, "Sea": 1}
    assert choices(category="sky")["Category"] == {"Sky": 2, "Sea": 1}
    assert choices(category="sky")["Level"] == {"Beginner": 1, "Expert": 1}
    assert choices(category="sky")["Tag"] == {"#a": 2, "#b": 1}
    assert choices()["Kind"] == {"General": 2, "Training": 1}
    assert choices()["Only rooms"] == {"with free places": 2, "that are featured": 1}


def test_facets_do_not_count_what_the_player_does_not_know_of():
    room("Hidden", visibility="private", category=NpcCategoryFactory(display_name="Sky"))

    assert choices() == {}


def test_rooms_are_found_by_kind_free_places_featured_and_own():
    player = PlayerFactory()
    mine = room("Mine", room_type="training")
    room("Full", max_players=2, current_players=2, is_featured=True)
    enter_room(room=mine, player=player)

    assert (found(player, mine=True), found(player, room_type="training")) == (["Mine"], ["Mine"])
    assert (found(player, free=True), found(player, featured=True)) == (["Mine"], ["Full"])


def test_a_chosen_facet_leads_back(client):
    room("Hall", difficulty="expert")
    client.force_login(PlayerFactory())

    html = client.get(LOBBY, {"difficulty": "expert", "free": "on"}).content.decode()

    assert 'href="?free=True" aria-current="true">Expert' in html
    assert '<input type="checkbox" name="free" checked>' in html


def is_there(player, made):
    note_presence(
        channels=[made.channel], player=player, connection=uuid4(), state="active", now=timezone.now()
    )


def faces(viewer):
    page = lobby(viewer, Filters())
    return [[face.name for face in life.faces] for _, life in lives(page.cards, viewer)]


def test_who_is_there_is_shown_in_ones_own_rooms_and_to_friends():
    made, inside = room("Hall"), PlayerFactory(display_name="Ada")
    viewer, friend = PlayerFactory(), PlayerFactory()
    for one, other in ((friend, inside), (inside, friend)):
        RelationshipFactory(player=one, other=other, kind="friend")
    enter_room(room=made, player=viewer)
    is_there(inside, made)

    assert (faces(viewer), faces(friend), faces(PlayerFactory())) == ([["Ada"]], [["Ada"]], [[]])


def test_whom_a_block_hides_is_not_there():
    made, inside, viewer = room("Hall"), PlayerFactory(), PlayerFactory()
    enter_room(room=made, player=viewer)
    is_there(inside, made)
    RelationshipFactory(player=inside, other=viewer, kind="blocked")

    assert faces(viewer) == [[]]


def test_the_line_shows_the_messages_of_the_last_day_without_whispers():
    made, player = room("Hall"), PlayerFactory()
    for hours, whisper in ((0, None), (0, None), (3, None), (30, None), (1, player)):
        post = Message.objects.create(
            channel=made.channel, player=player, seq=Message.objects.count() + 1, text="x", whisper_to=whisper
        )
        Message.objects.filter(pk=post.pk).update(sent_at=timezone.now() - timedelta(hours=hours))

    ((_, life),) = lives(lobby(player, Filters()).cards, player)

    assert life.messages == 3
    assert [bar.height for bar in life.bars][-4:] == [2, 1, 1, 4]
    assert len(life.bars) == 24


def test_the_line_says_its_number_to_those_who_do_not_see_it(client):
    room("Hall")
    client.force_login(PlayerFactory())

    assert 'aria-label="0 messages in the last day"' in client.get(LOBBY).content.decode()
