import pytest

from players.actions.access import deactivate
from players.actions.accounts import create_admin
from players.actions.progress import award_xp
from players.actions.roles import change_permissions
from players.models import Player, PlayerProfile, Role
from players.queries.cards import profile_card
from players.queries.progress import progress_of
from tests.factories.players import ExperienceEntryFactory, GuestFactory, PlayerFactory

pytestmark = pytest.mark.django_db


def make_ada(**profile):
    ada = PlayerFactory(username="ada", display_name="Ada")
    PlayerProfile.objects.filter(player=ada).update(
        bio="Bernoulli numbers.", avatar="/media/ada.png", **profile
    )
    award_xp(player=ada, amount=150, reason="right answer", source_type="answer", source_id="1")
    return ada


def test_a_public_profile_tells_everything_but_the_ledger():
    make_ada()

    card = profile_card(PlayerFactory(), "ada")

    assert (card.name, card.bio, card.role, card.progress.level) == (
        "Ada",
        "Bernoulli numbers.",
        "Padawan",
        2,
    )
    assert (card.is_open, card.is_own, card.recent) == (True, False, ())


@pytest.mark.parametrize("visibility", ["private", "friends"])
def test_a_closed_profile_tells_others_the_name_only(visibility):
    make_ada(profile_visibility=visibility)

    card = profile_card(PlayerFactory(), "ada")

    assert (card.name, card.username, card.is_open) == ("Ada", "ada", False)
    assert (card.bio, card.role, card.avatar_url, card.joined_at, card.progress) == ("", "", "", None, None)


def test_the_owner_sees_the_own_closed_profile_with_the_latest_entries():
    ada = make_ada(profile_visibility="private")
    award_xp(player=ada, amount=5, reason="took part", source_type="session", source_id="9")

    card = profile_card(ada, "ada")

    assert (card.is_open, card.is_own, card.bio) == (True, True, "Bernoulli numbers.")
    assert [(gain.amount, gain.reason) for gain in card.recent] == [(5, "took part"), (150, "right answer")]


def test_only_the_last_ten_entries_are_shown():
    player = PlayerFactory()
    ExperienceEntryFactory.create_batch(12, player=player)

    assert len(profile_card(player, player.username).recent) == 10


def test_nobody_and_the_deactivated_have_no_card():
    deactivate(player=make_ada())

    assert profile_card(PlayerFactory(), "ada") is None
    assert profile_card(PlayerFactory(), "nobody") is None


@pytest.mark.parametrize("count", [1, 3])
def test_a_card_costs_the_same_however_much_was_earned(django_assert_num_queries, count):
    player = PlayerFactory()
    ExperienceEntryFactory.create_batch(count, player=player)

    with django_assert_num_queries(2):
        card = profile_card(player, player.username)

    assert len(card.recent) == count


def test_progress_costs_one_query(django_assert_num_queries):
    PlayerFactory()
    player = Player.objects.get()

    with django_assert_num_queries(1):
        progress_of(player)


def test_the_page_shows_a_public_profile(signed_in):
    make_ada()

    page = signed_in(PlayerFactory()).get("/players/ada/").content.decode()

    assert "Bernoulli numbers." in page
    assert "50 / 125 to level 3" in page
    assert "Lately earned" not in page


def test_the_page_of_a_closed_profile_says_that_it_is_closed(signed_in):
    make_ada(profile_visibility="private")

    page = signed_in(PlayerFactory()).get("/players/ada/").content.decode()

    assert "Ada keeps this profile private." in page
    assert "Bernoulli numbers." not in page
    assert "/media/ada.png" not in page


def test_the_owners_page_lists_what_was_earned(signed_in):
    page = signed_in(make_ada()).get("/players/ada/").content.decode()

    assert "<b>+150 XP</b> Right answer" in page


def test_what_a_player_writes_is_escaped(signed_in):
    ada = make_ada()
    PlayerProfile.objects.filter(player=ada).update(bio="<script>alert(1)</script>")

    page = signed_in(ada).get("/players/ada/").content.decode()

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_however_much_was_earned(signed_in, django_assert_num_queries, count):
    player = PlayerFactory()
    ExperienceEntryFactory.create_batch(count, player=player)
    client = signed_in(player)

    # Session and player, the two of permissions, preferences, the two of the card; for the header the profile,
    # the unread notifications and the open requests; for the panels achievements, calendar (two), mastery
    # and the mark of a league.
    with django_assert_num_queries(13):
        response = client.get(player.get_absolute_url())

    assert len(response.context["card"].recent) == count


def test_profiles_are_not_found_when_gone_or_never_there(signed_in):
    client = signed_in(PlayerFactory())
    deactivate(player=make_ada())

    assert [client.get(f"/players/{name}/").status_code for name in ("ada", "nobody")] == [404, 404]


def test_guests_see_profiles_and_strangers_sign_in_first(client, signed_in):
    make_ada()

    before = client.get("/players/ada/")
    after = signed_in(GuestFactory()).get("/players/ada/")

    assert (before.url, after.status_code) == ("/accounts/login/?next=/players/ada/", 200)


def test_without_the_permission_profiles_are_forbidden(signed_in):
    make_ada()
    change_permissions(role=Role.objects.get(name="padawan"), permissions=[])

    assert signed_in(PlayerFactory()).get("/players/ada/").status_code == 403


def test_the_api_tells_who_i_am(signed_in):
    ada = make_ada()

    answer = signed_in(ada).get("/api/v1/me").json()

    assert (answer["uuid"], answer["username"], answer["progress"]["xp"]) == (str(ada.uuid), "ada", 150)
    assert answer["permissions"] == ["content.view", "players.view", "npcs.view", "games.view"]


def test_the_api_tells_an_administrators_permissions(signed_in):
    admin = create_admin(username="yoda", email="yoda@example.org", password="swamp of dagobah")

    assert "admin.roles" in signed_in(admin).get("/api/v1/me").json()["permissions"]


def test_the_api_respects_a_closed_profile(signed_in):
    make_ada(profile_visibility="private")

    answer = signed_in(PlayerFactory()).get("/api/v1/players/ada").json()

    told = {name: value for name, value in answer.items() if value not in (None, [], {}, "")}
    assert told == {
        "username": "ada",
        "name": "Ada",
        "url": "/players/ada/",
        "is_guest": False,
        "is_open": False,
    }


def test_the_api_answers_strangers_and_unknown_names(client, signed_in):
    stranger = client.get("/api/v1/players/ada").status_code
    unknown = signed_in(PlayerFactory()).get("/api/v1/players/nobody").status_code

    assert (stranger, unknown) == (401, 404)
