"""Practising alone: what is asked, how it is answered, what it pays."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from learning.actions.practice import (
    NoPractice,
    NotAsked,
    NothingToPractise,
    answer_practice,
    end_forgotten,
    end_practice,
    go_on,
    open_practice,
    start_practice,
)
from learning.models import AnswerEvent, Practice, ReviewCard, Sitting, Statement
from learning.queries.practice import next_statement
from learning.rules.choosing import Purpose
from players.models import ActivityDay, ExperienceEntry, PlayerGameData
from tests.factories.learning import StatementFactory, TopicFactory, TopicSkillFactory
from tests.factories.players import PlayerFactory
from tests.learning.answering import answer
from tests.races import at_once

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def topic(db):
    """Twelve facts, each with a true and a false sentence."""
    topic = TopicFactory()
    for number in range(12):
        for key in (True, False):
            StatementFactory(topic=topic, fact_key=f"fact-{number}", answer=key)
    return topic


@pytest.fixture
def player(db):
    return PlayerFactory()


def begin(player, topic=None, *, planned=10, now=NOON):
    return start_practice(player=player, topic=topic, planned=planned, now=now)


def give(player, *, is_right=True, now, **more):
    practice = open_practice(player)
    verdict = practice.statement.answer is is_right
    return answer_practice(player=player, number=practice.number, verdict=verdict, now=now, **more)


def play(player, outcomes, *, now=NOON, step=6):
    """Answer one after another, going on past each explanation; the events."""
    events = []
    for is_right in outcomes:
        now += timedelta(seconds=step)
        events.append(give(player, is_right=is_right, now=now))
        if (practice := open_practice(player)) and practice.statement is None:
            now += timedelta(seconds=step)
            go_on(player=player, now=now)
    return events


def test_a_practice_shows_one_statement_since_the_servers_moment(topic, player):
    practice = begin(player, topic)

    assert (practice.number, practice.shown_at) == (1, NOON)
    assert practice.statement.topic == topic
    assert begin(player, now=NOON + timedelta(hours=1)) == practice
    assert open_practice(player).shown_at == NOON


def test_without_statements_there_is_nothing_to_practise(player):
    with pytest.raises(NothingToPractise):
        begin(player, TopicFactory())

    assert not Practice.objects.exists()


def test_after_a_right_answer_the_next_statement_follows_at_once(topic, player):
    begin(player, topic)

    event = give(player, now=NOON + timedelta(seconds=6), client_ms=5900)

    practice = open_practice(player)
    assert (event.correct, event.rt_ms, event.rt_client_ms, event.mode) == (True, 6000, 5900, "practice")
    assert (practice.number, practice.last_event) == (2, event)
    assert practice.statement != event.statement


def test_after_a_wrong_answer_its_explanation_waits(topic, player):
    begin(player, topic)
    give(player, is_right=False, now=NOON + timedelta(seconds=6))
    waiting = open_practice(player).statement

    go_on(player=player, now=NOON + timedelta(seconds=12))
    shown = open_practice(player)
    go_on(player=player, now=NOON + timedelta(seconds=13))

    assert waiting is None
    assert (shown.number, shown.statement) == (2, open_practice(player).statement)
    assert list(ExperienceEntry.objects.values_list("source_type", "delta")) == [("explanation", 1)]


def test_an_explanation_that_nobody_could_read_pays_nothing(topic, player):
    begin(player, topic)
    give(player, is_right=False, now=NOON + timedelta(seconds=6))

    go_on(player=player, now=NOON + timedelta(seconds=8.9))

    assert not ExperienceEntry.objects.exists()


def test_the_same_number_twice_is_one_answer(topic, player):
    begin(player, topic)
    first = answer_practice(player=player, number=1, verdict=True, now=NOON + timedelta(seconds=5))

    again = answer_practice(player=player, number=1, verdict=False, now=NOON + timedelta(seconds=6))

    assert first == again
    assert AnswerEvent.objects.count() == 1


def test_what_is_not_asked_cannot_be_answered(topic, player):
    with pytest.raises(NoPractice):
        answer_practice(player=player, number=1, verdict=True, now=NOON)
    begin(player, topic)

    with pytest.raises(NotAsked):
        answer_practice(player=player, number=2, verdict=True, now=NOON)


def test_a_practice_ends_with_its_last_answer_and_is_paid(topic, player):
    practice = begin(player, topic, planned=5)

    events = play(player, [True] * 5)

    sitting = Sitting.objects.get()
    facts = AnswerEvent.objects.aggregate(xp=Sum("xp"))["xp"]
    assert open_practice(player) is None
    assert (sitting.session_uuid, sitting.answers, sitting.xp) == (practice.uuid, 5, facts + 10)
    assert ExperienceEntry.objects.get(source_type="practice").delta == facts + 10
    assert len({event.statement_id for event in events}) == 5
    day = ActivityDay.objects.get(answers__gt=0)
    assert (day.sessions, day.full_sessions, day.is_counted) == (1, 1, True)
    assert PlayerGameData.objects.get(player=player).total_sessions == 1
    assert Statement.objects.filter(usage_count=1).count() == 5


def test_ending_before_the_end_pays_what_was_answered_once(topic, player):
    practice = begin(player, topic)
    play(player, [True] * 3)

    ended = [end_practice(practice=practice, now=NOON + timedelta(minutes=n)) for n in (1, 2)]

    assert ended == [True, False]
    assert Sitting.objects.get().answers == 3


def test_a_practice_that_nobody_came_back_to_is_finished(topic, player):
    begin(player, topic)
    play(player, [True])

    assert end_forgotten(now=NOON + timedelta(minutes=29)) == 0
    assert end_forgotten(now=NOON + timedelta(minutes=31)) == 1
    assert Sitting.objects.get().answers == 1


def test_a_fact_that_falls_due_three_times_shows_its_variants_in_turn(player):
    topic = TopicFactory()
    for key in (True, False):
        StatementFactory(topic=topic, fact_key="orbit", answer=key)
    shown, now = [], NOON
    for _ in range(3):
        begin(player, topic, planned=5, now=now)
        event = give(player, now=now + timedelta(seconds=6))
        end_practice(practice=open_practice(player), now=now + timedelta(seconds=7))
        shown.append(event.statement.answer)
        now = ReviewCard.objects.get().due + timedelta(minutes=1)

    assert shown in ([True, False, True], [False, True, False])
    assert [event.due_review for event in AnswerEvent.objects.order_by("pk")] == [False, True, True]


def test_due_facts_come_before_new_ones_six_in_ten(topic, player):
    known = list(Statement.objects.filter(topic=topic, answer=True).order_by("pk")[:8])
    for statement in known:
        answer(player, statement, at=NOON - timedelta(days=10))
    begin(player, topic)

    events = play(player, [True] * 10)

    due = [event for event in events if event.due_review]
    assert 6 <= len(due) <= 7
    assert not any(event.statement.answer for event in due)


def test_new_statements_lie_near_what_the_player_can_do(player):
    topic = TopicFactory()
    for tenth in range(-30, 31):
        StatementFactory(topic=topic, beta_mean=tenth / 10, beta_var=0.05)
    TopicSkillFactory(player=player, topic=topic, theta_mean=1.0)
    practice = Practice.objects.create(player=player, topic=topic, started_at=NOON, moved_at=NOON)
    numbers = [n for n in range(1, 40) if purpose_at(practice, n) is Purpose.NEW][:6]

    found = [next_statement(practice, number=n, now=NOON, rng=Random(n)) for n in numbers]

    assert all(one.purpose is Purpose.NEW for one in found)
    assert all(0.1 <= one.statement.beta_mean <= 0.8 for one in found)


def purpose_at(practice, number):
    from learning.rules.choosing import purpose_of

    return purpose_of(number=number, seed=practice.pk)


def test_keys_stay_balanced_and_never_five_in_a_row(player):
    topic = TopicFactory()
    for number in range(60):
        StatementFactory(topic=topic, answer=number % 4 != 0)
    begin(player, topic, planned=20)

    keys = [event.statement.answer for event in play(player, [True] * 20)]

    assert 9 <= sum(keys) <= 12
    assert all(len(set(keys[n : n + 5])) == 2 for n in range(16))


def test_a_small_topic_is_asked_again_rather_than_not_at_all(player):
    StatementFactory(topic=(topic := TopicFactory()))
    begin(player, topic, planned=5)

    assert len(play(player, [True] * 5)) == 5


def test_what_is_out_of_play_is_never_asked(topic, player):
    Statement.objects.update(lifecycle=Statement.Lifecycle.SUSPENDED)
    kept = StatementFactory(topic=topic)

    practice = begin(player, topic)

    assert practice.statement == kept


def test_the_next_statement_costs_the_same_however_much_was_answered(topic, player):
    def queries(count):
        for number, statement in enumerate(Statement.objects.order_by("pk")[:count]):
            answer(player, statement, at=NOON - timedelta(days=9, seconds=number))
        practice = Practice(player=player, topic=topic, uuid="0" * 32, pk=1)
        with CaptureQueriesContext(connection) as captured:
            next_statement(practice, number=1, now=NOON, rng=Random(1))
        return len(captured)

    assert queries(6) == queries(20) <= 10


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_begin_one_practice_and_give_one_answer():
    topic, player = TopicFactory(), PlayerFactory()
    StatementFactory.create_batch(6, topic=topic)

    begun = at_once(*[lambda: begin(player, topic).pk] * 3)
    given = at_once(
        *[lambda: answer_practice(player=player, number=1, verdict=True, now=NOON + timedelta(seconds=9)).pk]
        * 3
    )

    assert (len(set(begun)), len(set(given)), AnswerEvent.objects.count()) == (1, 1, 1)
