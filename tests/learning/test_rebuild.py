from contextlib import contextmanager
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from learning.actions.rebuild import differences
from learning.actions.skills import settle
from learning.actions.statements import revise_statement
from learning.models import Statement, TopicSkill
from players.actions.guests import keep_guest
from tests.factories.learning import AnswerEventFactory, StatementFactory, TopicSkillFactory
from tests.factories.players import GuestFactory, PlayerFactory
from tests.learning.answering import NOW, answer
from tests.rooms.quiz import new_quiz

pytestmark = pytest.mark.django_db
LABELS = ("beginner", "intermediate", "advanced")


def run(*arguments):
    out = StringIO()
    call_command("rebuild_skills", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def played():
    """Two people and a guest who have played: sessions, clicks, marks, second attempts, two topics."""
    quiz = new_quiz(rounds=4).begin()
    ada, bo = quiz.players
    guest = quiz.enter(player=GuestFactory())
    quiz.play(*[{ada: True, bo: False, guest: True}] * 2, {ada: True}, {bo: True, guest: False})
    others = [StatementFactory(difficulty=label) for label in LABELS]
    for day, statement in enumerate(others):
        for player in (ada, bo, guest):
            answer(player, statement, at=NOW + timedelta(days=day), is_right=player != bo, confidence=1 + day)
    answer(ada, others[0], at=NOW + timedelta(days=9))
    answer(bo, others[1], at=NOW + timedelta(days=9), seconds=0.2)
    return quiz


def stored():
    skills = TopicSkill.objects.order_by("player_id", "topic_id")
    items = Statement.objects.order_by("pk")
    return (
        list(skills.values_list("player_id", "topic_id", "theta_mean", "theta_var", "n_answers", "n_rapid")),
        list(items.values_list("beta_mean", "beta_var", "n_first", "n_first_correct", "n_rapid")),
    )


def test_after_normal_play_nothing_differs(played):
    assert run("--dry-run") == "Nothing differs from the answers.\n"


def test_a_rebuild_from_nothing_finds_what_was_there(played):
    before = stored()
    TopicSkill.objects.all().delete()
    Statement.objects.update(beta_mean=3, beta_var=0.1, n_first=0, n_first_correct=0, n_rapid=7)

    run()

    after = stored()
    for old, new in zip(before, after, strict=True):
        assert [pytest.approx(row, abs=1e-9) for row in old] == new
    assert differences() == []


def test_a_dry_run_tells_and_changes_nothing(played):
    TopicSkill.objects.filter(player=played.players[0]).update(theta_mean=-3)
    before = stored()

    told = run("--dry-run").splitlines()

    assert len([line for line in told if line.startswith("skill")]) == 4
    assert told[-1] == "4 rows differ. Run it without --dry-run to write them."
    assert stored() == before


def test_skills_that_no_answer_explains_go(played):
    TopicSkillFactory()

    run()

    assert differences() == []
    assert TopicSkill.objects.count() == 3 * 4


def test_a_rebuild_computes_mastery_over_the_statements_of_today(played):
    TopicSkill.objects.update(mastery=0.001, mastery_low=0)

    run()

    assert not TopicSkill.objects.filter(mastery__lt=0.01).exists()


def test_a_guest_who_stays_leaves_the_past_as_it_was():
    guest, statement = GuestFactory(), StatementFactory()
    answer(guest, statement)
    guest.email = "guest@example.org"
    keep_guest(player=guest, now=NOW)

    answer(guest, statement)

    assert differences() == []


@pytest.mark.parametrize("seconds", [5, 0.1])
@pytest.mark.parametrize("who", [PlayerFactory, GuestFactory])
def test_a_statement_with_another_label_is_replayed_as_it_was_played(who, seconds):
    statement = StatementFactory(difficulty="beginner")
    answer(who(), statement, seconds=seconds)
    statement.refresh_from_db()
    statement.difficulty = "expert"
    revise_statement(statement=statement, is_reworded=False)

    answer(PlayerFactory(), statement)

    assert differences() == []


def test_answers_that_wait_for_their_key_are_left_out():
    AnswerEventFactory(settlement=None, p_before=None)

    assert differences() == []


@contextmanager
def answers_after_reading_the_skills(count):
    """Each time that a replay has come to the skills, somebody answers; so many times."""
    waiting = AnswerEventFactory.create_batch(count, settlement=None, p_before=None)

    def watch(execute, sql, parameters, many, context):
        found = execute(sql, parameters, many, context)
        if sql.endswith('FROM "learning_topicskill" ORDER BY "learning_topicskill"."id" ASC') and waiting:
            event = waiting.pop()
            settle(statement_id=event.statement_id, event_ids=[event.pk])
        return found

    with connection.execute_wrapper(watch):
        yield


def test_answers_that_come_in_meanwhile_are_replayed_too(played):
    TopicSkill.objects.update(theta_mean=-3)

    with answers_after_reading_the_skills(2):
        run()

    assert differences() == []


def test_a_rebuild_that_answers_outrun_gives_up_and_changes_nothing(played):
    TopicSkill.objects.update(theta_mean=-3)
    found = len(differences())

    with answers_after_reading_the_skills(9), pytest.raises(CommandError, match="quieter hour"):
        run()

    assert len(differences()) == found
