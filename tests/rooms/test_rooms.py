import pytest
from django.utils import timezone

from messaging.models import ChannelEvent, ChannelMember
from rooms.actions.places import add_npc
from rooms.actions.rooms import (
    MAX_TAGS,
    GuestsNotAllowed,
    RoomClosed,
    RoomFull,
    close_room,
    enter_room,
    leave_room,
    open_room,
    recount_places,
    reopen_room,
)
from rooms.models import GameSession, Room, RoomNpc
from tests.factories.learning import TopicFactory
from tests.factories.npcs import NpcFactory
from tests.factories.players import GameMasterFactory, GuestFactory, PlayerFactory
from tests.factories.rooms import RoomFactory
from tests.races import at_once

pytestmark = pytest.mark.django_db


def members(room) -> list[tuple[str, str]]:
    rows = ChannelMember.objects.filter(channel=room.channel_id).order_by("joined_at", "pk")
    return list(rows.values_list("player__username", "role"))


def places(room) -> int:
    return Room.objects.get(pk=room.pk).current_players


def events(room) -> list[str]:
    return list(
        ChannelEvent.objects.filter(channel=room.channel_id).order_by("seq").values_list("type", flat=True)
    )


def test_the_owner_is_the_first_member():
    owner = GameMasterFactory(username="ada")

    room = open_room(owner=owner, name="Star gazers", settings={"room_rules": "Be kind."})

    assert members(room) == [("ada", "owner")]
    assert (places(room), room.settings.room_rules) == (1, "Be kind.")


def test_a_room_without_an_owner_is_empty():
    room = open_room(owner=None, name="Hall")

    assert (members(room), places(room), room.owner) == ([], 0, None)


@pytest.mark.parametrize(
    ("name", "slug"), [("Star gazers", "star-gazers"), ("New", "new-2"), ("星", "room"), ("--_", "room")]
)
def test_the_address_comes_from_the_name(name, slug):
    assert open_room(owner=None, name=name).slug == slug


def test_rooms_of_the_same_name_have_their_own_addresses():
    slugs = [open_room(owner=None, name="Hall").slug for _ in range(3)]

    assert slugs == ["hall", "hall-2", "hall-3"]


def test_tags_are_cleaned_and_not_doubled():
    open_room(owner=None, name="Before", tags=["sky"])

    room = open_room(owner=None, name="Hall", tags=["Sky", " sky ", "Deep Space", "!!"])

    assert sorted(tag.name for tag in room.tags.all()) == ["deep-space", "sky"]


def test_a_room_has_at_most_eight_tags():
    room = open_room(owner=None, name="Hall", tags=[f"t{n}" for n in range(20)])

    assert room.tags.count() == MAX_TAGS == 8


def test_entering_twice_is_entering_once():
    room, player = RoomFactory(), PlayerFactory(username="ada")

    first = enter_room(room=room, player=player)
    second = enter_room(room=room, player=player)

    assert first == second
    assert (members(room), places(room)) == ([("ada", "member")], 1)
    assert events(room) == ["member.joined"]


def test_a_full_room_lets_nobody_in_but_keeps_its_members():
    room, inside = RoomFactory(max_players=2), PlayerFactory.create_batch(2)
    for player in inside:
        enter_room(room=room, player=player)

    with pytest.raises(RoomFull, match=r"full \(2 people\)"):
        enter_room(room=room, player=PlayerFactory())

    assert enter_room(room=room, player=inside[0]).player == inside[0]
    assert places(room) == 2


def test_a_closed_room_lets_nobody_in():
    room = RoomFactory(closed_at=timezone.now())

    with pytest.raises(RoomClosed):
        enter_room(room=room, player=PlayerFactory())

    assert (members(room), places(room)) == ([], 0)


def test_guests_enter_where_the_room_admits_them():
    shut, unlocked = RoomFactory(settings__allow_anonymous=False), RoomFactory()
    guest = GuestFactory(username="visitor")

    enter_room(room=unlocked, player=guest)
    with pytest.raises(GuestsNotAllowed, match="Make an account"):
        enter_room(room=shut, player=guest)

    assert (members(unlocked), members(shut)) == ([("visitor", "member")], [])


@pytest.mark.django_db(transaction=True)
def test_the_last_place_goes_to_exactly_one_of_eight():
    room = RoomFactory(max_players=2)
    enter_room(room=room, player=PlayerFactory())
    racers = PlayerFactory.create_batch(8)

    outcomes = at_once(*(lambda player=player: enter_room(room=room, player=player) for player in racers))

    assert (len(outcomes), outcomes.count(RoomFull)) == (8, 7)
    assert places(room) == len(members(room)) == 2


@pytest.mark.django_db(transaction=True)
def test_eight_tabs_of_one_player_take_one_place():
    room, player = RoomFactory(max_players=2), PlayerFactory()

    outcomes = at_once(*[lambda: enter_room(room=room, player=player)] * 8)

    assert {type(outcome) for outcome in outcomes} == {ChannelMember}
    assert places(room) == len(members(room)) == 1


def test_leaving_gives_the_place_back_once():
    room, player = RoomFactory(), PlayerFactory()
    enter_room(room=room, player=PlayerFactory(username="stays"))
    enter_room(room=room, player=player)

    answers = [leave_room(room=room, player=player) for _ in range(2)]

    assert answers == [True, False]
    assert (members(room), places(room)) == ([("stays", "member")], 1)


def test_who_was_never_inside_cannot_leave():
    room = RoomFactory()
    enter_room(room=room, player=PlayerFactory())

    assert leave_room(room=room, player=PlayerFactory()) is False
    assert places(room) == 1


def room_of(owner: str, *others):
    room = open_room(owner=GameMasterFactory(username=owner), name="Hall")
    for player in others:
        enter_room(room=room, player=player)
    return room


def test_the_oldest_member_follows_a_leaving_owner():
    room = room_of("ada", GuestFactory(), PlayerFactory(username="bo"), PlayerFactory(username="cy"))

    leave_room(room=room, player=room.owner)

    assert Room.objects.get().owner.username == "bo"
    assert [name for name, role in members(room) if role == "owner"] == ["bo"]
    assert events(room)[-1] == "room.owner"


def test_a_moderator_follows_before_older_members():
    room = room_of("ada", PlayerFactory(username="bo"), PlayerFactory(username="cy"))
    ChannelMember.objects.filter(player__username="cy").update(role="moderator")

    leave_room(room=room, player=room.owner)

    assert Room.objects.get().owner.username == "cy"


def test_a_room_may_be_left_without_an_owner():
    room = room_of("ada", GuestFactory(username="visitor"))

    leave_room(room=room, player=room.owner)

    assert Room.objects.get().owner is None
    assert members(room) == [("visitor", "member")]


def test_a_room_is_closed_once_and_opened_again():
    room = RoomFactory()

    answers = [close_room(room=room, now=timezone.now()) for _ in range(2)]
    reopened = [reopen_room(room=room) for _ in range(2)]

    assert (answers, reopened) == ([True, False], [True, False])
    assert events(room) == ["room.archived", "room.restored"]
    assert Room.objects.get().closed_at is None


def test_closing_a_room_ends_its_session():
    room, now = RoomFactory(), timezone.now()
    GameSession.objects.create(room=room, topic=TopicFactory(), phase_started_at=now)

    close_room(room=room, now=now)

    assert GameSession.objects.get().phase == GameSession.Phase.CANCELLED
    assert GameSession.objects.get().ended_at == now


def test_a_character_comes_once_and_comes_back():
    room, npc, player = RoomFactory(), NpcFactory(), GameMasterFactory()
    add_npc(room=room, npc=npc, player=player)
    RoomNpc.objects.update(is_active=False)

    place = add_npc(room=room, npc=npc, player=None, role=RoomNpc.Role.OBSERVER)

    assert RoomNpc.objects.get() == place
    assert (place.is_active, place.role, place.added_by) == (True, "observer", player)
    assert events(room) == ["npc.added", "npc.added"]


def test_places_of_deleted_players_become_free():
    room, guest = RoomFactory(), GuestFactory()
    enter_room(room=room, player=guest)
    enter_room(room=room, player=PlayerFactory())
    guest.delete()

    counts = [recount_places(), recount_places()]

    assert (counts, places(room)) == ([1, 0], 1)
