"""What people learned from a character, as the console and the nightly figures get it."""

from datetime import UTC, datetime, timedelta

import pytest

from learning.npc_gains import accuracy_gains
from npcs.models import Interaction
from tests.factories.learning import AnswerEventFactory, StatementFactory
from tests.factories.npcs import InteractionFactory, NpcFactory
from tests.factories.players import PlayerFactory

pytestmark = pytest.mark.django_db
TALK = datetime(2026, 5, 20, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def talk(npc, player, at=TALK):
    row = InteractionFactory(npc=npc, player=player)
    Interaction.objects.filter(pk=row.pk).update(created_at=at)


def answers(npc, player, *verdicts, at, **more):
    for verdict in verdicts:
        AnswerEventFactory(
            player=player, statement=StatementFactory(npc=npc), correct=verdict, received_at=at, **more
        )  # fmt: skip


def found(*npcs):
    return accuracy_gains([npc.pk for npc in npcs], TALK - DAY, TALK + DAY)


def test_the_same_people_are_compared_before_and_after():
    npc, ada, bob = NpcFactory(), PlayerFactory(), PlayerFactory()
    for player in (ada, bob):
        talk(npc, player)
        talk(npc, player, at=TALK + 2 * HOUR)
    answers(npc, ada, True, False, False, False, at=TALK - HOUR)
    answers(npc, ada, True, True, at=TALK + HOUR)
    answers(npc, bob, True, at=TALK - HOUR)
    answers(npc, bob, True, at=TALK + HOUR)

    gain = found(npc)[npc.pk]

    assert (gain.before, gain.after, gain.players, gain.answers) == (0.625, 1.0, 2, 8)
    assert gain.points == 37.5


def test_who_answered_on_one_side_only_says_nothing():
    npc, ada = NpcFactory(), PlayerFactory()
    talk(npc, ada)
    answers(npc, ada, True, at=TALK + HOUR)

    assert found(npc) == {}


def test_without_a_talk_in_that_time_or_about_other_notes_there_is_no_gain():
    npc, other, ada = NpcFactory(), NpcFactory(), PlayerFactory()
    talk(npc, ada, at=TALK - 2 * DAY)
    talk(other, ada)
    answers(npc, ada, False, at=TALK - HOUR)
    answers(npc, ada, True, at=TALK + HOUR)

    assert found(npc, other) == {}


@pytest.mark.parametrize("count", [1, 3])
def test_many_characters_cost_one_query(django_assert_num_queries, count):
    npcs, ada = NpcFactory.create_batch(count), PlayerFactory()
    for npc in npcs:
        talk(npc, ada)
        answers(npc, ada, False, at=TALK - HOUR)
        answers(npc, ada, True, at=TALK + HOUR)

    with django_assert_num_queries(1):
        assert {gain.points for gain in found(*npcs).values()} == {100.0}
