"""What nearly everybody knows is good for nothing but to warm up."""

from random import Random

import pytest

from learning.actions.practice import start_practice
from learning.models import Statement
from learning.queries.practice import _near, learner_of
from learning.queries.statements import pick_statements
from learning.rules.choosing import WARM_UP
from learning.rules.skill import Estimate
from tests.factories.learning import StatementFactory, TopicFactory, TopicSkillFactory
from tests.factories.players import PlayerFactory
from tests.learning.answering import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def topic():
    """One statement that 99 of 100 knew, and five others."""
    topic = TopicFactory()
    StatementFactory(topic=topic, text="Easy.", n_first=100, n_first_correct=99)
    StatementFactory.create_batch(5, topic=topic, n_first=100, n_first_correct=80)
    return topic


@pytest.mark.parametrize(
    ("first", "right", "is_easy"), [(50, 49, True), (49, 49, False), (100, 97, False), (100, 98, True)]
)
def test_the_rule_and_the_filter_say_the_same(first, right, is_easy):
    statement = StatementFactory(n_first=first, n_first_correct=right)

    assert statement.is_too_easy is is_easy
    assert Statement.objects.telling().exists() is not is_easy


def test_a_session_asks_it_only_when_nothing_else_is_left(topic):
    asked = [
        {one.text for one in pick_statements(topic=topic, difficulty="", count=5, rng=Random(n))}
        for n in range(9)
    ]
    everything = pick_statements(topic=topic, difficulty="", count=6, rng=Random(1))

    assert not any("Easy." in texts for texts in asked)
    assert "Easy." in {one.text for one in everything}


@pytest.mark.parametrize(("answers", "is_offered"), [(WARM_UP - 1, True), (WARM_UP, False)])
def test_a_practice_offers_it_while_the_learner_warms_up(topic, answers, is_offered):
    player = PlayerFactory()
    TopicSkillFactory(player=player, topic=topic, n_answers=answers, active_days=1)
    practice = start_practice(player=player, topic=topic, planned=5, now=NOW)

    found = _near(learner_of(practice), topic.pk, Estimate(0.0, 1.0), 0.8)

    assert ("Easy." in {one.text for one in found}) is is_offered
