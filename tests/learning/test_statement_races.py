"""What happens when several people decide, report or take over in the same moment."""

import pytest
from django.utils import timezone

from learning.actions.generation import AlreadyGenerating, start_generation
from learning.actions.imports import AlreadyTakenOver, examine, keep_file, take_over
from learning.actions.reports import report_statement
from learning.actions.review import approve, reject
from learning.models import GenerationRun, ImportRun, Lifecycle, Statement, StatementReview, Topic
from tests.factories.learning import StatementFactory, TopicFactory
from tests.factories.npcs import KnowledgeItemFactory
from tests.factories.players import GameMasterFactory, PlayerFactory
from tests.races import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media")]
CSV = b"text,answer,topic\nTin is a metal.,true,Metals\nZinc is a metal.,true,Metals\n"


def test_three_reports_at_once_suspend_once():
    statement = StatementFactory()
    players = PlayerFactory.create_batch(3)

    at_once(
        *(lambda one=one: report_statement(statement=statement, player=one, reason="typo") for one in players)
    )

    found = Statement.objects.get()
    assert (found.lifecycle, found.report_count, found.reporter_count) == ("suspended", 3, 3)
    assert StatementReview.objects.filter(became=Lifecycle.SUSPENDED).count() == 1


def test_one_reporter_in_two_windows_is_one_report():
    statement, player = StatementFactory(), PlayerFactory()

    at_once(*[lambda: report_statement(statement=statement, player=player, reason="typo")] * 2)

    assert Statement.objects.values_list("report_count", "reporter_count").get() == (1, 1)


def test_two_reviewers_leave_a_history_that_fits_the_state():
    rows = StatementFactory.create_batch(6, topic=TopicFactory(), lifecycle=Lifecycle.PENDING)
    one, other = GameMasterFactory(), GameMasterFactory()
    chosen = Statement.objects.all()

    at_once(lambda: approve(statements=chosen, player=one), lambda: reject(statements=chosen, player=other))

    for row in rows:
        row.refresh_from_db()
        first, second = row.reviews.order_by("pk")
        assert (first.was, first.became, second.became) == ("pending", second.was, row.lifecycle)


def test_a_file_is_taken_over_once_however_many_press_the_button():
    run = examine(run=keep_file(player=None, data=CSV, file_name="x.csv"))

    found = at_once(*[lambda: take_over(run=run, player=None, with_near=False, now=timezone.now())] * 3)

    assert sorted(map(str, found)) == sorted(map(str, [2, AlreadyTakenOver, AlreadyTakenOver]))
    assert Statement.objects.count() == 2


def test_two_files_with_the_same_sentences_bring_them_once():
    Topic.objects.create(name="Metals", slug="metals")
    runs = [examine(run=keep_file(player=None, data=CSV, file_name="x.csv")) for _ in range(2)]

    found = at_once(
        *(
            lambda run=run: take_over(run=run, player=None, with_near=False, now=timezone.now())
            for run in runs
        )
    )

    assert sorted(found) == [0, 2]
    assert ImportRun.objects.exclude(applied_at=None).count() == 2


def test_one_making_at_a_time_for_a_character():
    npc, topic = KnowledgeItemFactory().file.npc, TopicFactory()

    found = at_once(
        *[
            lambda: start_generation(npc=npc, topic=topic, player=None, difficulty="beginner", wanted=2, seed=1).pk
        ] * 2
    )  # fmt: skip

    # With jobs that run at once the first may be over before the second one looks.
    assert GenerationRun.objects.count() == 2 - found.count(AlreadyGenerating)
    assert Statement.objects.count() <= 2
