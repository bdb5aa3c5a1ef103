from uuid import uuid4

import pytest
from django.utils import timezone

from npcs.actions.retirement import retire
from tests.factories.npcs import KnowledgeFileFactory, KnowledgeItemFactory, NpcFactory
from tests.factories.players import GameMasterFactory, PlayerFactory

pytestmark = pytest.mark.django_db


def test_the_directory_is_listed_page_by_page(client):
    NpcFactory(name="Bo", slug="bo")
    al = NpcFactory(name="Al", slug="al", expertise_areas=["comets"], difficulty_level="expert")
    KnowledgeItemFactory(file__npc=al)
    client.force_login(PlayerFactory())

    answer = client.get("/api/v1/characters", {"difficulty": "expert"}).json()

    assert answer == {
        "characters": [
            {
                "slug": "al",
                "name": "Al",
                "tagline": "",
                "category": al.category.name,
                "difficulty": "expert",
                "expertise": ["comets"],
                "is_featured": False,
                "passages": 1,
                "rating": None,
                "ratings": 0,
                "learning_gain": None,
                "url": "/characters/al/",
            }
        ],
        "after": "",
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"expertise": "comets"}, ["Al"]),
        ({"featured": "true"}, ["Bo"]),
        ({"order": "popular"}, ["Al", "Bo"]),
        ({"rating": "4"}, []),
    ],
)
def test_the_directory_is_asked_like_its_page(client, query, found):
    NpcFactory(name="Al", expertise_areas=["comets"], interaction_count=5)
    NpcFactory(name="Bo", is_featured=True)
    client.force_login(PlayerFactory())

    answer = client.get("/api/v1/characters", query).json()

    assert [character["name"] for character in answer["characters"]] == found


def test_a_retired_character_is_not_there(client):
    npc = NpcFactory(slug="al")
    retire(npc=npc, player=None, now=timezone.now())
    client.force_login(GameMasterFactory())

    assert client.get("/api/v1/characters/al").status_code == 404


def test_a_character_comes_with_its_files(client):
    npc = NpcFactory(slug="al", greeting="Hello")
    file = KnowledgeItemFactory(file=KnowledgeFileFactory(npc=npc, file_name="sky.md")).file
    client.force_login(PlayerFactory())

    answer = client.get("/api/v1/characters/al").json()

    assert answer["greeting"] == "Hello"
    assert answer["files"] == [{"uuid": str(file.uuid), "name": "sky.md", "state": "done", "passages": 1}]
    assert "system_prompt" not in answer


def test_a_source_names_its_neighbours(client):
    file = KnowledgeFileFactory(npc__slug="al")
    first, second = (KnowledgeItemFactory(file=file, position=n) for n in range(2))
    client.force_login(PlayerFactory())

    answer = client.get(f"/api/v1/characters/al/sources/{second.uuid}").json()

    assert (answer["text"], answer["before"], answer["after"]) == (second.text, str(first.uuid), None)


def test_what_is_not_there_is_not_found(client):
    item = KnowledgeItemFactory(file__npc__slug="al")
    NpcFactory(slug="bo")
    NpcFactory(slug="rest", is_active=False)
    client.force_login(PlayerFactory())

    paths = ("nobody", "rest", f"al/sources/{uuid4()}", f"bo/sources/{item.uuid}")

    assert [client.get(f"/api/v1/characters/{path}").status_code for path in paths] == [404] * 4


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("search=%00", 200),
        ("after=%00", 422),
        ("category=a%20b", 422),
        ("difficulty=absurd", 422),
    ],
)
def test_strange_questions_are_answered_politely(client, query, status):
    client.force_login(PlayerFactory())

    assert client.get(f"/api/v1/characters?{query}").status_code == status


def test_strangers_get_nothing(client):
    assert client.get("/api/v1/characters").status_code == 401


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_however_long_it_is(client, django_assert_max_num_queries, count):
    NpcFactory.create_batch(count)
    client.force_login(PlayerFactory())

    with django_assert_max_num_queries(8):
        answer = client.get("/api/v1/characters").json()

    assert len(answer["characters"]) == count
