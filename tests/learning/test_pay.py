"""What a session is worth when it is over."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from learning.actions.pay import Played, close_sittings
from learning.models import AnswerEvent, Sitting
from players.models import ExperienceEntry, PlayerGameData
from tests.factories.learning import StatementFactory, TopicFactory
from tests.factories.players import PlayerFactory
from tests.learning.answering import answer

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def play(player, outcomes, *, at=NOON, seconds=5.0):
    """A session with these outcomes; its row."""
    uuid, topic = uuid4(), TopicFactory()
    for number, is_right in enumerate(outcomes):
        moment = at + timedelta(seconds=10 * number)
        answer(
            player, StatementFactory(topic=topic), is_right=is_right, at=moment, session=uuid, seconds=seconds
        )
    return close_sittings(Played(uuid, "quiz"), now=at + timedelta(minutes=5))[0]


def test_a_session_pays_its_answers_and_the_bonuses():
    player = PlayerFactory()

    sitting = play(player, [True] * 10)

    facts = sum(AnswerEvent.objects.values_list("xp", flat=True))
    entry = ExperienceEntry.objects.get()
    assert (sitting.xp, entry.delta, sitting.is_first_of_day) == (facts + 20, facts + 20, True)
    assert (sitting.answers, sitting.correct, sitting.weight) == (10, 10, 1.0)
    assert (entry.source_type, entry.source_id) == ("session", str(sitting.session_uuid))
    row = PlayerGameData.objects.get(player=player)
    assert (row.total_sessions, row.experience_points) == (1, facts + 20)


def test_closing_twice_is_closing_once():
    player = PlayerFactory()
    sitting = play(player, [True] * 5)

    again = close_sittings(Played(sitting.session_uuid, "quiz"), now=NOON + timedelta(hours=1))

    assert again == []
    assert PlayerGameData.objects.get(player=player).total_sessions == 1
    assert Sitting.objects.count() == ExperienceEntry.objects.count() == 1


def test_a_guessed_session_earns_nothing_and_is_counted():
    sitting = play(PlayerFactory(), [True, False] * 5)

    assert (sitting.xp, sitting.weight, ExperienceEntry.objects.count()) == (0, 0.0, 0)


def test_clicks_are_no_answers_of_the_session():
    sitting = play(PlayerFactory(), [True] * 6, seconds=0.1)

    assert (sitting.answers, sitting.xp) == (0, 0)


def test_three_guessed_sessions_end_the_day_and_the_next_pays_again():
    player = PlayerFactory()
    for hour in range(3):
        play(player, [True, False, False, True, False], at=NOON + timedelta(hours=hour))

    same_day = play(player, [True] * 6, at=NOON + timedelta(hours=4))
    next_day = play(player, [True] * 6, at=NOON + timedelta(days=1))

    assert same_day.xp == 0
    assert next_day.xp > 30


def test_two_guessed_sessions_end_nothing():
    player = PlayerFactory()
    for hour in range(2):
        play(player, [True, False, False, True, False], at=NOON + timedelta(hours=hour))

    assert play(player, [True] * 6, at=NOON + timedelta(hours=4)).xp >= 24


def test_a_session_is_counted_in_the_same_number_of_queries_for_any_number_of_players():
    def queries_for(count):
        uuid, statement = uuid4(), StatementFactory()
        for player in PlayerFactory.create_batch(count):
            answer(player, statement, is_right=False, at=NOON, session=uuid)
        with CaptureQueriesContext(connection) as queries:
            close_sittings(Played(uuid, "quiz"), now=NOON)
        return len(queries)

    assert queries_for(2) == queries_for(9)
    assert Sitting.objects.count() == 11
