import pytest
from django.urls import reverse

from npcs.queries import directory
from tests.factories.npcs import (
    KnowledgeFileFactory,
    KnowledgeItemFactory,
    NpcCategoryFactory,
    NpcFactory,
)
from tests.factories.players import GuestFactory, PlayerFactory

pytestmark = pytest.mark.django_db


def names(page) -> list[str]:
    return [npc.name for npc in page.npcs]


def test_featured_characters_come_first_then_all_by_name():
    for name, is_featured in (("Cy", False), ("Bo", True), ("Al", False), ("Di", True)):
        NpcFactory(name=name, is_featured=is_featured)

    assert names(directory()) == ["Bo", "Di", "Al", "Cy"]


def test_pages_follow_one_another_without_gap_or_repetition():
    for name, is_featured in (("Cy", False), ("Bo", True), ("Al", False), ("Di", True), ("Ed", False)):
        NpcFactory(name=name, slug=name.lower(), is_featured=is_featured)

    first = directory(limit=2)
    second = directory(limit=2, after=first.after)
    third = directory(limit=2, after=second.after)

    assert names(first) + names(second) + names(third) == ["Bo", "Di", "Al", "Cy", "Ed"]
    assert third.after == ""


def test_resting_characters_are_not_listed():
    NpcFactory(is_active=False)

    assert directory().npcs == []


@pytest.mark.parametrize("word", ["halley", "COMET", "night sky", "astro", "100%"])
def test_the_search_looks_at_everything_that_describes_a_character(word):
    NpcFactory(
        name="Halley",
        tagline="Asks about comets",
        expertise_areas=["night sky"],
        category=NpcCategoryFactory(display_name="Astronomy"),
        tags=["100% stars"],
    )
    NpcFactory(name="Quill", tagline="Poetry")

    assert names(directory(search=word)) == ["Halley"]


def test_the_filters_narrow_together():
    sky = NpcCategoryFactory(name="sky")
    NpcFactory(name="Al", category=sky, difficulty_level="expert")
    NpcFactory(name="Bo", category=sky)
    NpcFactory(name="Cy", difficulty_level="expert")

    assert names(directory(category="sky", difficulty="expert")) == ["Al"]


def test_passages_are_counted_over_all_files():
    npc = NpcFactory()
    for file in KnowledgeFileFactory.create_batch(2, npc=npc):
        KnowledgeItemFactory.create_batch(3, file=file)

    assert [npc.passages for npc in directory().npcs] == [6]


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_however_many_characters_there_are(
    client, django_assert_max_num_queries, count
):
    for npc in NpcFactory.create_batch(count):
        KnowledgeItemFactory(file__npc=npc)
    client.force_login(PlayerFactory())

    with django_assert_max_num_queries(9):
        response = client.get(reverse("npcs:list"))

    assert [npc.passages for npc in response.context["page"].npcs] == [1] * count


@pytest.mark.parametrize("factory", [PlayerFactory, GuestFactory])
def test_players_and_guests_see_the_cards(client, factory):
    npc = NpcFactory(name="Halley", tagline="Asks about comets")
    client.force_login(factory())

    page = client.get(reverse("npcs:list")).content.decode()

    assert "Asks about comets" in page
    assert npc.get_absolute_url() in page
    assert npc.category.display_name in page


def test_strangers_are_asked_to_sign_in(client):
    assert client.get(reverse("npcs:list")).status_code == 302


def test_an_empty_directory_and_a_search_without_finds_say_different_things(client):
    client.force_login(PlayerFactory())

    empty = client.get(reverse("npcs:list")).content.decode()
    NpcFactory()
    nothing = client.get(reverse("npcs:list"), {"q": "zzz"}).content.decode()

    assert "No characters yet" in empty
    assert "Nobody fits" in nothing


def test_a_filter_that_changes_gets_the_cards_only(client):
    NpcFactory(name="Halley")
    client.force_login(PlayerFactory())

    page = client.get(reverse("npcs:list"), headers={"HX-Target": "characters", "HX-Request": "true"})

    assert "Halley" in page.content.decode()
    assert "<html" not in page.content.decode()


@pytest.mark.parametrize("query", ["difficulty=absurd", "after=nobody", "category=%00", "q=%25%5f", "after="])
def test_strange_filters_are_harmless(client, query):
    client.force_login(PlayerFactory())

    assert client.get(f"{reverse('npcs:list')}?{query}").status_code == 200


def test_what_describes_a_character_is_escaped(client):
    npc = NpcFactory(name="<b>Bold</b>", slug="bold", tagline="<script>alert(1)</script>")
    client.force_login(PlayerFactory())

    pages = [client.get(url).content.decode() for url in (reverse("npcs:list"), npc.get_absolute_url())]

    assert all("<script>alert" not in page and "<b>Bold" not in page for page in pages)
