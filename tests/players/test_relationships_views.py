"""The pages of friends, and the buttons about a player."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from players.actions.relationships import block
from tests.factories.players import GuestFactory, PlayerFactory
from tests.factories.relationships import Kind, RelationshipFactory, befriend, rows

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def ada():
    return PlayerFactory(username="ada")


@pytest.fixture
def bo():
    return PlayerFactory(username="bo", display_name="Bo")


@pytest.fixture
def page(ada, signed_in):
    """A function that opens a list as ada."""
    client = signed_in(ada)
    return lambda path="/friends/": client.get(path)


def fill(ada, tab, other):
    if tab == "friends":
        befriend(ada, other)
    elif tab == "requests":
        RelationshipFactory(player=other, other=ada, kind=Kind.FRIEND_REQUEST)
    else:
        kind = {"following": Kind.FOLLOW, "blocked": Kind.BLOCKED}[tab]
        RelationshipFactory(player=ada, other=other, kind=kind)


@pytest.mark.parametrize(
    ("tab", "says"),
    [
        ("friends", "No friends yet"),
        ("requests", "Nobody is waiting"),
        ("following", "You follow nobody"),
        ("blocked", "Nobody is blocked"),
    ],
)
def test_an_empty_list_says_what_to_do(page, tab, says):
    response = page("/friends/" if tab == "friends" else f"/friends/{tab}/")

    assert response.status_code == 200
    assert says in response.text


@pytest.mark.parametrize("tab", ["friends", "requests", "following", "blocked"])
def test_a_long_list_costs_as_many_queries_as_a_short_one(page, ada, tab):
    path = "/friends/" if tab == "friends" else f"/friends/{tab}/"
    counts = []
    page(path)
    for more in (1, 2):
        for _ in range(more):
            fill(ada, tab, PlayerFactory())
        with CaptureQueriesContext(connection) as queries:
            page(path)
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_the_next_page_goes_on_where_the_last_one_ended(page, ada):
    for number in range(25):
        RelationshipFactory(player=ada, other=PlayerFactory(username=f"idol{number}"), kind=Kind.FOLLOW)

    first = page("/friends/following/")
    second = page(f"/friends/following/?after={first.context['people'].after}")

    shown = [[person.username for person in page.context["people"].rows] for page in (first, second)]
    assert shown == [[f"idol{number}" for number in range(24, 0, -1)], ["idol0"]]


@pytest.mark.parametrize("path", ["/friends/enemies/", "/friends/?after=made-up"])
def test_what_is_no_list_is_not_found(page, path):
    assert page(path).status_code == 404


def test_requests_of_both_directions_are_on_one_page(page, ada, bo):
    RelationshipFactory(player=bo, other=ada, kind=Kind.FRIEND_REQUEST)
    RelationshipFactory(player=ada, other=PlayerFactory(username="cleo"), kind=Kind.FRIEND_REQUEST)

    response = page("/friends/requests/")

    asked, sent = response.text.split('id="sent"')
    assert "/players/bo/relation/accept/" in asked
    assert "/players/cleo/relation/cancel/" in sent


def test_the_menu_tells_how_many_requests_wait(page, ada):
    for _ in range(2):
        RelationshipFactory(other=ada, kind=Kind.FRIEND_REQUEST)

    assert '2<span class="sr-only"> waiting</span>' in page("/friends/").text


def test_a_blocked_row_leads_nowhere(page, ada, bo):
    RelationshipFactory(player=ada, other=bo, kind=Kind.BLOCKED)

    response = page("/friends/blocked/")

    assert 'href="/players/bo/"' not in response.text
    assert "/players/bo/relation/unblock/" in response.text


def test_a_guest_reads_that_friends_come_with_an_account(signed_in):
    response = signed_in(GuestFactory()).get("/friends/")

    assert "Friends come with an account" in response.text


# --- Doing --------------------------------------------------------------------------------------------------


def test_without_scripts_one_comes_back_to_the_page(ada, bo, signed_in):
    response = signed_in(ada).post(
        "/players/bo/relation/ask/", headers={"referer": "http://testserver/players/bo/"}
    )

    assert (response.status_code, response["location"]) == (302, "http://testserver/players/bo/")
    assert rows() == [("ada", "friend_request", "bo")]


def test_with_htmx_only_the_buttons_are_drawn_again(ada, bo, signed_in):
    response = signed_in(ada).post("/players/bo/relation/ask/", **HTMX)

    assert "/players/bo/relation/cancel/" in response.text
    assert "<html" not in response.text
    assert "Bo has your request." in response["HX-Trigger"]


def test_a_refusal_says_why_and_draws_what_is_possible_now(ada, bo, signed_in):
    response = signed_in(ada).post("/players/bo/relation/accept/", **HTMX)

    assert "no longer asks" in response["HX-Trigger"]
    assert "/players/bo/relation/ask/" in response.text


def test_a_refusal_without_scripts_is_a_message(ada, bo, signed_in):
    response = signed_in(ada).post("/players/bo/relation/accept/", follow=True)

    assert "no longer asks" in response.text


def test_who_blocks_on_a_profile_goes_to_the_list_of_the_blocked(ada, bo, signed_in):
    client = signed_in(ada)

    plain = client.post("/players/bo/relation/block/", headers={"referer": "http://testserver/players/bo/"})
    dynamic = client.post(
        "/players/bo/relation/block/", HTTP_HX_CURRENT_URL="http://testserver/players/bo/", **HTMX
    )

    assert plain["location"] == dynamic["HX-Redirect"] == "/friends/blocked/"
    assert rows() == [("ada", "blocked", "bo")]


def test_who_blocks_in_a_list_stays_there(ada, bo, signed_in):
    befriend(ada, bo)

    response = signed_in(ada).post(
        "/players/bo/relation/block/", HTTP_HX_CURRENT_URL="http://testserver/friends/", **HTMX
    )

    assert "/players/bo/relation/unblock/" in response.text


@pytest.mark.parametrize("path", ["/players/nobody/relation/ask/", "/players/bo/relation/marry/"])
def test_nobody_and_nothing_are_not_found(ada, bo, signed_in, path):
    assert signed_in(ada).post(path).status_code == 404


def test_a_link_changes_nothing(ada, bo, signed_in):
    assert signed_in(ada).get("/players/bo/relation/ask/").status_code == 405


def test_a_stranger_is_asked_to_sign_in(client, bo):
    response = client.post("/players/bo/relation/ask/")

    assert (response.status_code, rows()) == (302, [])


def test_nobody_is_led_to_another_site(ada, bo, signed_in):
    response = signed_in(ada).post("/players/bo/relation/ask/", headers={"referer": "https://evil.example/"})

    assert response["location"] == "/players/bo/"


def test_the_blocked_finds_no_profile(ada, bo, signed_in):
    block(player=bo, other=ada)

    assert signed_in(ada).get("/players/bo/").status_code == 404
