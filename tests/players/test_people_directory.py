"""The directory of players: by their beginnings, page by page, at the same cost."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from players.queries.directory import directory
from tests.factories.players import GuestFactory, PlayerFactory

pytestmark = pytest.mark.django_db


def test_names_are_found_by_their_beginning_in_any_case():
    PlayerFactory(username="lovelace", display_name="Ada")
    PlayerFactory(username="adalbert")
    PlayerFactory(username="babbage", display_name="Not Ada")

    found = directory(PlayerFactory(username="zoe"), q="ADA").cards

    assert [card.username for card in found] == ["adalbert", "lovelace"]


@pytest.mark.parametrize("q", ["%", "_", "a%", "\\"])
def test_signs_of_the_database_are_only_letters(q):
    PlayerFactory(username="adalbert")

    assert directory(PlayerFactory(), q=q).cards == []


def test_pages_follow_each_other_without_gap_or_repetition():
    viewer = PlayerFactory(username="m-viewer")
    PlayerFactory.create_batch(6)

    pages, after = [], ""
    while not pages or after:
        page = directory(viewer, after=after, limit=3)
        pages.append([card.username for card in page.cards])
        after = page.after

    names = [name for page in pages for name in page]
    assert [len(page) for page in pages] == [3, 3, 1]
    assert names == sorted(set(names))


def test_the_directory_costs_the_same_however_many_are_in_it(signed_in):
    client = signed_in(PlayerFactory(username="zoe"))
    costs, lengths = [], []
    client.get("/players/?q=p")

    for more in (1, 2):
        PlayerFactory.create_batch(more)
        with CaptureQueriesContext(connection) as queries:
            page = client.get("/players/?q=p")
        costs.append(len(queries))
        lengths.append(len(page.context["directory"].cards))

    assert lengths == [1, 3]
    assert costs[0] == costs[1]


def test_guests_and_strangers_have_no_directory(client, signed_in):
    stranger = client.get("/players/").status_code

    assert (stranger, signed_in(GuestFactory()).get("/players/").status_code) == (302, 403)


def test_a_search_without_result_says_what_to_try(signed_in):
    page = signed_in(PlayerFactory()).get("/players/?q=zzz").content.decode()

    assert "Nobody by that name" in page


def test_by_htmx_only_the_list_is_drawn(signed_in):
    page = signed_in(PlayerFactory()).get("/players/", headers={"hx-request": "true"}).content.decode()

    assert page.lstrip().startswith('<div class="stack" id="people"')
