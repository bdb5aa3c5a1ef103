"""Invitations and requests in the console: to look up."""

import pytest
from django.urls import reverse

from rooms.models import Room
from tests.factories.entry import InvitationFactory, JoinRequestFactory
from tests.factories.players import GameMasterFactory
from tests.factories.rooms import RoomFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def console(client):
    client.force_login(GameMasterFactory())
    return client


@pytest.mark.parametrize("factory", [InvitationFactory, JoinRequestFactory])
def test_the_lists_can_be_read_and_not_changed(console, factory):
    row = factory(room__name="Observatory")
    name = row._meta.model_name

    listed = console.get(reverse(f"admin:rooms_{name}_changelist"))
    shown = console.get(reverse(f"admin:rooms_{name}_change", args=[row.pk]))
    changed = console.post(reverse(f"admin:rooms_{name}_change", args=[row.pk]), {})

    assert "Observatory" in listed.content.decode()
    assert (shown.status_code, changed.status_code) == (200, 403)


def test_rooms_are_featured_but_never_a_private_one(console):
    rooms = [RoomFactory(), RoomFactory(visibility="private")]
    picked = {"_selected_action": [room.pk for room in rooms]}
    address = reverse("admin:rooms_room_changelist")

    console.post(address, {"action": "feature_rooms", **picked})
    featured = list(Room.objects.filter(is_featured=True))
    console.post(address, {"action": "unfeature_rooms", **picked})

    assert (featured, Room.objects.filter(is_featured=True).exists()) == ([rooms[0]], False)
