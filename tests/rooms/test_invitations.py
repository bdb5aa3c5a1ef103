"""Into a room by a link or by name."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from messaging.models import ChannelMember, Notification
from rooms.actions.invitations import (
    INVITATIONS_A_DAY,
    InvitationGone,
    InvitationRefused,
    decline_invitation,
    enter_by_link,
    invite,
    make_link,
    revoke_invitation,
)
from rooms.actions.rooms import RoomFull, enter_room, open_room
from rooms.models import Room, RoomInvitation
from rooms.queries.entry import my_invitations
from tests.factories.players import GameMasterFactory, GuestFactory, PlayerFactory
from tests.factories.relationships import RelationshipFactory
from tests.factories.rooms import RoomFactory
from tests.races import at_once
from tests.rooms.halls import queries_of

pytestmark = pytest.mark.django_db


def now():
    return timezone.now()


@pytest.fixture
def owner():
    """Somebody who owns a room without being staff."""
    return PlayerFactory(display_name="Ada")


@pytest.fixture
def cave(owner):
    return open_room(owner=owner, name="Cave", visibility="private")


def secret_of(room, by, **fields):
    return make_link(room=room, by=by, now=now(), **fields).secret


def is_in(room, player):
    return ChannelMember.objects.filter(channel=room.channel_id, player=player).exists()


def test_a_link_opens_a_private_room(cave, owner):
    player = PlayerFactory()

    enter_by_link(secret=secret_of(cave, owner), player=player, now=now())

    assert is_in(cave, player)
    assert RoomInvitation.objects.get().uses == 1


def test_the_secret_is_not_stored(cave, owner):
    secret = secret_of(cave, owner)

    row = RoomInvitation.objects.values().get()

    assert secret not in str(row)
    assert len(row["token_hash"]) == 64


def test_who_is_in_already_uses_nothing_up(cave, owner):
    secret, player = secret_of(cave, owner, max_uses=1), PlayerFactory()

    for _ in range(2):
        enter_by_link(secret=secret, player=player, now=now())

    assert RoomInvitation.objects.get().uses == 1


def test_a_full_room_uses_nothing_up(owner):
    room = open_room(owner=owner, name="Cave", max_players=2)
    enter_room(room=room, player=PlayerFactory())
    secret = secret_of(room, owner, max_uses=1)

    with pytest.raises(RoomFull):
        enter_by_link(secret=secret, player=PlayerFactory(), now=now())

    assert RoomInvitation.objects.get().uses == 0


@pytest.mark.parametrize("spoil", ["used", "expired", "revoked", "wrong"])
def test_a_link_that_is_over_opens_nothing(cave, owner, spoil):
    made = make_link(room=cave, by=owner, now=now(), max_uses=1, expires_at=now() + timedelta(days=1))
    secret, at = made.secret, now()
    if spoil == "used":
        enter_by_link(secret=secret, player=PlayerFactory(), now=now())
    if spoil == "expired":
        at += timedelta(days=2)
    if spoil == "revoked":
        revoke_invitation(invitation=made.invitation, by=owner, now=now())
    if spoil == "wrong":
        secret += "x"

    with pytest.raises(InvitationGone):
        enter_by_link(secret=secret, player=PlayerFactory(), now=at)


def test_a_link_stands_for_the_approval_but_not_for_an_account(owner):
    room = open_room(owner=owner, name="Cave", settings={"require_approval": True, "allow_anonymous": False})
    secret = secret_of(room, owner)

    enter_by_link(secret=secret, player=PlayerFactory(), now=now())
    with pytest.raises(Exception, match="not open to guests"):
        enter_by_link(secret=secret, player=GuestFactory(), now=now())

    assert Room.objects.get().current_players == 2


def test_only_who_manages_the_room_makes_links(owner):
    room, member = open_room(owner=owner, name="Hall"), PlayerFactory()
    enter_room(room=room, player=member)

    with pytest.raises(InvitationRefused):
        secret_of(room, member)


@pytest.mark.django_db(transaction=True)
def test_the_last_use_of_a_link_goes_to_exactly_one_of_eight(cave, owner):
    secret, players = secret_of(cave, owner, max_uses=1), PlayerFactory.create_batch(8)

    results = at_once(*(partial(enter_by_link, secret=secret, player=one, now=now()) for one in players))

    assert results.count(InvitationGone) == 7
    assert (RoomInvitation.objects.get().uses, Room.objects.get().current_players) == (1, 2)


def friends(one, other):
    RelationshipFactory(player=one, other=other, kind="friend")
    RelationshipFactory(player=other, other=one, kind="friend")


def told(player):
    return list(Notification.objects.filter(recipient=player).values_list("title", flat=True))


def test_a_friend_is_invited_and_told(cave, owner):
    friend = PlayerFactory()
    friends(owner, friend)

    invite(room=cave, by=owner, player=friend, now=now(), note="Come!")

    assert told(friend) == ["Ada invites you to Cave"]
    assert [row.note for row in my_invitations(friend)] == ["Come!"]


def test_inviting_again_tells_nobody_again(cave, owner):
    friend = PlayerFactory()
    friends(owner, friend)
    for _ in range(2):
        invite(room=cave, by=owner, player=friend, now=now())

    assert (RoomInvitation.objects.count(), len(told(friend))) == (1, 1)


def test_people_with_a_room_in_common_invite_each_other(cave, owner):
    other = PlayerFactory()
    shared = RoomFactory()
    for player in (owner, other):
        enter_room(room=shared, player=player)

    invite(room=cave, by=owner, player=other, now=now())

    assert len(my_invitations(other)) == 1


@pytest.mark.parametrize("who", ["stranger", "guest", "nobody", "self"])
def test_others_can_not_be_invited_and_the_answer_does_not_tell_why(cave, owner, who):
    target = {"stranger": PlayerFactory, "guest": GuestFactory, "nobody": lambda: None, "self": lambda: owner}

    with pytest.raises(InvitationRefused, match="You can invite friends, and people"):
        invite(room=cave, by=owner, player=target[who](), now=now())

    assert not RoomInvitation.objects.exists()


@pytest.mark.parametrize("blocks", ["invited", "inviter"])
def test_across_a_block_an_invitation_vanishes_without_a_word(cave, owner, blocks):
    other, shared = PlayerFactory(), RoomFactory()
    for player in (owner, other):
        enter_room(room=shared, player=player)
    pair = (other, owner) if blocks == "invited" else (owner, other)
    RelationshipFactory(player=pair[0], other=pair[1], kind="blocked")

    invite(room=cave, by=owner, player=other, now=now())

    assert (my_invitations(other), told(other)) == ([], [])


def test_who_is_blocked_does_not_learn_from_an_invitation_who_is_in_a_room(owner):
    hall, other = open_room(owner=owner, name="Hall"), PlayerFactory()
    enter_room(room=hall, player=other)
    RelationshipFactory(player=other, other=owner, kind="blocked")

    invite(room=hall, by=owner, player=other, now=now())

    assert (my_invitations(other), told(other)) == ([], [])


def test_who_is_blocked_takes_no_invitation_of_somebody_else_away(owner):
    hall, shared, friend, other = (
        open_room(owner=owner, name="Hall"),
        RoomFactory(),
        *PlayerFactory.create_batch(2),
    )
    for room, player in ((hall, friend), (shared, owner), (shared, other)):
        enter_room(room=room, player=player)
    friends(friend, other)
    RelationshipFactory(player=other, other=owner, kind="blocked")
    invite(room=hall, by=friend, player=other, now=now())

    invite(room=hall, by=owner, player=other, now=now())

    assert [invitation.invited_by for invitation in my_invitations(other)] == [friend]


@pytest.mark.parametrize("end", ["decline", "revoke"])
def test_an_invitation_ends_behind_the_lock_of_its_room(cave, owner, end):
    player = PlayerFactory()
    invitation = RoomInvitation.objects.create(room=cave, player=player, invited_by=owner)

    with CaptureQueriesContext(connection) as queries:
        if end == "decline":
            decline_invitation(invitation=invitation, player=player, now=now())
        else:
            revoke_invitation(invitation=invitation, by=owner, now=now())

    asked = [query["sql"] for query in queries]
    locked = next(number for number, sql in enumerate(asked) if 'FROM "rooms_room"' in sql)
    ended = next(number for number, sql in enumerate(asked) if 'UPDATE "rooms_roominvitation"' in sql)
    assert locked < ended


def test_young_players_are_invited_by_staff_only(cave, owner):
    child = PlayerFactory()
    child.personal_info.date_of_birth = (now() - timedelta(days=365 * 10)).date()
    child.personal_info.save()
    friends(owner, child)

    with pytest.raises(InvitationRefused):
        invite(room=cave, by=owner, player=child, now=now())
    invite(room=cave, by=GameMasterFactory(), player=child, now=now())

    assert len(my_invitations(child)) == 1


def test_nobody_floods_others_with_invitations(cave, owner):
    friend = PlayerFactory()
    friends(owner, friend)
    for _ in range(INVITATIONS_A_DAY):
        RoomInvitation.objects.create(room=RoomFactory(), player=friend, invited_by=owner)

    with pytest.raises(InvitationRefused, match="tomorrow"):
        invite(room=cave, by=owner, player=friend, now=now())


def test_members_of_a_private_room_do_not_invite(cave, owner):
    member, friend = PlayerFactory(), PlayerFactory()
    friends(member, friend)
    enter_by_link(secret=secret_of(cave, owner), player=member, now=now())

    with pytest.raises(InvitationRefused, match="Ask somebody who manages it"):
        invite(room=cave, by=member, player=friend, now=now())


def test_declining_tells_nobody_and_shuts_the_door(cave, owner):
    friend = PlayerFactory()
    friends(owner, friend)
    invite(room=cave, by=owner, player=friend, now=now())
    invitation = RoomInvitation.objects.get()

    answers = [decline_invitation(invitation=invitation, player=friend, now=now()) for _ in range(2)]

    assert answers == [True, False]
    assert (told(owner), my_invitations(friend)) == ([], [])


class TestPages:
    def test_the_link_is_shown_once(self, client, cave, owner):
        client.force_login(owner)

        page = client.post("/rooms/cave/doors/links/", {"days": "7", "max_uses": "3", "note": "Class"})
        again = client.get("/rooms/cave/doors/").content.decode()

        address = page.context["new_link"]
        invitation = RoomInvitation.objects.get()
        assert address in page.content.decode()
        assert (address not in again, "Class" in again, "0 of 3 used" in again) == (True, True, True)
        assert (invitation.max_uses, round((invitation.expires_at - now()) / timedelta(days=1))) == (3, 7)

    def test_whoever_has_the_link_looks_and_enters(self, client, cave, owner):
        address = f"/invitations/link/{secret_of(cave, owner)}/"
        player = PlayerFactory()
        client.force_login(player)

        look = client.get(address).content.decode()
        before = is_in(cave, player)
        entered = client.post(address)

        assert ("Cave" in look, "Ada" in look, before) == (True, True, False)
        assert (entered.url, is_in(cave, player)) == ("/rooms/cave/", True)

    def test_a_link_that_is_over_says_so(self, client):
        client.force_login(PlayerFactory())

        answer = client.get("/invitations/link/nothing/")

        assert (answer.status_code, "Ask whoever sent it" in answer.content.decode()) == (404, True)

    def test_an_invitation_is_accepted_from_the_list(self, client, cave, owner):
        friend = PlayerFactory()
        friends(owner, friend)
        invite(room=cave, by=owner, player=friend, now=now())
        client.force_login(friend)

        listed = client.get("/invitations/").content.decode()
        client.post(f"/invitations/{RoomInvitation.objects.get().uuid}/accept/")

        assert ("Cave" in listed, is_in(cave, friend)) == (True, True)

    def test_nobody_answers_for_somebody_else(self, client, cave, owner):
        invitation = RoomInvitation.objects.create(room=cave, player=PlayerFactory(), invited_by=owner)
        client.force_login(PlayerFactory())

        answers = [client.post(f"/invitations/{invitation.uuid}/{verb}/") for verb in ("accept", "decline")]

        assert [answer.status_code for answer in answers] == [404, 404]

    def test_a_name_that_can_not_be_invited_comes_back_with_the_reason(self, client, cave, owner):
        client.force_login(owner)

        answer = client.post("/rooms/cave/doors/names/", {"username": "@Nobody"})

        assert answer.status_code == 422
        assert "You can invite friends" in answer.content.decode()

    def test_members_without_a_role_see_their_own_invitations_only(self, client, owner):
        room = open_room(owner=owner, name="Hall")
        member = PlayerFactory()
        enter_room(room=room, player=member)
        mine, other = (PlayerFactory(display_name=name) for name in ("Mine", "Theirs"))
        RoomInvitation.objects.create(room=room, player=mine, invited_by=member)
        RoomInvitation.objects.create(room=room, player=other, invited_by=owner)
        client.force_login(member)

        html = client.get("/rooms/hall/doors/").content.decode()

        assert ("Mine" in html, "Theirs" in html, "Make a link" in html) == (True, False, False)


def test_the_doors_cost_the_same_however_many_wait(client, cave, owner):
    def wait():
        RoomInvitation.objects.create(room=cave, player=PlayerFactory(), invited_by=PlayerFactory())
        cave.join_requests.create(player=PlayerFactory())

    client.force_login(owner)
    wait()
    client.get("/rooms/cave/doors/")
    few = queries_of(client, "/rooms/cave/doors/")
    for _ in range(2):
        wait()

    assert queries_of(client, "/rooms/cave/doors/") == few
