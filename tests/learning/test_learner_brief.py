"""What a character is told of the learning of who asks it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from learning.actions.practice import start_practice
from learning.prompt_sections import HELP, KEYS, lesson, offered
from learning.queries.learner_brief import learner_brief
from npcs.actions.sections import Occasion, Place
from tests.factories.learning import StatementFactory, TopicFactory
from tests.factories.npcs import NpcFactory
from tests.factories.players import PlayerFactory
from tests.learning.answering import answer
from tests.rooms.quiz import new_quiz

pytestmark = pytest.mark.django_db
NOW = timezone.now()
LONG_AGO = NOW - timedelta(days=9)


@pytest.fixture
def ada():
    """Has answered the true sentence of one fact nine days ago, and one of another topic."""
    ada, topic = PlayerFactory(), TopicFactory()
    for key, text in ((True, "The moon has no air."), (False, "The moon has thick air.")):
        StatementFactory(
            topic=topic, fact_key="air", answer=key, text=text, npc=NpcFactory(slug=f"npc-{key}")
        )
    answer(ada, topic.statements.get(answer=True), at=LONG_AGO)
    answer(ada, StatementFactory(), at=LONG_AGO)
    return ada


def occasion(player, *, npc=None, reach="private"):
    return Occasion(npc=npc or NpcFactory(), player=player, heard=[], place=Place(reach=reach), now=NOW)


def test_the_weakest_facts_are_known_with_the_variant_whose_turn_it_is(ada):
    facts = learner_brief(ada.pk, now=NOW).facts

    assert len(facts) == 2
    moon = next(one for one in facts if one.ask.fact_key)
    assert (moon.ask.text, moon.shown.text) == ("The moon has thick air.", "The moon has no air.")
    assert moon.remembered < 0.9


def test_a_character_hears_of_the_topics_of_its_own_statements(ada):
    from npcs.models import Npc

    entries = offered(occasion(ada, npc=Npc.objects.get(slug="npc-True")))

    (entry,) = entries
    assert "“The moon has thick air.” It is false." in entry.text
    assert "Asked last the other way round: “The moon has no air.”" in entry.text
    assert "Source: Notes on the planets" in entry.text
    assert entry.subject == str(ada.uuid)


@pytest.mark.parametrize("reach", ["room", "public"])
def test_what_fades_is_told_only_where_nobody_else_reads(ada, reach):
    assert offered(occasion(ada, reach=reach)) == []
    assert lesson(occasion(ada, reach=reach)) == []


def test_without_somebody_who_asks_there_is_nothing(ada):
    assert offered(occasion(None)) == lesson(occasion(None)) == []


def test_the_lesson_is_to_ask_the_other_variant(ada):
    (entry,) = lesson(occasion(ada))

    assert (entry.source, "wait for the answer" in entry.text) == (HELP, True)


def test_who_is_too_sure_is_asked_for_reasons(ada):
    for number, statement in enumerate(StatementFactory.create_batch(12)):
        answer(ada, statement, confidence=3, is_right=number % 2 == 0)

    (entry,) = lesson(occasion(ada))

    assert learner_brief(ada.pk, now=NOW).calibration == "too sure"
    assert "surer than right" in entry.text


def test_while_practising_no_key_is_handed_over(ada):
    start_practice(player=ada, topic=None, planned=5, now=NOW)

    (entry,) = lesson(occasion(ada, reach="room"))

    assert (entry.source, "Don't say of any statement" in entry.text) == (KEYS, True)
    assert offered(occasion(ada)) == []
    assert learner_brief(ada.pk, now=NOW).facts == ()


def test_while_a_question_of_a_session_is_open_no_key_is_handed_over():
    quiz = new_quiz(players=1, rounds=2).begin()
    player = quiz.players[0]

    asked = [entry.source for entry in lesson(occasion(player))]
    quiz.answer(player)
    revealed = [entry.source for entry in lesson(occasion(player))]

    assert asked == [KEYS]
    assert KEYS not in revealed


def test_the_brief_costs_the_same_however_much_fades(django_assert_max_num_queries):
    player = PlayerFactory()
    for statement in StatementFactory.create_batch(7):
        answer(player, statement, at=LONG_AGO)

    with django_assert_max_num_queries(9):
        brief = learner_brief(player.pk, now=NOW)

    assert len(brief.facts) == 5
