"""Nothing that is hidden reaches a page, an answer or a list, whatever was chosen."""

from datetime import date
from functools import partial

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings

from players.models import PlayerGameData, PlayerRelationship
from players.panels import Panel, _panels, register
from players.queries.cards import card_of, people, player_cards
from players.queries.directory import findable_by
from players.queries.privacy import relations_of, seen_by, seen_by_many
from players.rules.privacy import CHOOSABLE, PROFILE, Field, Relation
from tests.factories.players import GameMasterFactory, GuestFactory, PlayerFactory, SystemAdminFactory
from tests.factories.relationships import RelationshipFactory, befriend
from tests.factories.segments import change
from tests.players.situations import every_situation, situations

pytestmark = pytest.mark.django_db
CHILD, GROWN_UP = date(2020, 1, 31), date(1980, 1, 31)


# --- What is shown -----------------------------------------------------------------------------------------


# Something that stands nowhere else, in every field that holds words.
SENTINELS = {
    Field.AVATAR: "/media/pictures/5e471e1a.webp",
    Field.BIO: "sentinel-of-the-bio",
    Field.SOCIAL_LINKS: "sentinel-of-the-links",
    Field.REAL_NAME: "sentinel-of-the-real-name",
    Field.FULL_NAME: "sentinel-of-the-full-name",
    Field.LOCATION: "sentinel-of-the-location",
    Field.OCCUPATION: "sentinel-of-the-occupation",
    Field.EDUCATION: "sentinel-of-the-education",
    Field.INTERESTS: "sentinel-of-the-interests",
    Field.EMAIL: "sentinel-of-the-email",
    Field.EMERGENCY_CONTACT: "sentinel-of-the-contact",
    Field.ACCESSIBILITY: "sentinel-of-the-needs",
    Field.DATE_OF_BIRTH: "-01-31",
    Field.PROGRESS: "98765",
}
PANELLED = (Field.MASTERY, Field.ACHIEVEMENTS, Field.ACTIVITY, Field.FRIENDS)


@pytest.fixture
def loaded():
    """Which of the panels that other apps bring have been loaded."""
    kept, names = list(_panels), set()
    _panels.clear()
    for field in PANELLED:
        load = partial(lambda field, player_id: names.add(field) or "content", field)
        register(Panel(name=field, field=field, template="_empty.html", load=load))
    yield names
    _panels[:] = kept


@pytest.fixture
def ada():
    player = PlayerFactory(username="ada", email="sentinel-of-the-email@example.org", display_name="Ada")
    player.game_data.experience_points = 98765
    player.game_data.save()
    return change(
        player,
        avatar=SENTINELS[Field.AVATAR],
        bio=SENTINELS[Field.BIO],
        social_links={"sentinel-of-the-links": "https://example.org/"},
        name=SENTINELS[Field.REAL_NAME],
        full_name=SENTINELS[Field.FULL_NAME],
        location=SENTINELS[Field.LOCATION],
        occupation=SENTINELS[Field.OCCUPATION],
        education_level=SENTINELS[Field.EDUCATION],
        interests=[SENTINELS[Field.INTERESTS]],
        emergency_contact={"name": SENTINELS[Field.EMERGENCY_CONTACT]},
        accessibility_needs={"notes": SENTINELS[Field.ACCESSIBILITY]},
    )


@pytest.fixture
def viewers(ada):
    """Somebody in each relation to Ada who can be signed in."""
    friend, blocker, blocked = PlayerFactory(), PlayerFactory(), PlayerFactory()
    befriend(ada, friend)
    RelationshipFactory(player=blocker, other=ada, kind=PlayerRelationship.Kind.BLOCKED)
    RelationshipFactory(player=ada, other=blocked, kind=PlayerRelationship.Kind.BLOCKED)
    return {
        "guest": GuestFactory(),
        "player": PlayerFactory(),
        "friend": friend,
        "blocker": blocker,
        "blocked": blocked,
        "game_master": GameMasterFactory(),
        "system_admin": SystemAdminFactory(),
    }


def arrange(ada, situation):
    # Boards read a flag that is kept beside the choices; even a stale one must betray nobody.
    PlayerGameData.objects.filter(player=ada).update(is_ranked=True, is_listed=True)
    return change(
        ada,
        profile_visibility=situation["visibility"],
        privacy_level=situation["level"],
        visibility_settings=situation["choices"],
        date_of_birth=CHILD if situation["is_minor"] else GROWN_UP,
    )


def betrayed(text, hidden):
    return sorted(field for field in hidden & set(SENTINELS) if SENTINELS[field] in text)


BOARDS = ("/boards/?period=all", "/boards/everybody/?period=all")
PAGES = (
    "/players/ada/",
    "/players/",
    "/players/?q=ad",
    "/api/v1/players/ada",
    "/api/v1/players?q=ada",
    *BOARDS,
)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(situation=situations)
def test_no_hidden_field_stands_in_any_page_or_answer(client, ada, viewers, loaded, situation):
    ada = arrange(ada, situation)

    for name, viewer in viewers.items():
        client.force_login(viewer)
        hidden = set(Field) - seen_by(viewer, ada)
        loaded.clear()
        told = {page: client.get(page).content.decode() for page in PAGES}

        assert {page: betrayed(text, hidden) for page, text in told.items()} == {
            page: [] for page in PAGES
        }, name
        assert loaded == set(PANELLED) - hidden
        if Field.BOARDS in hidden:
            assert ["/players/ada/" in told[board] for board in BOARDS] == [False, False], name


def test_who_shows_himself_on_boards_is_found_there(signed_in, ada, viewers):
    arrange(ada, {"visibility": "public", "level": "normal", "choices": {}, "is_minor": False})

    pages = [signed_in(viewers["friend"]).get(board).content.decode() for board in BOARDS]

    assert [SENTINELS[Field.PROGRESS] in page and "/players/ada/" in page for page in pages] == [True, True]


def test_strangers_are_told_nothing(client, ada):
    answers = [client.get(page) for page in PAGES]

    assert {answer.status_code for answer in answers} <= {302, 401}
    assert [betrayed(answer.content.decode(), set(Field)) for answer in answers] == [[]] * len(PAGES)


def test_what_is_open_is_shown(signed_in, ada, loaded):
    ada = change(ada, privacy_level="minimal", visibility_settings=dict.fromkeys(CHOOSABLE, "public"))
    ada = change(ada, date_of_birth=GROWN_UP)

    page = signed_in(PlayerFactory()).get("/players/ada/").content.decode()

    shown = PROFILE | CHOOSABLE
    assert {field for field in shown & set(SENTINELS) if SENTINELS[field] not in page} == set()
    assert loaded == set(PANELLED)


def test_the_card_of_a_hidden_profile_is_empty(ada):
    ada = change(ada, profile_visibility="private")

    card = card_of(ada, Relation.PLAYER)

    assert (card.name, card.is_open, card.fields) == ("Ada", False, frozenset())
    assert betrayed(repr(card), set(Field)) == []


@pytest.mark.parametrize("name", ["blocker", "blocked"])
def test_a_block_hides_both_from_each_other(client, signed_in, viewers, name):
    client = signed_in(viewers[name])

    assert client.get("/players/ada/").status_code == 404
    assert client.get("/api/v1/players/ada").status_code == 404


def test_relations_are_told_apart(ada, viewers):
    found = {name: relations_of(viewer, [ada])[ada.pk] for name, viewer in viewers.items()}

    assert found == {
        "guest": Relation.GUEST,
        "player": Relation.PLAYER,
        "friend": Relation.FRIEND,
        "blocker": Relation.BLOCKED,
        "blocked": Relation.BLOCKED,
        "game_master": Relation.GAME_MASTER,
        "system_admin": Relation.SYSTEM_ADMIN,
    }
    assert relations_of(ada, [ada])[ada.pk] == Relation.SELF


@pytest.mark.parametrize("count", [1, 3])
def test_many_players_are_looked_at_in_two_queries(django_assert_num_queries, count):
    viewer = PlayerFactory()
    PlayerFactory.create_batch(count)
    others = list(people().exclude(pk=viewer.pk))

    with django_assert_num_queries(2):
        seen = seen_by_many(viewer, others)

    assert len(seen) == count


# --- The directory -----------------------------------------------------------------------------------------


def test_the_directory_finds_exactly_those_whom_the_rule_lets_be_found(ada, viewers):
    finds = [viewers[name] for name in ("guest", "player", "friend", "blocker", "game_master")]

    found, allowed = [], []
    for situation in every_situation():
        ada = arrange(ada, situation)
        for viewer in finds:
            found.append(findable_by(viewer).filter(pk=ada.pk).exists())
            allowed.append(Field.SEARCH in seen_by(viewer, ada))

    assert found == allowed
    assert set(found) == {True, False}


def test_the_unified_card_holds_what_the_viewer_may_see():
    ada = PlayerFactory(username="ada", display_name="Ada")
    open_card, own_card = player_cards(ada, [*people().exclude(pk=PlayerFactory(username="bo").pk)]) * 2
    change(ada, profile_visibility="private")

    (closed,) = player_cards(PlayerFactory(), [*people().filter(pk=ada.pk)])

    assert (own_card.level, own_card.role_name, own_card.name) == (1, "padawan", "Ada")
    assert (closed.level, closed.role_name, closed.created_at, closed.is_open) == (None, "", None, False)
    assert open_card == own_card


# --- The preview -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("viewer", "sees"), [("stranger", False), ("friend", True), ("guest", False)])
def test_the_preview_shows_what_others_see(signed_in, ada, viewer, sees):
    ada = change(ada, visibility_settings={"location": "friends"})

    page = signed_in(ada).get(f"/settings/privacy/preview/{viewer}/").content.decode()

    assert (SENTINELS[Field.LOCATION] in page) == sees
    assert "sees your profile like this" in page
    assert "Edit my profile" not in page


def test_there_is_no_preview_for_staff(signed_in):
    assert signed_in(PlayerFactory()).get("/settings/privacy/preview/system_admin/").status_code == 404


def test_the_page_does_not_say_when_the_player_came_unless_it_may(signed_in):
    ada = change(PlayerFactory(username="ada"), profile_visibility="private")

    page = signed_in(PlayerFactory()).get(ada.get_absolute_url()).content.decode()

    assert "Here since" not in page
    assert timezone.localdate().isoformat() not in page
