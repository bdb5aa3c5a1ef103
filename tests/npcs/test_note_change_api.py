"""A file of a character described and set aside by the JSON interface."""

import json

import pytest

from tests.factories.npcs import KnowledgeFileFactory
from tests.factories.players import GameMasterFactory, PlayerFactory

pytestmark = pytest.mark.django_db


def patch(client, file, **data):
    address = f"/api/v1/characters/{file.npc.slug}/notes/{file.uuid}"
    return client.patch(address, json.dumps(data), content_type="application/json")


def test_a_file_is_described_and_set_aside(client):
    file = KnowledgeFileFactory(npc__slug="vega", description="Old")
    client.force_login(GameMasterFactory())

    aside = patch(client, file, is_active=False).json()
    told = patch(client, file, description="Of comets").json()

    assert (aside["is_active"], aside["description"]) == (False, "Old")
    assert (told["is_active"], told["description"]) == (False, "Of comets")


def test_a_file_of_another_character_is_not_there(client):
    file, other = KnowledgeFileFactory(npc__slug="vega"), KnowledgeFileFactory(npc__slug="deneb")
    client.force_login(GameMasterFactory())
    other.npc.slug = file.npc.slug

    assert patch(client, other, is_active=False).status_code == 404


def test_players_change_no_files(client):
    file = KnowledgeFileFactory(npc__slug="vega")
    client.force_login(PlayerFactory())

    assert patch(client, file, is_active=False).status_code == 403
