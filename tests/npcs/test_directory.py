import pytest
from django.core.cache import cache
from django.urls import reverse

from npcs.gains import Gain, register
from npcs.queries import Filters, directory
from tests.factories.npcs import (
    InteractionFactory,
    KnowledgeFileFactory,
    KnowledgeItemFactory,
    NpcCategoryFactory,
    NpcFactory,
)
from tests.factories.players import GameMasterFactory, GuestFactory, PlayerFactory

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

    assert names(directory(Filters(search=word))) == ["Halley"]


def test_the_filters_narrow_together():
    sky = NpcCategoryFactory(name="sky")
    NpcFactory(name="Al", category=sky, difficulty_level="expert")
    NpcFactory(name="Bo", category=sky)
    NpcFactory(name="Cy", difficulty_level="expert")

    assert names(directory(Filters(category="sky", difficulty="expert"))) == ["Al"]


def test_the_other_filters_and_orders():
    NpcFactory(name="Al", is_featured=True, expertise_areas=["Comets"], interaction_count=1)
    NpcFactory(name="Bo", expertise_areas=["comets", "tides"], interaction_count=9)
    NpcFactory(name="Cy", expertise_areas=["cometary dust"], interaction_count=5)

    assert names(directory(Filters(expertise="comets"))) == ["Al", "Bo"]
    assert names(directory(Filters(is_featured=True))) == ["Al"]
    assert names(directory(Filters(order="popular"))) == ["Bo", "Cy", "Al"]
    assert names(directory(Filters(order="newest"))) == ["Cy", "Bo", "Al"]


@pytest.mark.parametrize("word", ["Größe", "größe", "星"])
def test_other_letters_are_found_in_lists_too(word):
    NpcFactory(name="Al", expertise_areas=["Größe", "星"])
    NpcFactory(name="Bo", expertise_areas=["size"])

    assert names(directory(Filters(search=word))) == ["Al"]
    assert names(directory(Filters(expertise="Größe"))) == ["Al"]


@pytest.mark.parametrize("order", ["featured", "popular", "newest"])
def test_every_order_has_pages(order):
    for number in range(5):
        NpcFactory(
            name=f"N{number}", slug=f"n{number}", interaction_count=number // 2, is_featured=number > 2
        )

    found, after = [], ""
    for _ in range(3):
        page = directory(Filters(order=order), after=after, limit=2)
        found += names(page)
        after = page.after

    assert found == names(directory(Filters(order=order)))
    assert len(found) == 5


def test_ratings_are_averaged_and_few_of_them_do_not_count_as_good():
    liked, new = NpcFactory(name="Al"), NpcFactory(name="Bo")
    NpcFactory(name="Cy")
    for stars in (5, 4, 4):
        InteractionFactory(npc=liked, satisfaction_rating=stars)
    InteractionFactory(npc=liked)
    InteractionFactory(npc=new, satisfaction_rating=5)

    found = {npc.name: (npc.rating and round(npc.rating, 2), npc.ratings) for npc in directory().npcs}

    assert found == {"Al": (4.33, 3), "Bo": (5.0, 1), "Cy": (None, 0)}
    assert names(directory(Filters(rating=4))) == ["Al"]


def test_learning_gain_is_shown_where_it_is_known_and_nothing_where_not(client, monkeypatch):
    known = NpcFactory(name="Al")
    NpcFactory(name="Bo")
    monkeypatch.setattr("npcs.gains._sources", [])
    register(lambda ids, since, until: {known.pk: Gain(before=0.5, after=0.62, players=7, answers=90)})
    client.force_login(PlayerFactory())

    page = client.get(reverse("npcs:list")).content.decode()

    assert [npc.gain and npc.gain.points for npc in directory().npcs] == [12.0, None]
    assert page.count("points learnt") == 1
    assert "+12 points learnt" in page


def test_the_areas_that_characters_name_are_offered(client):
    cache.clear()
    NpcFactory(expertise_areas=["tides", "Comets"])
    NpcFactory(expertise_areas=["resting"], is_active=False)
    client.force_login(PlayerFactory())

    response = client.get(reverse("npcs:list"), {"expertise": "other"})

    assert response.context["areas"] == ["Comets", "tides"]
    assert '<option value="other" selected>' in response.content.decode()


@pytest.mark.parametrize(("factory", "is_offered"), [(PlayerFactory, False), (GameMasterFactory, True)])
def test_who_makes_characters_finds_the_workshop(client, factory, is_offered):
    client.force_login(factory())

    assert (reverse("npcs:create") in client.get(reverse("npcs:list")).content.decode()) == is_offered


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

    with django_assert_max_num_queries(13):
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


@pytest.mark.parametrize(
    "query",
    [
        "difficulty=absurd",
        "after=nobody",
        "category=%00",
        "rating=9",
        "order=odd",
        "expertise=%22%00",
        "featured=x",
        "q=%25%5f",
        "after=",
    ],
)
def test_strange_filters_are_harmless(client, query):
    client.force_login(PlayerFactory())

    assert client.get(f"{reverse('npcs:list')}?{query}").status_code == 200


def test_what_describes_a_character_is_escaped(client):
    npc = NpcFactory(name="<b>Bold</b>", slug="bold", tagline="<script>alert(1)</script>")
    client.force_login(PlayerFactory())

    pages = [client.get(url).content.decode() for url in (reverse("npcs:list"), npc.get_absolute_url())]

    assert all("<script>alert" not in page and "<b>Bold" not in page for page in pages)
