"""The statistics of statements, and what the rules make of them."""

import pytest
from django.utils import timezone

from learning.actions.pay import Played, close_sittings
from learning.actions.quality import refresh_statistics
from learning.actions.review import approve
from learning.models import AnswerEvent, Lifecycle, ReviewReason, Statement, StatementReport, StatementReview
from tests.factories.learning import AnswerEventFactory, SettlementFactory, StatementFactory
from tests.factories.players import GameMasterFactory, GuestFactory, PlayerFactory
from tests.learning.answering import answer

pytestmark = pytest.mark.django_db


def answered(statement, *, right, wrong, skill=1.5, **more):
    """So many first answers of skilled people."""
    settlement = SettlementFactory()
    for number in range(right + wrong):
        AnswerEventFactory(
            statement=statement, correct=number < right, answer=(number < right) == statement.answer,
            theta_before=skill, settlement=settlement, **more,
        )  # fmt: skip
    Statement.objects.filter(pk=statement.pk).update(n_first=right + wrong, n_first_correct=right)


def measured(statement):
    refresh_statistics([statement.pk])
    return Statement.objects.get(pk=statement.pk)


def test_first_answers_are_measured():
    statement = StatementFactory(difficulty="intermediate")
    answered(statement, right=4, wrong=1)

    found = measured(statement)

    assert (found.rt_median_ms, found.rt_log_sd, found.discrimination) == (4000, 0.0, None)
    assert found.key_llr < 0
    assert found.quality_score > 0.5
    assert found.lifecycle == Lifecycle.APPROVED


def test_rapid_repeated_skipped_and_guests_answers_tell_nothing():
    statement = StatementFactory()
    for more in ({"rapid": True}, {"first_attempt": False}, {"by_guest": True}, {"hinted": True},
                 {"answer": None, "correct": False}, {"settlement": None, "p_before": None}):  # fmt: skip
        AnswerEventFactory(statement=statement, **more)

    found = measured(statement)

    assert (found.key_llr, found.rt_median_ms, found.quality_score) == (None, None, 0.5)


def test_a_wrong_key_makes_a_statement_suspect_by_rule():
    statement = StatementFactory(difficulty="beginner")
    answered(statement, right=0, wrong=8)

    found = measured(statement)

    assert found.lifecycle == Lifecycle.SUSPECT
    review = StatementReview.objects.get()
    assert (review.reviewer, review.reason, review.was) == (None, ReviewReason.STATISTICS, Lifecycle.APPROVED)
    assert "opposite key" in review.note


def test_seven_answers_are_too_few_to_doubt_a_key():
    statement = StatementFactory()
    answered(statement, right=0, wrong=7)

    assert measured(statement).lifecycle == Lifecycle.APPROVED


def test_what_staff_have_kept_is_judged_by_later_answers():
    statement = StatementFactory(difficulty="beginner")
    answered(statement, right=0, wrong=8)
    measured(statement)
    approve(statements=Statement.objects.all(), player=GameMasterFactory())

    kept = measured(statement).lifecycle
    answered(statement, right=0, wrong=8, received_at=timezone.now())

    assert kept == Lifecycle.APPROVED
    assert measured(statement).lifecycle == Lifecycle.SUSPECT


def test_many_reports_of_those_who_saw_it_suspend_a_statement():
    statement = StatementFactory()
    answered(statement, right=30, wrong=10)
    for event in AnswerEvent.objects.order_by("pk")[:5]:
        StatementReport.objects.create(
            statement=statement, version=1, player=event.player, reason="wrong_key", trust=1.0
        )

    found = measured(statement)

    assert found.lifecycle == Lifecycle.SUSPENDED
    assert StatementReview.objects.get().reason == ReviewReason.REPORTS


def test_one_report_among_many_answers_suspends_nothing():
    statement = StatementFactory()
    answered(statement, right=30, wrong=10)
    StatementReport.objects.create(
        statement=statement, version=1, player=PlayerFactory(), reason="typo", trust=1.5
    )

    assert measured(statement).lifecycle == Lifecycle.APPROVED


def test_drafts_and_retired_statements_are_left_alone():
    for lifecycle in (Lifecycle.DRAFT, Lifecycle.RETIRED):
        statement = StatementFactory(lifecycle=lifecycle)
        answered(statement, right=0, wrong=9)

        assert measured(statement).lifecycle == lifecycle


def test_a_session_has_its_statements_measured(django_capture_on_commit_callbacks):
    from uuid import uuid4

    uuid, statement = uuid4(), StatementFactory()
    answer(PlayerFactory(), statement, session=uuid)

    with django_capture_on_commit_callbacks(execute=True):
        close_sittings(Played(uuid, "quiz"), now=timezone.now())

    assert Statement.objects.get().rt_median_ms == 5000


def test_the_statements_of_the_last_day_are_found():
    for _ in range(2):
        StatementFactory()
    answer(PlayerFactory(), Statement.objects.first())
    answer(GuestFactory(), Statement.objects.first())

    assert refresh_statistics(since=timezone.now().replace(year=2020)) == 1
    assert refresh_statistics() == 2


def test_statistics_cost_the_same_for_any_number_of_statements(django_assert_max_num_queries):
    for statement in StatementFactory.create_batch(5):
        answered(statement, right=3, wrong=1)

    with django_assert_max_num_queries(14):
        refresh_statistics()
