"""Presets and templates of characters by the JSON interface."""

import json

import pytest

from npcs.models import InventoryEntry, KnowledgeFile, Npc
from tests.factories.npcs import (
    InventoryEntryFactory,
    KnowledgeFileFactory,
    KnowledgePresetFactory,
    NpcCategoryFactory,
    NpcFactory,
    SystemPromptPresetFactory,
)
from tests.factories.players import GameMasterFactory, PlayerFactory

pytestmark = pytest.mark.django_db
PROMPTS = "/api/v1/character-presets/prompts"
MINE = "/api/v1/me/templates"
ALL = "/api/v1/character-templates"


@pytest.fixture
def master(client):
    player = GameMasterFactory()
    client.force_login(player)
    return player


def sent(client, method, address, **data):
    return client.generic(method, address, json.dumps(data), content_type="application/json")


def test_the_shelves_are_told_to_everybody(client):
    NpcCategoryFactory(name="sky", display_name="Sky", description="Up there")
    client.force_login(PlayerFactory())

    told = client.get("/api/v1/character-categories").json()

    assert told["categories"] == [{"name": "sky", "title": "Sky", "description": "Up there"}]


def test_a_library_is_searched_and_has_its_texts(client, master):
    SystemPromptPresetFactory(name="Socratic")
    SystemPromptPresetFactory(name="Other", is_active=False)

    told = client.get(PROMPTS, {"search": "socr"}).json()

    assert [(row["name"], row["kind"], row["texts"]) for row in told["presets"]] == [
        ("Socratic", "system_prompt", {"system_prompt": "Ask one question at a time."})
    ]
    assert client.get(PROMPTS, {"cursor": "made-up"}).status_code == 422
    assert client.get("/api/v1/character-presets/nothing").status_code == 422


def test_a_document_of_the_library_is_given(client, master):
    NpcFactory(slug="vega")
    document = KnowledgePresetFactory()

    answer = client.post(f"/api/v1/workshop/vega/documents/{document.pk}")

    assert answer.json() == {"note": str(KnowledgeFile.objects.get(npc__slug="vega").uuid)}
    assert client.post("/api/v1/workshop/vega/documents/999").status_code == 404


def test_a_template_is_kept_changed_used_and_removed(client, master):
    file = KnowledgeFileFactory(npc=NpcFactory(slug="vega"))
    kept = sent(
        client, "POST", "/api/v1/workshop/vega/templates", name="Star teacher", document=str(file.uuid)
    )
    address = f"{MINE}/{kept.json()['uuid']}"

    published = sent(client, "PATCH", address, is_public=True)
    made = sent(client, "POST", f"{ALL}/{kept.json()['uuid']}/use", name="Deneb")
    listed = client.get(ALL).json()["templates"]
    gone = client.delete(address)

    assert (kept.status_code, kept.json()["file"]) == (201, file.file_name)
    assert (published.json()["name"], published.json()["is_public"]) == ("Star teacher", True)
    assert (made.status_code, made.json()) == (201, {"slug": "deneb", "name": "Deneb"})
    assert [row["used"] for row in listed] == [1]
    assert (gone.status_code, InventoryEntry.objects.exists()) == (204, False)
    assert Npc.objects.get(slug="deneb").system_prompt == "You teach astronomy."


def test_templates_of_others_are_there_when_published(client, master):
    hidden, shown = InventoryEntryFactory(), InventoryEntryFactory(is_public=True)

    answers = [
        sent(client, "POST", f"{ALL}/{hidden.uuid}/use", name="A"),
        sent(client, "PATCH", f"{MINE}/{shown.uuid}", name="Mine"),
        client.delete(f"{MINE}/{shown.uuid}"),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert client.get(MINE).json()["templates"] == []
    assert [row["uuid"] for row in client.get(ALL).json()["templates"]] == [str(shown.uuid)]


def test_a_document_of_another_character_does_not_go_along(client, master):
    NpcFactory(slug="vega")
    elsewhere = KnowledgeFileFactory()

    answer = sent(client, "POST", "/api/v1/workshop/vega/templates", name="x", document=str(elsewhere.uuid))

    assert answer.status_code == 404


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("address", "queries"), [(PROMPTS, 3), (MINE, 3), (ALL, 3)])
def test_the_lists_cost_the_same(client, master, django_assert_num_queries, count, address, queries):
    SystemPromptPresetFactory.create_batch(count)
    InventoryEntryFactory.create_batch(count, player=master, is_public=True)
    client.get(address)

    with django_assert_num_queries(queries):
        (rows, _) = client.get(address).json().values()

    assert len(rows) == count
