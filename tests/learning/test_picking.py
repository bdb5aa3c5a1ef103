from datetime import timedelta
from itertools import groupby
from random import Random

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from learning.models import Statement
from learning.queries.statements import balanced, pick_statements, topics_with_counts
from tests.factories.learning import AnswerEventFactory, StatementFactory, TopicFactory
from tests.factories.players import PlayerFactory

pytestmark = pytest.mark.django_db
# (fact, key): an empty fact is a fact of its own.
VARIANTS = st.lists(st.tuples(st.sampled_from(["", "", "a", "b", "c", "d"]), st.booleans()), max_size=24)


def pick(topic, count=10, *, seed=1, difficulty="", players=()):
    return pick_statements(
        topic=topic, difficulty=difficulty, count=count, rng=Random(seed), avoid_recent_for=players
    )


def topic_with(variants):
    topic = TopicFactory()
    for number, (fact, key) in enumerate(variants):
        StatementFactory(topic=topic, fact_key=fact, answer=key, text=f"Number {number}.")
    return topic


def facts_of(variants):
    """The keys that each fact can be asked with."""
    facts = {}
    for number, (fact, key) in enumerate(variants):
        facts.setdefault(fact or number, set()).add(key)
    return list(facts.values())


@settings(max_examples=40, deadline=None)
@given(variants=VARIANTS, count=st.integers(min_value=1, max_value=12), seed=st.integers(0, 1000))
def test_a_pick_is_as_large_as_it_can_be_and_balanced_as_far_as_the_pool_allows(variants, count, seed):
    picked = pick(topic_with(variants), count, seed=seed)

    facts = facts_of(variants)
    size = min(count, len(facts))
    trues = sum(one.answer for one in picked)
    named = [one.fact_key for one in picked if one.fact_key]
    assert (len(picked), len(named)) == (size, len(set(named)))
    possible = {True: sum(True in keys for keys in facts), False: sum(False in keys for keys in facts)}
    # The scarcer key is used as often as the balance asks for and the pool has it.
    assert min(trues, size - trues) == min(size // 2, possible[True], possible[False])


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(), trues=st.integers(10, 30), falses=st.integers(10, 30))
def test_a_session_from_a_full_pool_has_both_keys_in_equal_parts_and_no_long_rows(seed, trues, falses):
    topic = topic_with([("", True)] * trues + [("", False)] * falses)

    keys = [one.answer for one in pick(topic, 20, seed=seed)]

    assert keys.count(True) == 10
    assert max(len(list(row)) for _, row in groupby(keys)) <= 4


def test_the_other_variant_of_a_fact_saves_the_balance():
    pool = [
        Statement(pk=1, answer=True, fact_key="comet"),
        Statement(pk=2, answer=True),
        Statement(pk=3, answer=False, fact_key="comet"),
    ]

    chosen = balanced(pool, 2, Random(1))

    assert {one.pk for one in chosen} == {2, 3}


def test_an_odd_session_favours_neither_key():
    topic = topic_with([("", True)] * 6 + [("", False)] * 6)

    trues = {sum(one.answer for one in pick(topic, 5, seed=seed)) for seed in range(20)}

    assert trues == {2, 3}


@pytest.mark.parametrize("lifecycle", sorted(set(Statement.Lifecycle) - {Statement.Lifecycle.APPROVED}))
def test_only_what_was_approved_is_played(lifecycle):
    topic = TopicFactory()
    StatementFactory(topic=topic, lifecycle=lifecycle)

    assert pick(topic) == []


def test_topic_and_difficulty_are_kept_to():
    statement = StatementFactory(difficulty="expert")
    StatementFactory(topic=statement.topic, difficulty="beginner")
    StatementFactory(difficulty="expert")

    assert pick(statement.topic, difficulty="expert") == [statement]
    assert len(pick(statement.topic)) == 2


def test_what_was_used_the_longest_ago_comes_first():
    topic, now = TopicFactory(), timezone.now()
    used = [StatementFactory(topic=topic, last_used=now - timedelta(days=days)) for days in (1, 3, 2)]
    new = StatementFactory(topic=topic)

    assert set(pick(topic, 2)) == {new, used[1]}
    assert set(pick(topic, 3)) == {new, used[1], used[2]}


def test_what_these_players_have_answered_comes_last():
    topic, player, now = TopicFactory(), PlayerFactory(), timezone.now()
    known, older, unknown = StatementFactory.create_batch(3, topic=topic, last_used=now)
    AnswerEventFactory(player=player, statement=known, received_at=now)
    AnswerEventFactory(player=player, statement=older, received_at=now - timedelta(days=9))
    AnswerEventFactory(statement=unknown)

    assert pick(topic, 1, players=[player]) == [unknown]
    assert set(pick(topic, 2, players=[player])) == {unknown, older}


def test_the_same_seed_picks_the_same_and_another_one_something_else():
    topic = topic_with([("", True)] * 15 + [("", False)] * 15)

    picks = {tuple(one.pk for one in pick(topic, seed=seed)) for seed in (1, 1, 2)}

    assert len(picks) == 2


@pytest.mark.parametrize("count", [1, 3])
def test_topics_are_counted_in_one_query_and_empty_ones_left_out(count, django_assert_num_queries):
    for topic in TopicFactory.create_batch(count):
        StatementFactory.create_batch(2, topic=topic)
        StatementFactory(topic=topic, lifecycle=Statement.Lifecycle.PENDING)
    TopicFactory()

    with django_assert_num_queries(1):
        shown = [topic.playable for topic in topics_with_counts()]

    assert shown == [2] * count
