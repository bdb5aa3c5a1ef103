"""Other players by program: what privacy leaves, lists by page, and relations."""

from unittest.mock import ANY

import pytest
from django.utils import timezone

from players.actions.progress import award_xp
from players.actions.relationships import ask_friend, block
from players.models import PlayerProfile, PlayerRelationship
from tests.factories.players import GuestFactory, PlayerFactory
from tests.factories.tokens import ApiTokenFactory, bearer

pytestmark = pytest.mark.django_db
SECRET = "pf_ada"
HIDDEN = (
    "avatar_url", "role", "level", "bio", "social_links", "joined_at", "real_name", "full_name", "age",
    "location", "occupation", "education_level", "interests", "progress",
)  # fmt: skip


@pytest.fixture
def ada():
    player = PlayerFactory(username="ada")
    ApiTokenFactory(player=player, secret=SECRET)
    return player


def get(client, path, **query):
    return client.get(f"/api/v1/{path}", query, **bearer(SECRET))


def relate(client, username, verb):
    return client.post(
        f"/api/v1/players/{username}/relation", {"verb": verb}, content_type="application/json",
        **bearer(SECRET),
    )  # fmt: skip


def befriend(player, other):
    for one, two in ((player, other), (other, player)):
        PlayerRelationship.objects.create(player=one, other=two, kind="friend")


def test_a_public_profile_is_told_with_private_fields_hidden(client, ada):
    bob = PlayerFactory(username="bob", display_name="Bob")
    PlayerProfile.objects.filter(player=bob).update(bio="Hello.", name="Robert")
    award_xp(player=bob, amount=150, reason="right answer", source_type="answer", source_id="1")

    answer = get(client, "players/bob").json()

    assert answer == {
        "username": "bob", "name": "Bob", "url": "/players/bob/", "is_guest": False, "is_open": True,
        "avatar_url": "", "role": "Padawan", "level": 2, "bio": "Hello.", "social_links": {},
        "joined_at": ANY, "progress": ANY, "real_name": None, "full_name": None, "age": None,
        "location": None, "occupation": None, "education_level": None, "interests": None,
    }  # fmt: skip


def test_of_a_private_profile_only_the_names_are_told(client, ada):
    bob = PlayerFactory(username="bob", display_name="Bob")
    PlayerProfile.objects.filter(player=bob).update(profile_visibility="private", bio="Hidden.")

    answer = get(client, "players/bob").json()

    assert {answer[field] for field in HIDDEN} == {None}
    assert (answer["name"], answer["is_open"]) == ("Bob", False)


def test_somebody_who_has_blocked_the_caller_is_not_there(client, ada):
    block(player=PlayerFactory(username="bob"), other=ada)

    assert get(client, "players/bob").status_code == 404


@pytest.mark.parametrize("username", ["nobody", "%00", "ada%2F..", "ADA%20"])
def test_somebody_unknown_is_not_there(client, ada, username):
    assert get(client, f"players/{username}").status_code == 404


def test_players_are_found_by_the_beginning_of_a_name_page_by_page(client, ada):
    for name in ("bob", "bobby", "bobina", "carol"):
        PlayerFactory(username=name)

    first = get(client, "players", search="bob", limit=2).json()
    second = get(client, "players", search="bob", limit=2, cursor=first["after"]).json()

    assert [row["username"] for row in first["players"]] == ["bob", "bobby"]
    assert ([row["username"] for row in second["players"]], second["after"]) == (["bobina"], "")


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 101}, {"search": "x" * 51}, {"limit": "many"}])
def test_a_page_out_of_bounds_is_refused(client, ada, query):
    answer = get(client, "players", **query)

    assert (answer.status_code, list(answer.json()["fields"])) == (422, list(query))


def test_friends_are_listed_newest_first_page_by_page(client, ada):
    for name in ("bob", "carol", "dave"):
        befriend(ada, PlayerFactory(username=name))

    first = get(client, "me/people/friends", limit=2).json()
    second = get(client, "me/people/friends", limit=2, cursor=first["after"]).json()

    assert [row["username"] for row in first["people"]] == ["dave", "carol"]
    assert ([row["username"] for row in second["people"]], second["after"]) == (["bob"], "")
    assert first["people"][0]["relation"]["is_friend"]


@pytest.mark.parametrize("cursor", ["x", "WzFd:1", "a:b:c", "x" * 400])
def test_a_made_up_cursor_is_refused(client, ada, cursor):
    answer = get(client, "me/people/friends", cursor=cursor)

    assert (answer.status_code, list(answer.json()["fields"])) == (422, ["cursor"])


def test_a_list_costs_the_same_however_long(client, ada, django_assert_max_num_queries):
    counts = []
    for _ in range(2):
        befriend(ada, PlayerFactory())
        with django_assert_max_num_queries(12) as queries:
            get(client, "me/people/friends")
        counts.append(len(queries))
        get(client, "me/people/friends")

    # The first call also notes the use of the token.
    assert counts[1] <= counts[0]


def test_asking_and_being_asked_becomes_friendship(client, ada):
    bob = PlayerFactory(username="bob")
    asked = relate(client, "bob", "ask").json()

    relate(client, "bob", "cancel")
    ask_friend(player=bob, other=ada, now=timezone.now())
    accepted = relate(client, "bob", "accept").json()

    assert (asked["has_asked"], asked["verbs"][:1]) == (True, ["block"])
    assert (accepted["is_friend"], "unfriend" in accepted["verbs"]) == (True, True)


@pytest.mark.parametrize("verb", ["follow", "unfollow", "block", "unblock", "decline", "cancel", "unfriend"])
def test_doing_twice_is_as_good_as_once(client, ada, verb):
    PlayerFactory(username="bob")

    once, twice = relate(client, "bob", verb), relate(client, "bob", verb)

    assert (once.status_code, once.json()) == (200, twice.json())


def test_a_refusal_has_a_sentence_and_a_code(client, ada):
    PlayerFactory(username="bob")

    answer = relate(client, "bob", "accept")

    assert (answer.status_code, answer.json()["code"]) == (409, "gone")


def test_the_caller_does_not_learn_that_he_is_blocked(client, ada):
    block(player=PlayerFactory(username="bob"), other=ada)

    answer = get(client, "players/bob/relation")

    assert "is_blocked" not in answer.json()


def test_nobody_has_a_relation_to_himself(client, ada):
    assert get(client, "players/ada/relation").status_code == 404


def test_an_unknown_verb_is_refused(client, ada):
    PlayerFactory(username="bob")

    answer = relate(client, "bob", "hug")

    assert (answer.status_code, list(answer.json()["fields"])) == (422, ["verb"])


def test_a_guest_makes_no_friends(client):
    PlayerFactory(username="bob")
    client.force_login(GuestFactory())

    answer = client.post(
        "/api/v1/players/bob/relation", {"verb": "ask"}, content_type="application/json"
    )  # fmt: skip

    assert (answer.status_code, answer.json()["code"]) == (409, "forbidden")


def test_an_export_is_asked_for_and_watched(client, ada):
    asked = client.post("/api/v1/me/exports", **bearer(SECRET))
    read = get(client, f"me/exports/{asked.json()['uuid']}")

    assert (asked.status_code, read.status_code) == (202, 200)
    assert read.json()["uuid"] == asked.json()["uuid"]


def test_the_export_of_somebody_else_is_not_there(client, ada):
    asked = client.post("/api/v1/me/exports", **bearer(SECRET)).json()
    ApiTokenFactory(secret="pf_bob")

    answer = client.get(f"/api/v1/me/exports/{asked['uuid']}", **bearer("pf_bob"))

    assert answer.status_code == 404


def test_guests_do_not_search_players(client):
    client.force_login(GuestFactory())

    assert client.get("/api/v1/players").status_code == 403
