from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from learning.actions.reports import (
    TooManyReports,
    rate_statement,
    report_statement,
    resolve_reports,
    trust_in,
)
from learning.actions.review import Why, approve, move, reject, retire, submit
from learning.actions.statements import KeyIsAnswered, create_statement, note_use, revise_statement
from learning.models import (
    Lifecycle,
    Statement,
    StatementPool,
    StatementReport,
    StatementReview,
    StatementVersion,
)
from learning.queries.counters import checked_facts
from learning.queries.performance import pool_performance
from learning.rules.reporting import suspends, trust_of
from learning.signals import statements_withdrawn
from tests.factories.learning import AnswerEventFactory, StatementFactory, TopicFactory
from tests.factories.npcs import NpcFactory
from tests.factories.players import GameMasterFactory, GuestFactory, PlayerFactory

pytestmark = pytest.mark.django_db


def pool_with(*statements, npc=None):
    pool = StatementPool.objects.create(npc=npc or NpcFactory(), topic=statements[0].topic)
    pool.statements.set(statements)
    return pool


def only(statement):
    return Statement.objects.filter(pk=statement.pk)


# --- Decisions -------------------------------------------------------------------------------------------


def test_each_decision_is_written_down_with_its_reason():
    statement, judge = StatementFactory(lifecycle=Lifecycle.PENDING), GameMasterFactory()

    reject(statements=only(statement), player=judge, why=Why("ambiguous", "What is near?"))
    approve(statements=only(statement), player=judge)

    rows = StatementReview.objects.order_by("pk").values_list("was", "became", "reviewer", "reason", "note")
    assert list(rows) == [
        ("pending", "draft", judge.pk, "ambiguous", "What is near?"),
        ("draft", "approved", judge.pk, "", ""),
    ]


@pytest.mark.parametrize(
    ("verb", "documented"),
    [(approve, (True, "approved")), (reject, (False, "rejected")), (retire, (False, "approved"))],
)
def test_the_documented_columns_follow_the_decision(verb, documented):
    statement = StatementFactory(lifecycle=Lifecycle.PENDING)
    assert (statement.is_active, statement.validation_status) == (False, "pending")

    verb(statements=only(statement), player=GameMasterFactory())

    statement.refresh_from_db()
    assert (statement.is_active, statement.validation_status) == documented


def test_a_rejected_statement_can_be_submitted_again():
    statement = StatementFactory(lifecycle=Lifecycle.PENDING)
    reject(statements=only(statement), player=GameMasterFactory())

    count = submit(statements=Statement.objects.all(), player=PlayerFactory())

    statement.refresh_from_db()
    assert (count, statement.lifecycle, statement.validation_status) == (1, "pending", "pending")


def test_what_was_approved_and_is_no_longer_is_told(django_capture_on_commit_callbacks):
    told = []
    statements_withdrawn.connect(lambda **facts: told.append(facts), weak=False, dispatch_uid="test")
    approved, _ = StatementFactory(), StatementFactory(lifecycle=Lifecycle.PENDING)

    with django_capture_on_commit_callbacks(execute=True):
        retire(statements=Statement.objects.all(), player=GameMasterFactory())
    statements_withdrawn.disconnect(dispatch_uid="test")

    assert [(fact["statement_ids"], fact["lifecycle"]) for fact in told] == [([approved.pk], "retired")]


def test_a_rule_withdraws_without_validating():
    reviewer = GameMasterFactory()
    statement = StatementFactory(validated_by=reviewer)

    move(statements=only(statement), became=Lifecycle.SUSPECT, player=None, why=Why("statistics"))

    statement.refresh_from_db()
    assert (statement.lifecycle, statement.validated_by) == ("suspect", reviewer)
    assert StatementReview.objects.get().reviewer is None


@pytest.mark.parametrize("count", [1, 20])
def test_a_decision_about_many_costs_as_much_as_about_one(count, django_assert_num_queries):
    topic = TopicFactory()
    StatementFactory.create_batch(count, topic=topic, lifecycle=Lifecycle.PENDING)
    judge = GameMasterFactory()

    with django_assert_num_queries(6):
        approve(statements=Statement.objects.all(), player=judge)

    assert Statement.objects.playable().count() == count


def test_a_pool_is_validated_when_all_its_statements_were_looked_at():
    topic = TopicFactory()
    one, two = StatementFactory.create_batch(2, topic=topic, lifecycle=Lifecycle.PENDING)
    pool = pool_with(one, two)

    def is_validated():
        return StatementPool.objects.get(pk=pool.pk).is_validated

    approve(statements=only(one), player=GameMasterFactory())
    assert not is_validated()
    reject(statements=only(two), player=GameMasterFactory())
    assert is_validated()
    submit(statements=only(two), player=GameMasterFactory())
    assert not is_validated()


# --- Wordings --------------------------------------------------------------------------------------------


def test_an_earlier_wording_is_kept_as_it_was():
    statement = StatementFactory(text="Iron is a metal.", explanation="It is.")
    before = statement.content_hash
    statement.text = "  Iron is\na gas.\u200b "
    statement.answer = False

    assert revise_statement(statement=statement)

    statement.refresh_from_db()
    kept = StatementVersion.objects.get()
    assert (statement.text, statement.version) == ("Iron is a gas.", 2)
    assert (kept.version, kept.text, kept.answer, kept.content_hash) == (1, "Iron is a metal.", True, before)
    assert statement.content_hash != before


def test_nobody_can_change_an_earlier_wording():
    statement = StatementFactory(text="Iron is a metal.")
    statement.text = "Iron is a gas."
    revise_statement(statement=statement)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        StatementVersion.objects.update(text="It never said that.")

    statement.delete()
    assert not StatementVersion.objects.exists()


def test_a_key_that_people_have_answered_is_not_edited():
    statement = AnswerEventFactory().statement
    statement.answer = False

    with pytest.raises(KeyIsAnswered):
        revise_statement(statement=statement)

    assert Statement.objects.get().answer is True


def test_a_revision_leaves_a_decision_that_came_in_between():
    statement = StatementFactory()
    retire(statements=only(statement), player=GameMasterFactory())
    statement.explanation = "Because."

    assert not revise_statement(statement=statement)

    statement.refresh_from_db()
    assert (statement.lifecycle, statement.explanation) == ("retired", "Because.")


def test_a_draft_waits_until_it_is_submitted():
    built = StatementFactory.build(topic=TopicFactory())

    statement = create_statement(statement=built, player=PlayerFactory(), is_draft=True)

    assert statement.lifecycle == "draft"
    assert statement.fingerprints.count() == 12


# --- Reports ---------------------------------------------------------------------------------------------


def test_the_third_trusted_report_suspends_at_once():
    statement = StatementFactory()
    for _ in range(2):
        report_statement(statement=statement, player=PlayerFactory(), reason="wrong_key")
        assert Statement.objects.get().lifecycle == "approved"

    report_statement(statement=statement, player=PlayerFactory(), reason="typo")

    found = Statement.objects.get()
    assert (found.lifecycle, found.report_count, found.reporter_count) == ("suspended", 3, 3)
    assert StatementReview.objects.values_list("reviewer", "reason").get() == (None, "reports")


def test_guests_and_one_loud_player_suspend_nothing():
    statement, loud = StatementFactory(), PlayerFactory()
    for reason in ("wrong_key", "typo", "outdated"):
        report_statement(statement=statement, player=loud, reason=reason, note=f"It is {reason}")
    for _ in range(4):
        report_statement(statement=statement, player=GuestFactory(), reason="wrong_key")

    found = Statement.objects.get()
    assert (found.lifecycle, found.report_count, found.reporter_count) == ("approved", 5, 5)
    assert StatementReport.objects.get(player=loud).note == "It is outdated"


def test_reports_about_an_earlier_wording_no_longer_suspend():
    statement = StatementFactory()
    for _ in range(2):
        report_statement(statement=statement, player=PlayerFactory(), reason="typo")
    statement.refresh_from_db()
    statement.text = "A better sentence."
    revise_statement(statement=statement)

    report_statement(statement=statement, player=PlayerFactory(), reason="typo")

    assert Statement.objects.get().lifecycle == "approved"


def test_trust_follows_what_became_of_the_reports():
    judge, right, wrong = GameMasterFactory(), PlayerFactory(), PlayerFactory()
    for _ in range(4):
        good, bad = StatementFactory.create_batch(2)
        report_statement(statement=good, player=right, reason="typo")
        report_statement(statement=bad, player=wrong, reason="typo")
        assert resolve_reports(statement=good, player=judge, are_right=True) == 1
        resolve_reports(statement=bad, player=judge, are_right=False)

    assert trust_in(right) == pytest.approx(0.2 + 1.3 * 5 / 6)
    assert trust_in(wrong) == pytest.approx(0.2 + 1.3 / 6)
    assert list(Statement.objects.order_by("pk").values_list("report_count", flat=True)) == [1, 0] * 4
    assert checked_facts(right.pk)["confirmed_reports"] == 4


@pytest.mark.parametrize(
    ("confirmed", "dismissed", "is_guest", "trust"),
    [(0, 0, False, 0.85), (1000, 0, False, 1.5), (0, 1000, False, 0.2), (50, 0, True, 0.2)],
)
def test_trust_stays_between_its_limits(confirmed, dismissed, is_guest, trust):
    found = trust_of(confirmed=confirmed, dismissed=dismissed, is_guest=is_guest)

    assert found == pytest.approx(trust, abs=0.003)
    assert 0.2 <= found <= 1.5


@pytest.mark.parametrize(
    ("trusts", "players", "suspended"),
    [
        ([0.85] * 3, 10_000, True),
        ([0.85] * 2 + [0.3], 400, False),
        ([0.85] * 2, 12, True),
        ([0.85] * 2, 9, False),
        ([1.5], 12, False),
        ([0.2] * 30, 30, False),
        ([], 0, False),
    ],
)
def test_reports_suspend_by_number_or_by_share(trusts, players, suspended):
    assert suspends(trusts=trusts, players=players) is suspended


def test_nobody_reports_without_end():
    player = PlayerFactory()
    for statement in StatementFactory.create_batch(30):
        report_statement(statement=statement, player=player, reason="typo")

    with pytest.raises(TooManyReports):
        report_statement(statement=StatementFactory(), player=player, reason="typo")


def test_the_last_word_about_stars_counts():
    statement, player = StatementFactory(), PlayerFactory()

    rate_statement(statement=statement, player=player, stars=2)
    rate_statement(statement=statement, player=player, felt="hard")
    rating = rate_statement(statement=statement, player=player, stars=5)

    assert (rating.feedback_rating, rating.difficulty_perceived, statement.ratings.count()) == (5, "hard", 1)


# --- Pools -----------------------------------------------------------------------------------------------


def test_the_performance_of_a_pool_is_that_of_its_answers():
    topic, now = TopicFactory(), timezone.now()
    one, two = StatementFactory.create_batch(2, topic=topic)
    pool, empty = pool_with(one, two), pool_with(StatementFactory(topic=topic))
    StatementPool.objects.update(generated_at=now - timedelta(days=3))
    player = PlayerFactory()
    first = AnswerEventFactory(statement=one, player=player, rt_ms=2000)
    AnswerEventFactory(statement=two, player=player, rt_ms=4000, correct=False)
    last = AnswerEventFactory(statement=two, rt_ms=6000)
    AnswerEventFactory(statement=two, settlement=None, p_before=None)

    rows = {row.pk: row for row in pool_performance(StatementPool.objects.all(), now=now)}

    found = rows[pool.pk]
    assert (found.size, found.total_interactions, found.unique_players, found.age.days) == (2, 3, 2, 3)
    assert (found.accuracy_rate, found.avg_response_time_ms) == (pytest.approx(2 / 3), 4000)
    assert (found.first_used, found.last_used) == (first.received_at, last.received_at)
    none = rows[empty.pk]
    assert (none.total_interactions, none.accuracy_rate, none.first_used) == (0, None, None)


def test_playing_a_statement_is_playing_its_pools():
    topic = TopicFactory()
    one, two, other = StatementFactory.create_batch(3, topic=topic)
    pools = [pool_with(one, two), pool_with(one), pool_with(other)]

    note_use(statement_ids=[one.pk, two.pk], now=timezone.now())

    counts = dict(StatementPool.objects.values_list("pk", "usage_count"))
    assert [counts[pool.pk] for pool in pools] == [1, 1, 0]
