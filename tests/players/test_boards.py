from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from players.actions.standing import refresh_ranked
from players.models import Player, PlayerGameData, PlayerRelationship
from players.queries.boards import board_of_everybody, board_of_friends
from players.rules.days import week_of
from tests.factories.players import GameMasterFactory, GuestFactory, PlayerFactory
from tests.factories.relationships import RelationshipFactory, befriend
from tests.factories.segments import change

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
THIS_WEEK = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOW, tick=False)


def ranked(xp, week_xp=0, *, week=THIS_WEEK, **player):
    """Somebody who wants to be on boards, with so much experience."""
    made = change(PlayerFactory(**player), wants_boards=True)
    PlayerGameData.objects.filter(player=made).update(experience_points=xp, week=week, week_xp=week_xp)
    refresh_ranked(made)
    return fresh(made)


def fresh(player):
    return Player.objects.select_related("profile", "game_data", "preferences").get(pk=player.pk)


def everybody(viewer, period="all"):
    board = board_of_everybody(fresh(viewer), period=period)
    return [(row.place, row.name, row.xp) for row in board.top]


def friends(viewer, period="all"):
    board = board_of_friends(fresh(viewer), period=period)
    return [(row.place, row.name, row.xp) for row in board.top]


def names(rows):
    return [name for _, name, _ in rows]


# --- Everybody ----------------------------------------------------------------------------------------------


def test_the_best_stand_first_and_equal_scores_share_a_place():
    viewer = ranked(10, username="me")
    for name, xp in (("cy", 30), ("bo", 50), ("ada", 50)):
        ranked(xp, username=name)

    assert everybody(viewer) == [(1, "bo", 50), (1, "ada", 50), (3, "cy", 30), (4, "me", 10)]


def test_the_board_of_the_week_counts_this_week_only():
    viewer = PlayerFactory()
    ranked(900, 5, username="ada")
    ranked(20, 15, username="bo")
    ranked(800, 500, week=THIS_WEEK - timedelta(days=7), username="past")

    assert everybody(viewer, "week") == [(1, "bo", 15), (2, "ada", 5)]


def test_twenty_are_shown_and_the_own_place_with_two_on_either_side():
    players = [ranked(1000 - 10 * number, username=f"p{number:02}") for number in range(30)]

    board = board_of_everybody(players[25], period="all")

    assert [row.place for row in board.top] == list(range(1, 21))
    assert [(row.place, row.name) for row in board.around] == [
        (24, "p23"), (25, "p24"), (26, "p25"), (27, "p26"), (28, "p27"),
    ]  # fmt: skip
    assert (board.own_place, [row.name for row in board.around if row.is_own]) == (26, ["p25"])


def test_the_neighbours_never_repeat_the_top():
    players = [ranked(1000 - 10 * number, username=f"p{number:02}") for number in range(30)]

    board = board_of_everybody(players[20], period="all")

    assert [row.name for row in board.around] == ["p20", "p21", "p22"]


def test_among_the_top_there_is_no_second_list():
    players = [ranked(100 - number) for number in range(5)]

    assert board_of_everybody(players[4], period="all").around == []


@pytest.mark.parametrize(
    "columns",
    [
        {"wants_boards": False},
        {"privacy_level": "maximum"},
        {"date_of_birth": date(2015, 1, 1)},
        {"profile_visibility": "private"},
        {"profile_visibility": "friends"},
    ],
)
def test_somebody_who_must_not_be_seen_stands_in_no_row_and_takes_no_place(columns):
    viewer = ranked(10, username="me")
    hidden = ranked(500, 500, username="hidden")
    change(hidden, **columns)
    refresh_ranked(hidden)

    assert everybody(viewer) == [(1, "me", 10)]
    assert everybody(viewer, "week") == []


def test_guests_stand_on_no_board():
    guest = change(GuestFactory(), wants_boards=True)
    PlayerGameData.objects.filter(player=guest).update(experience_points=500)
    refresh_ranked(guest)

    assert everybody(PlayerFactory()) == []


@pytest.mark.parametrize("is_mine", [True, False])
def test_a_block_hides_both_from_each_other(is_mine):
    ada, bo = ranked(50, username="ada"), ranked(70, username="bo")
    one, other = (ada, bo) if is_mine else (bo, ada)
    RelationshipFactory(player=one, other=other, kind=PlayerRelationship.Kind.BLOCKED)

    assert (everybody(ada), everybody(bo)) == ([(1, "ada", 50)], [(1, "bo", 70)])


def test_who_does_not_want_to_be_seen_has_no_place_among_everybody():
    viewer = PlayerFactory()
    PlayerGameData.objects.filter(player=viewer).update(experience_points=500)

    board = board_of_everybody(fresh(viewer), period="all")

    assert (board.top, board.own_place, board.own_xp) == ([], 0, 500)


def test_a_game_master_sees_nobody_more():
    hidden = ranked(500, username="hidden")
    change(hidden, wants_boards=False)
    refresh_ranked(hidden)

    assert everybody(GameMasterFactory()) == []


# --- Friends ------------------------------------------------------------------------------------------------


def test_friends_stand_with_the_viewer_also_when_he_hides_himself():
    viewer = PlayerFactory(username="me")
    PlayerGameData.objects.filter(player=viewer).update(experience_points=60)
    for name, xp in (("ada", 90), ("bo", 20)):
        befriend(viewer, ranked(xp, username=name))
    ranked(999, username="stranger")

    assert friends(viewer) == [(1, "ada", 90), (2, "me", 60), (3, "bo", 20)]


@pytest.mark.parametrize(
    ("columns", "shown"),
    [
        ({"profile_visibility": "friends"}, ["ada"]),
        ({"profile_visibility": "private"}, []),
        ({"privacy_level": "maximum"}, []),
        ({"wants_boards": False}, []),
    ],
)
def test_friends_are_shown_by_their_privacy(columns, shown):
    viewer, ada = PlayerFactory(), ranked(90, username="ada")
    befriend(viewer, ada)

    change(ada, **columns)
    refresh_ranked(ada)

    assert names(friends(viewer)) == shown


def test_a_long_list_of_friends_shows_the_own_place_too():
    viewer = ranked(1, username="me")
    for number in range(24):
        befriend(viewer, ranked(100 - number, username=f"p{number:02}"))

    board = board_of_friends(viewer, period="all")

    assert [row.place for row in board.around] == [23, 24, 25]
    assert (board.own_place, len(board.top)) == (25, 20)


# --- Pages --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("circle", "count"), [("", 1), ("", 3), ("everybody/", 1), ("everybody/", 3)])
def test_a_board_costs_the_same_however_many_stand_on_it(signed_in, django_assert_num_queries, circle, count):
    viewer = ranked(5)
    for _ in range(count):
        befriend(viewer, ranked(90))
    client = signed_in(viewer)
    client.get("/boards/")

    with django_assert_num_queries(12):
        page = client.get(f"/boards/{circle}?period=all")

    assert (
        page.content.decode().count("board__row ") + page.content.decode().count('board__row"') == count + 1
    )


def test_the_first_tab_are_the_friends(signed_in):
    viewer = PlayerFactory()
    befriend(viewer, ranked(9, 9, username="ada"))
    ranked(99, 99, username="stranger")

    page = signed_in(viewer).get("/boards/").content.decode()

    assert "ada" in page
    assert "stranger" not in page
    assert "Choose to appear on boards" in page


def test_an_empty_board_says_what_to_do(signed_in):
    client = signed_in(PlayerFactory())

    pages = [client.get(path).content.decode() for path in ("/boards/", "/boards/everybody/")]

    assert ["Nobody here yet" in pages[0], "The board is still empty" in pages[1]] == [True, True]


def test_guests_have_no_boards(signed_in):
    assert signed_in(GuestFactory()).get("/boards/").status_code == 403


def test_an_unknown_circle_is_not_found(signed_in):
    assert signed_in(PlayerFactory()).get("/boards/strangers/").status_code == 404


def test_an_unknown_time_is_this_week(signed_in):
    ranked(9, 0)

    assert signed_in(PlayerFactory()).get("/boards/everybody/?period=ever").context["board"].top == []


def test_the_week_on_the_board_is_the_week_of_the_rules():
    assert week_of(timezone.localdate()) == THIS_WEEK
