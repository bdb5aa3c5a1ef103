from datetime import timedelta

import pytest

from learning.queries.mastery import mastery_by_topic
from players.models import PlayerPreferences, PlayerProfile
from players.queries.privacy import seen_by
from players.rules.privacy import Field
from tests.factories.learning import StatementFactory, TopicFactory, TopicSkillFactory
from tests.factories.players import GameMasterFactory, GuestFactory, PlayerFactory
from tests.factories.relationships import befriend
from tests.learning.answering import NOW, answer
from tests.rooms.quiz import new_quiz

pytestmark = pytest.mark.django_db
HEADING = "Mastery by topic"


@pytest.fixture
def ada():
    player = PlayerFactory(username="ada")
    PlayerProfile.objects.filter(player=player).update(profile_visibility="public")
    return player


def page(client, viewer, player):
    client.force_login(viewer)
    return client.get(player.get_absolute_url()).content.decode()


# --- The query -------------------------------------------------------------------------------------------


def test_topics_come_with_band_and_uncertainty_the_best_first(ada):
    for name, share, answers in (
        ("Rocks", 0.5, 12),
        ("Stars", 0.8, 40),
        ("Birds", 0.9, 3),
        ("Clicks", 0.7, 0),
    ):
        TopicSkillFactory(
            player=ada, topic=TopicFactory(name=name), mastery=share, mastery_low=share - 0.1,
            n_answers=answers, active_days=min(answers, 3),
        )  # fmt: skip

    found = mastery_by_topic(ada.pk)

    assert [(one.topic, one.band, one.percent, one.low_percent, one.answers_to_name) for one in found] == [
        ("Stars", "proficient", 80, 70, 0),
        ("Rocks", "familiar", 50, 40, 0),
        ("Birds", None, 90, 80, 3),
    ]
    assert [one.high_percent for one in found] == [87, 60, 95]


@pytest.mark.parametrize(("days", "is_stale"), [(29, False), (31, True)])
def test_a_topic_that_was_left_alone_needs_a_refresh_and_keeps_its_band(ada, days, is_stale):
    TopicSkillFactory(player=ada, last_at=NOW - timedelta(days=days))

    (found,) = mastery_by_topic(ada.pk, now=NOW)

    assert (found.needs_refresh, found.band) == (is_stale, "familiar")


@pytest.mark.parametrize("count", [1, 3])
def test_mastery_costs_two_queries(ada, count, django_assert_num_queries):
    TopicSkillFactory.create_batch(count, player=ada)

    with django_assert_num_queries(2):
        found = mastery_by_topic(ada.pk)

    assert len(found) == count


def test_what_is_answered_is_seen(ada):
    for statement in StatementFactory.create_batch(6, topic=TopicFactory(name="Stars")):
        answer(ada, statement)

    (found,) = mastery_by_topic(ada.pk)

    assert (found.topic, found.answers, found.band) == ("Stars", 6, "familiar")
    assert found.low < found.mastery < found.high


# --- The panel on profiles -------------------------------------------------------------------------------


def test_the_own_profile_draws_the_topics(client, ada):
    TopicSkillFactory(player=ada, topic=TopicFactory(name="Stars"), n_answers=3, active_days=1)
    TopicSkillFactory(player=ada, topic=TopicFactory(name="Rocks"))

    text = page(client, ada, ada)

    assert 'aria-label="50% known, between 40% and 60%"' in text
    assert "Too early to tell" in text
    assert "3 answers, 3 more to tell" in text
    assert text.index("Rocks") < text.index("Stars")


def test_more_than_eight_topics_are_folded(client, ada):
    TopicSkillFactory.create_batch(9, player=ada)

    assert "All 9 topics" in page(client, ada, ada)


def test_without_answers_the_way_to_them_is_shown(client, ada):
    text = page(client, ada, ada)

    assert "No topic yet" in text
    assert 'href="/rooms/">Find a room' in text


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_however_many_topics(client, ada, count, django_assert_max_num_queries):
    TopicSkillFactory(player=ada)
    client.force_login(ada)
    client.get(ada.get_absolute_url())
    with django_assert_max_num_queries(100) as one:
        client.get(ada.get_absolute_url())
    TopicSkillFactory.create_batch(count, player=ada)

    with django_assert_max_num_queries(len(one.captured_queries)):
        client.get(ada.get_absolute_url())


# --- Who sees it -----------------------------------------------------------------------------------------


def viewers(ada):
    friend = PlayerFactory()
    befriend(ada, friend)
    return {
        "self": ada,
        "friend": friend,
        "stranger": PlayerFactory(),
        "guest": GuestFactory(),
        "game master": GameMasterFactory(),
    }


@pytest.mark.parametrize(
    ("visibility", "level", "who"),
    [
        ("public", "minimal", {"self", "friend", "stranger", "game master"}),
        ("public", "normal", {"self", "friend", "game master"}),
        ("friends", "normal", {"self", "friend", "game master"}),
        ("public", "maximum", {"self", "friend", "game master"}),
        ("private", "normal", {"self", "game master"}),
    ],
)
def test_mastery_is_shown_to_whom_the_player_lets_see_it(client, ada, visibility, level, who):
    PlayerProfile.objects.filter(player=ada).update(profile_visibility=visibility)
    PlayerPreferences.objects.filter(player=ada).update(privacy_level=level)
    TopicSkillFactory(player=ada, topic=TopicFactory(name="Stars"))
    everybody = viewers(ada)
    ada.refresh_from_db()

    shown = {name for name, viewer in everybody.items() if HEADING in page(client, viewer, ada)}
    allowed = {name for name, viewer in everybody.items() if Field.MASTERY in seen_by(viewer, ada)}

    assert shown == allowed == who


def test_a_stranger_is_not_asked_to_load_what_he_may_not_see(client, ada, django_assert_max_num_queries):
    TopicSkillFactory(player=ada, topic=TopicFactory(name="Stars"))
    client.force_login(PlayerFactory())

    with django_assert_max_num_queries(100) as asked:
        client.get(ada.get_absolute_url())

    assert not [query for query in asked.captured_queries if "learning_topicskill" in query["sql"]]


def test_while_a_question_is_open_the_own_profile_says_nothing_of_it(client):
    quiz = new_quiz(players=2, rounds=2).begin()
    ada, bo = quiz.players
    quiz.play({ada: True, bo: True})
    before = mastery_by_topic(ada.pk, now=NOW)

    quiz.answer(ada, is_right=False)

    assert mastery_by_topic(ada.pk, now=NOW) == before
