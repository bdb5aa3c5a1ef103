"""The pages of a league, and what programs and administrators see of it."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from learning.models import LeagueEntry
from players.actions.standing import refresh_ranked
from tests.factories.learning import LeagueCohortFactory, LeagueEntryFactory, LeagueMemberFactory
from tests.factories.players import GameMasterFactory, GuestFactory, PlayerFactory
from tests.factories.segments import change
from tests.factories.tokens import ApiTokenFactory, bearer

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
PAGES = ("learning:league", "learning:league-group")


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def player(client):
    player = PlayerFactory(username="me")
    client.force_login(player)
    return player


def member(player, cohort, **more):
    change(player, wants_boards=True)
    refresh_ranked(player)
    LeagueEntryFactory(player=player)
    return LeagueMemberFactory(cohort=cohort, player=player, **more)


def choose(client, join):
    return client.post(reverse("learning:league-choose"), {"join": join}, follow=True)


def test_nobody_is_in_a_league_who_has_not_chosen_it(client, player):
    page = client.get(reverse("learning:league"))

    assert "Join from 9 March on" in page.text
    assert not LeagueEntry.objects.exists()


def test_beside_the_switch_stands_what_others_see(client, player):
    page = client.get(reverse("learning:league"))

    assert "may see your name, your picture and your points" in page.text
    assert reverse("players:preferences") in page.text


def test_joining_and_leaving_is_one_click(client, player):
    assert "your first one begins on 9 March" in choose(client, "yes").text
    assert LeagueEntry.objects.filter(player=player).exists()
    assert "Join from" in choose(client, "no").text
    assert not LeagueEntry.objects.exists()


@pytest.mark.parametrize("made_up", ["", "maybe", "\x00"])
def test_a_made_up_choice_changes_nothing_and_says_so(client, player, made_up):
    LeagueEntryFactory(player=player)

    page = choose(client, made_up)

    assert "Nothing was changed" in page.content.decode()
    assert LeagueEntry.objects.filter(player=player).exists()


def test_the_first_page_shows_the_own_weeks_and_nobody_else(client, player):
    cohort = LeagueCohortFactory()
    member(player, cohort, points=30, usual=20)
    member(PlayerFactory(username="somebody"), cohort, points=40)

    page = client.get(reverse("learning:league")).text

    assert "10 more" in page
    assert "of 2" in page
    assert "somebody" not in page


def test_the_group_stands_on_a_page_of_its_own(client, player):
    cohort = LeagueCohortFactory()
    member(player, cohort, points=30)
    member(PlayerFactory(username="somebody"), cohort, points=40, usual=15)

    page = client.get(reverse("learning:league-group")).text

    for words in ("somebody", "25 more than usual", "70 of 40 points"):
        assert words in page


def test_without_a_group_the_page_says_when_there_will_be_one(client, player):
    assert "You are in no group" in client.get(reverse("learning:league-group")).text
    choose(client, "yes")
    assert "No group yet" in client.get(reverse("learning:league-group")).text


@pytest.mark.parametrize("page", PAGES)
def test_guests_and_strangers_have_no_league(client, page):
    assert client.get(reverse(page)).status_code == 302
    client.force_login(GuestFactory())
    assert client.get(reverse(page)).status_code == 403


def test_the_boards_lead_to_the_league(client, player):
    assert reverse("learning:league") in client.get(reverse("players:boards")).text


def test_a_profile_shows_the_mark_of_last_week(client, player):
    last = LeagueCohortFactory(week=date(2026, 2, 23))
    other = member(PlayerFactory(username="somebody"), last, points=9, is_awarded=True).player

    assert "Best third of a league group" in client.get(other.get_absolute_url()).text
    change(other, privacy_level="maximum")
    refresh_ranked(other)
    assert "Best third of a league group" not in client.get(other.get_absolute_url()).text


def test_a_program_reads_the_same_as_the_page(client, player):
    cohort = LeagueCohortFactory()
    member(player, cohort, points=30, usual=20)
    member(PlayerFactory(username="somebody"), cohort, points=40)
    ApiTokenFactory(player=player, secret="pf_league", scopes=["learning:read"])

    league = client.get("/api/v1/me/learning/league", **bearer("pf_league")).json()

    assert (league["points"], league["usual"], league["weeks"][-1]) == (
        30, 20, {"begins": "2026-03-02", "points": 30},
    )  # fmt: skip
    assert [row["name"] for row in league["group"]["top"]] == ["somebody", "me"]
    assert league["group"]["movers"] == [
        {"name": "me", "url": player.get_absolute_url(), "gain": 10, "is_own": True}
    ]


def test_a_program_of_somebody_without_a_league_reads_that_there_is_none(client, player):
    league = client.get("/api/v1/me/learning/league").json()

    assert (league["has_joined"], league["points"], league["group"]) == (False, None, None)


def test_game_masters_look_at_the_weeks_and_players_do_not(client, player):
    row = member(player, LeagueCohortFactory())
    listing = reverse("admin:learning_leaguemember_changelist")

    client.force_login(GameMasterFactory())
    assert "me" in client.get(listing, {"q": "me"}).text
    assert client.post(reverse("admin:learning_leaguemember_delete", args=[row.pk])).status_code == 403
    client.force_login(PlayerFactory(is_staff=True))
    assert client.get(listing).status_code == 403
